// Numbers of the desk that come after the page: what waits, and the lists beside the open one. Without them all works.
(() => {
  const head = document.querySelector("[data-counts]");
  const places = [...document.querySelectorAll("[data-count]")];
  if (!head || !places.length) return;
  const asked = new Set(places.map((place) => `of=${place.dataset.count}`));
  const fill = (counts) => {
    for (const place of places) {
      const count = counts[place.dataset.count] ?? "";
      (place.querySelector("b") ?? place).textContent = count;
      if (Number(count)) place.classList.remove("badge-open");
    }
  };
  fetch(`${head.dataset.counts}?${[...asked].join("&")}`, { cache: "no-store", signal: AbortSignal.timeout(8000) })
    .then((answer) => (answer.ok ? answer.json().then(fill) : undefined))
    .catch(() => {});
})();
