/* The fields of a form of questions: what a person typed or ticked in one question, read and written whole. */
(function () {
  "use strict";
  window.questionFields = function (form) {
    function box(address) { return form.querySelector('[data-a="' + address + '"]'); }
    function fields(address, suffix) {
      return Array.prototype.slice.call(form.elements).filter(function (one) { return one.name === address + (suffix || ""); });
    }
    function checked(list) { return list.filter(function (one) { return one.checked; }).map(function (one) { return one.value; }); }
    function read(address) {
      var kind = box(address).getAttribute("data-k");
      var own = fields(address), value = { typed: "", missing: checked(fields(address, "!m"))[0] || "" };
      if (kind === "ticks") { value.typed = checked(own); }
      else if (kind === "radio") {
        value.typed = checked(own)[0] || "";
        if (value.typed.charAt(0) === "!") { value.missing = value.typed.slice(1); value.typed = ""; }
      } else if (own[0]) { value.typed = own[0].value; }
      var comment = fields(address, "!c")[0], ok = fields(address, "!ok")[0];
      if (comment) { value.comment = comment.value || (ok && ok.checked ? ok.nextElementSibling.textContent : ""); }
      return value;
    }
    function write(address, typed, missing, comment) {
      var kind = box(address).getAttribute("data-k"), said = fields(address, "!c")[0];
      if (said && comment !== undefined) { said.value = comment; }
      fields(address).forEach(function (one) {
        if (kind === "ticks") { one.checked = typed.indexOf(one.value) >= 0; }
        else if (kind === "radio") { one.checked = missing ? one.value === "!" + missing : one.value !== "" && one.value === typed; }
        else { one.value = typed; }
      });
      fields(address, "!m").forEach(function (one) { one.checked = missing !== "" && one.value === missing; });
    }
    function same(one, other) {
      var said = one.comment === undefined || other.comment === undefined || one.comment === other.comment;
      return said && String(one.typed) === String(other.typed) && one.missing === other.missing;
    }
    return { box: box, fields: fields, read: read, write: write, same: same };
  };
})();
