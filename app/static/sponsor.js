// The sponsor's pages work without this. It refreshes an export under way, brings the current tab into view,
// and lets the review desk be worked by keyboard: each answer shows its key.
(function () {
  "use strict";
  const EVERY = 1500;

  function refresh() {
    const place = document.querySelector("[data-refresh='yes']");
    if (!place) return;
    fetch(location.href, { headers: { Accept: "text/html" }, credentials: "same-origin" })
      .then((reply) => (reply.ok ? reply.text() : Promise.reject(reply.status)))
      .then((text) => {
        const fresh = new DOMParser().parseFromString(text, "text/html").getElementById(place.id);
        if (fresh) place.replaceWith(fresh);
        setTimeout(refresh, EVERY);
      })
      .catch(() => {});
  }

  function byKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    if (event.target.closest("input, select, textarea, [contenteditable]")) return;
    const wanted = document.querySelector("[data-key='" + CSS.escape(event.key) + "']");
    if (!wanted) return;
    event.preventDefault();
    const form = wanted.closest("form");
    const open = form && form.querySelector("select[name='target'], input[type='date'][name='target']");
    if (open) open.focus();
    else wanted.click();
  }

  document.addEventListener("keydown", byKey);
  const tab = document.querySelector(".tabs [aria-current]");
  if (tab) tab.scrollIntoView({ block: "nearest", inline: "center" });
  setTimeout(refresh, EVERY);
})();
