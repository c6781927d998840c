// The sponsor's pages work without this. It refreshes an export under way and brings the current tab into view.
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

  const tab = document.querySelector(".tabs [aria-current]");
  if (tab) tab.scrollIntoView({ block: "nearest", inline: "center" });
  setTimeout(refresh, EVERY);
})();
