// The sponsor's pages work without this. It only refreshes an export under way.
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

  setTimeout(refresh, EVERY);
})();
