// The numbers of the lists that are not open come after the page. Without them the tabs lead there all the same.
(() => {
  const tabs = document.querySelector("[data-counts]");
  const places = tabs ? [...tabs.querySelectorAll("[data-count]")] : [];
  if (!places.length) return;
  const asked = places.map((place) => `of=${place.dataset.count}`).join("&");
  fetch(`${tabs.dataset.counts}?${asked}`, { cache: "no-store", signal: AbortSignal.timeout(8000) })
    .then((answer) => (answer.ok ? answer.json() : {}))
    .then((counts) => {
      for (const place of places) place.textContent = counts[place.dataset.count] ?? "";
    })
    .catch(() => {});
})();
