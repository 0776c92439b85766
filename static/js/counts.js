// Numbers of the desk that come after the page: what waits, and the lists beside the open one. Each is asked for by
// itself, as some take long. Without them all works; one that did not come is a dash, not nothing.
(() => {
  const head = document.querySelector("[data-counts]");
  const places = [...document.querySelectorAll("[data-count]")];
  if (!head) return;
  const show = (name, count) => {
    for (const place of places.filter((one) => one.dataset.count === name)) {
      (place.querySelector("b") ?? place).textContent = count;
      if (place.matches(".badge")) place.classList.toggle("badge-open", count === "0");
    }
  };
  const ask = async (name) => {
    try {
      const stop = { cache: "no-store", signal: AbortSignal.timeout(20000) };
      const answer = await fetch(`${head.dataset.counts}?of=${name}`, stop);
      show(name, (await answer.json())[name] ?? "–");
    } catch {
      show(name, "–");
    }
  };
  for (const name of new Set(places.map((place) => place.dataset.count))) ask(name);
})();
