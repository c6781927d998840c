/* The live page. It saves each answer when its field is left and shows what the server says follows from it.
   It knows no rule of any questionnaire; without it every page works by its buttons. A correction is only looked
   at as it is made: it is stored whole, with its reason. */
(function () {
  "use strict";
  var sent = document.body.getAttribute("data-sent");
  if (sent) { forget("/patients/" + sent + "/"); }
  var form = document.getElementById("questions");
  if (!form || !(form.dataset.live || form.dataset.preview) || !window.questionFields || !window.fetch || !window.DOMParser || !window.Promise) { return; }

  var KEY = "recueil:" + location.pathname;
  var RETRY_AFTER = 5000;
  var DRAFT_AFTER = 700;
  var questions = window.questionFields(form);
  var box = questions.box, fields = questions.fields, read = questions.read, write = questions.write, same = questions.same;
  var state = document.getElementById("etat");
  var words = form.dataset;
  var queue = [];            // answers on their way, oldest first
  var bases = {};            // address -> revision at which the person saw the answer
  var drafts = {};           // address -> what is typed and not yet stored, and over which revision
  var told = {};             // address -> says again why it is not stored
  var busy = false, timer = null, draftTimer = null, lost = false, looks = 0, stored = 0;
  var half = "";             // the question that was being typed when the form was drawn anew

  /* ---- what is kept in this tab until it is stored ---- */
  function keep() {
    try {
      if (Object.keys(drafts).length) { sessionStorage.setItem(KEY, JSON.stringify(drafts)); } else { sessionStorage.removeItem(KEY); }
    } catch (error) { /* private windows may refuse: the page itself still holds the text */ }
  }
  function forget(path) {
    try {
      Object.keys(sessionStorage).forEach(function (key) {
        if (key.indexOf("recueil:") === 0 && key.indexOf(path) > 0) { sessionStorage.removeItem(key); }
      });
    } catch (error) { /* nothing was kept then */ }
  }

  /* What is typed holds on to the answer that the person saw before, whatever the page learns meanwhile. */
  function draft(address) {
    drafts[address] = read(address);
    drafts[address].base = base(address);
    keep();
    return drafts[address];
  }
  function fresh() {
    var bytes = new Uint8Array(16);
    crypto.getRandomValues(bytes);
    return Array.prototype.map.call(bytes, function (byte) { return ("0" + byte.toString(16)).slice(-2); }).join("");
  }

  /* ---- what the person is told ---- */
  function tell(text, mood, retry) {
    state.textContent = text;
    state.className = "who__saved" + (mood ? " is-" + mood : "");
    if (retry) {
      var button = document.createElement("button");
      button.type = "button"; button.className = "button button--small button--quiet"; button.textContent = words.retry;
      button.addEventListener("click", function () { lost = false; if (queue[0]) { queue[0].again = false; } send(); });
      state.appendChild(document.createTextNode(" ")); state.appendChild(button);
    }
  }
  function says(address) { var at = box(address); return at && at.querySelector(".q__says"); }
  function complain(address, text) {
    var at = box(address), place = says(address), line = document.createElement("p");
    if (!at) { return; }
    line.className = "field__error"; line.textContent = text;
    Array.prototype.slice.call(place.children).forEach(function (one) { if (!one.classList.contains("q__warning")) { place.removeChild(one); } });
    place.insertBefore(line, place.firstChild);
    place.removeAttribute("data-said");
    at.classList.add("q--bad");
    fields(address).forEach(function (one) { one.setAttribute("aria-invalid", "true"); });
    told[address] = function () { complain(address, text); };
  }
  function choose(clash) {
    var place = says(clash.address), row = document.createElement("p");
    complain(clash.address, words.clash.replace("{who}", clash.who).replace("{when}", clash.when));
    row.className = "q__keep";
    [[words.theirs.replace("{value}", clash.theirs), function () { write(clash.address, clash.fields[0], clash.fields[1]); drop(clash.address); mend(clash.address); refresh(); }],
     [words.mine.replace("{value}", clash.mine), function () { mend(clash.address); enqueue(clash.address); }]].forEach(function (pair) {
      var button = document.createElement("button");
      button.type = "button"; button.className = "button button--small button--quiet"; button.textContent = pair[0];
      button.addEventListener("click", function () { bases[clash.address] = clash.revision; pair[1](); var first = fields(clash.address)[0]; if (first) { first.focus(); } });
      row.appendChild(button);
    });
    place.appendChild(row);
    told[clash.address] = function () { choose(clash); };
  }
  function mend(address) {
    var at = box(address);
    delete told[address];
    at.classList.remove("q--bad");
    says(address).textContent = "";
    fields(address).forEach(function (one) { one.removeAttribute("aria-invalid"); });
    note();
  }

  /* ---- what follows from an answer, as the server said it ---- */
  function show(reply) {
    Object.keys(reply.marks).forEach(function (address) {
      var at = box(address), mark = reply.marks[address], place = at && says(address);
      if (!at || drafts[address]) { return; }
      at.className = at.className.replace(/\s*q--(set|off|bad|warn)\b/g, "") + (mark[0] ? " " + mark[0] : "");
      at.hidden = mark[1];
      var bad = mark[0].indexOf("q--bad") >= 0;
      fields(address).forEach(function (one) { if (bad) { one.setAttribute("aria-invalid", "true"); } else { one.removeAttribute("aria-invalid"); } });
      if (place && place.getAttribute("data-said") !== mark[2] && !place.contains(document.activeElement)) {
        place.innerHTML = mark[2];
        place.setAttribute("data-said", mark[2]);
      }
    });
    Object.keys(reply.menu || {}).forEach(function (code) {
      var item = document.querySelector('[data-section="' + code + '"] [data-count]'), said = reply.menu[code];
      if (item && item.innerHTML !== said) { item.innerHTML = said; }
    });
    var left = document.querySelector("[data-left]"), bar = document.querySelector("[data-progress]");
    if (left && "left" in reply) { left.textContent = reply.left === 0 ? words.none : reply.left === 1 ? words.one : words.many.replace("{num}", reply.left); }
    if (bar && "left" in reply) { bar.max = reply.required || 1; bar.value = reply.required - reply.left; }
    Object.keys(reply.groups).forEach(function (group) {
      var lines = form.querySelector('[data-group="' + group + '"]'), said = reply.groups[group];
      if (lines && words.preview) { lines.hidden = !said[0]; }
      else if (lines && (lines.hidden ? said[0] : !said[0] || (said[1].length && !lines.querySelector(".line")))) { refresh(); }
    });
    var derived = document.getElementById("calcul");
    if (derived && reply.derived !== undefined) { derived.innerHTML = reply.derived; }
  }

  /* ---- sending: one answer at a time, in order, until there are none ---- */
  function enqueue(address) {
    var value = draft(address);
    queue = queue.filter(function (one) { return one.address !== address || one.flying; });
    queue.push({ mutation: fresh(), address: address, typed: value.typed, missing: value.missing, comment: value.comment });
    send();
  }
  function drop(address) {
    queue = queue.filter(function (one) { return one.address !== address; });
    delete drafts[address]; keep();
  }
  /* Moves only with what this page stored itself, or what the person was shown. */
  function base(address) { return address in bases ? bases[address] : Number(form.elements.base.value); }
  function send() {
    if (busy || lost || !queue.length) { return Promise.resolve(); }
    busy = true;
    clearTimeout(timer); timer = null;
    tell(words.saving);
    var one = queue[0];
    one.flying = true;
    return post(one).then(function (result) { busy = false; took(one, result); }, function (error) {
      busy = false; one.flying = false;
      tell(error.wait ? words.busy : words.offline, "bad", true);
      timer = setTimeout(send, error.wait || RETRY_AFTER);
    });
  }
  function post(one) {
    var body = { mutation: one.mutation, address: one.address, typed: one.typed, missing: one.missing, comment: one.comment,
      base: base(one.address), section: words.section, visit: words.visit };
    if (one.body) { body = one.body; } else { one.body = body; }
    return fetch(words.live, {
      method: "POST", credentials: "same-origin", redirect: "manual",
      headers: { "Content-Type": "application/json", "Accept": "application/json", "X-CSRFToken": form.elements.csrf_token.value },
      body: JSON.stringify(body)
    }).then(function (response) {
      if (response.status >= 500 || response.status === 429) { throw later(response); }
      return response.json().catch(function () { return {}; }).then(function (reply) { return { status: response.status, reply: reply }; });
    });
  }
  function later(response) {
    var error = new Error("later"), seconds = Number(response.headers.get("Retry-After"));
    error.wait = seconds > 0 && seconds < 60 ? seconds * 1000 : RETRY_AFTER;
    return error;
  }
  /* When nothing is on its way any more: what was refused, or is yet to be chosen, is still only here, and named. */
  function next(at) {
    if (queue.length) { send(); return; }
    var left = Object.keys(drafts).filter(function (address) { return box(address) && (told[address] || address !== addressOf(document.activeElement)); });
    if (!left.length) { tell(at || "", "good"); return; }
    tell(words.failed, "bad");
    left.forEach(function (address, place) {
      var link = document.createElement("a"), label = box(address).querySelector("legend, label");
      link.href = "#" + box(address).id; link.textContent = label ? label.firstChild.textContent.trim() : address;
      state.appendChild(document.createTextNode(place ? ", " : " ")); state.appendChild(link);
    });
  }
  function took(one, result) {
    var status = result.status, reply = result.reply;
    if (status === 200) {
      queue.shift(); stored += 1;
      delete told[one.address];
      Object.keys(reply.stored).forEach(function (address) {
        bases[address] = reply.stored[address];
        if (drafts[address]) { drafts[address].base = bases[address]; }
      });
      if (box(one.address) && same(read(one.address), one)) {
        delete drafts[one.address]; keep();
        var now = reply.shown[one.address];
        if (now && document.activeElement !== fields(one.address)[0]) { write(one.address, now[0], now[1]); }
      }
      Object.keys(reply.also).forEach(function (address) {
        var now = reply.also[address];
        bases[address] = now[0];
        if (box(address) && !drafts[address]) { write(address, now[1], now[2]); note(address); }
      });
      note(one.address);
      show(reply);
      next(reply.at);
    } else if (status === 422 && reply.refused) {
      queue.shift();
      Object.keys(reply.refused).forEach(function (address) { complain(address, reply.refused[address]); });
      next();
    } else if (status === 409 && reply.clashes) {
      queue.shift();
      reply.clashes.forEach(choose);
      next();
    } else if ((status === 400 || status === 403 || status === 404) && !one.again) {
      one.again = true; one.flying = false;
      renew().then(send, function () { lost = true; tell(words.lost, "bad", true); });
    } else if (status === 400 || status === 403 || status === 404) {
      one.again = false; one.flying = false; lost = true;
      tell(words.lost, "bad", true);
    } else {
      queue.shift();
      if (reply.error) { complain(one.address, reply.error); }
      next();
    }
  }
  /* After the link was opened again in another tab, this page needs that session's token. */
  function renew() {
    return page().then(function (other) { form.elements.csrf_token.value = other.elements.csrf_token.value; });
  }
  function page() {
    return fetch(location.pathname, { credentials: "same-origin", redirect: "manual" }).then(function (response) {
      if (response.status !== 200) { throw new Error("lost"); }
      return response.text();
    }).then(parsed);
  }
  function parsed(html) {
    var other = new DOMParser().parseFromString(html, "text/html").getElementById("questions");
    if (!other) { throw new Error("lost"); }
    return other;
  }
  function known(address) {
    var was = {};
    try { was = JSON.parse(form.elements.was.value || "{}"); } catch (error) { was = {}; }
    return was[address] ? { typed: was[address][0], missing: was[address][1] } : { typed: "", missing: "" };
  }
  /* The form itself must know what was stored, so that its own buttons send only the rest. */
  function note(address) {
    var was = {};
    try { was = JSON.parse(form.elements.was.value || "{}"); } catch (error) { was = {}; }
    if (address && box(address) && !drafts[address]) { var value = read(address); was[address] = [value.typed, value.missing]; }
    form.elements.was.value = JSON.stringify(was);
    form.elements.bases.value = JSON.stringify(bases);
  }
  function settled() {
    return send().then(function () {
      if (!queue.length) { return; }
      if (lost || timer && !busy) { throw new Error("waiting"); }
      return new Promise(function (done) { setTimeout(done, 60); }).then(settled);
    });
  }

  /* ---- lines: the form's own buttons, without leaving the page ---- */
  function refresh() {
    if (form.hasAttribute("aria-busy")) { return; }  // the one under way sees that more was stored
    form.setAttribute("aria-busy", "true");
    draw().catch(function () { /* the next answer asks again */ }).then(function () { form.removeAttribute("aria-busy"); });
  }
  /* A page asked for before the last answer was stored shows too little: it is asked for again. */
  function draw() {
    var seen = stored;
    return page().then(function (other) { return seen === stored ? replace(other) : draw(); });
  }
  function replace(other, focus) {
    var typed = {}, held = document.activeElement, inside = held && form.contains(held) && held.name;
    var written = inside && /^text/.test(held.type), typing = written ? addressOf(held) : "";
    var at = inside ? [held.name, held.value, held.type, written && [held.selectionStart, held.selectionEnd]] : null;
    Object.keys(drafts).forEach(function (address) { typed[address] = drafts[address]; });
    if (typing && box(typing) && !same(read(typing), known(typing))) { typed[typing] = read(typing); typed[typing].base = base(typing); }
    half = "";
    form.innerHTML = other.innerHTML;
    bases = {};
    Object.keys(typed).forEach(function (address) { if (box(address)) { restore(address, typed[address]); } });
    Object.keys(told).forEach(function (address) { if (box(address)) { told[address](); } });
    note();
    if (focus) { focus(); } else if (at) { again(at); half = typing in typed ? typing : ""; }
  }
  function restore(address, typed) {
    write(address, typed.typed, typed.missing, typed.comment);
    if (typed.base >= 0) { bases[address] = typed.base; }
  }
  /* The keyboard stays where it was when the questions around it were drawn anew. */
  function again(at) {
    var there = Array.prototype.filter.call(form.elements, function (one) {
      return one.name === at[0] && (one.value === at[1] || (at[2] !== "radio" && at[2] !== "checkbox"));
    })[0];
    if (there) { there.focus(); }
    if (there && at[3]) { there.setSelectionRange(at[3][0], at[3][1]); }
  }
  function changeLines(button) {
    var data = new URLSearchParams(new FormData(form)), action = button.value.split(":"), seen = stored;
    data.set("do", button.value);
    fetch(form.action, { method: "POST", credentials: "same-origin", body: data }).then(function (response) {
      if (!response.ok) { throw new Error("refused"); }
      return response.text();
    }).then(parsed).then(function (other) {
      replace(other, function () {
        if (action[0] === "confirm") { (form.querySelector('button[value^="confirm:"]:not([value$="*"])') || form.querySelector(".q__mend summary") || form).focus(); return; }
        var group = form.querySelector('[data-group="' + action[1] + '"]'), lines = group ? group.querySelectorAll(".line") : [];
        var at = lines.length ? lines[lines.length - 1] : group;
        var target = at && at.querySelector("select, input:not([type=hidden]), textarea, button");
        if (target) { target.focus(); }
      });
      if (seen !== stored) { refresh(); }
    }).catch(function () { form.submit(); });
  }

  if (window.matchMedia && window.matchMedia("(min-width: 62rem)").matches) {
    var menu = document.querySelector(".menu__box");
    if (menu) { menu.setAttribute("open", ""); }
  }
  var errors = document.getElementById("erreurs");
  if (errors) { errors.focus(); }

  /* ---- what people do ---- */
  function addressOf(field) { return field.name ? field.name.split("!")[0] : ""; }
  function agree(field, address) {
    if (field.hasAttribute("data-alone") && field.checked) {
      fields(address).forEach(function (one) { if (one !== field) { one.checked = false; } });
    } else if (field.type === "checkbox" && field.checked && field.name === address) {
      fields(address).forEach(function (one) { if (one.hasAttribute("data-alone")) { one.checked = false; } });
    }
    if (field.name === address + "!m" && field.value) { fields(address).forEach(function (one) { if (one.type === "checkbox") { one.checked = false; } else { one.value = ""; } }); }
    else if (field.name === address) { fields(address, "!m").forEach(function (one) { one.checked = false; }); }
  }
  /* What a correction makes appear or go, each time a field is left; the last answer to come is the one that counts. */
  function look() {
    var body = new URLSearchParams(new FormData(form)), mine = (looks += 1);
    body.set("section", words.section); body.set("visit", words.visit);
    fetch(words.preview, { method: "POST", credentials: "same-origin", body: body }).then(function (response) {
      return response.ok ? response.json() : null;
    }).then(function (reply) { if (reply && mine === looks) { show(reply); } }).catch(function () { /* saving says what is wrong */ });
  }
  form.addEventListener("change", function (event) {
    var field = event.target, address = addressOf(field), at = address && box(address);
    if (!at) { return; }
    clearTimeout(draftTimer);
    agree(field, address);
    if (words.preview) { look(); } else { enqueue(address); }
  });
  if (words.preview) { return; }
  /* A field filled in part by us tells nobody that it changed. */
  form.addEventListener("focusout", function (event) {
    if (half && box(half) && addressOf(event.target) === half) { half = ""; enqueue(addressOf(event.target)); }
  });
  form.addEventListener("input", function (event) {
    var address = addressOf(event.target), at = address && box(address);
    if (!at || event.target.name !== address || event.target.type === "radio" || event.target.type === "checkbox") { return; }
    clearTimeout(draftTimer);
    draftTimer = setTimeout(function () {
      if (!box(address)) { return; }
      if (same(draft(address), known(address))) { delete drafts[address]; keep(); }
    }, DRAFT_AFTER);
  });
  form.addEventListener("click", function (event) {
    var button = event.target.closest ? event.target.closest("button[name=do]") : null;
    if (!button) { return; }
    if (button.value.indexOf(":") > 0) {
      event.preventDefault();
      settled().then(function () { changeLines(button); }, function () { tell(words.offline, "bad", true); });
    } else if (queue.length) {
      event.preventDefault();
      settled().then(function () { button.click(); }, function () { if (!lost) { tell(words.offline, "bad", true); } });
    }
  });
  window.addEventListener("online", function () { send(); });
  window.addEventListener("beforeunload", function (event) { if (queue.length) { event.preventDefault(); event.returnValue = ""; } });

  /* ---- what a closed tab or a crash left behind ---- */
  try { drafts = JSON.parse(sessionStorage.getItem(KEY) || "{}"); } catch (error) { drafts = {}; }
  var found = Object.keys(drafts).filter(function (address) {
    if (!box(address) || same(read(address), drafts[address])) { delete drafts[address]; return false; }
    restore(address, drafts[address]);
    return true;
  });
  keep();
  if (found.length) { found.forEach(enqueue); tell(words.found); }
})();
