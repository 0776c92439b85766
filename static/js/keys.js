// Keys of the lists: j and k go from row to row, x chooses, ? explains. Focus moves to the row's own link, so Enter and
// a screen reader find what they know. Whoever needs single keys for something else turns them off, in this browser.
const offer = document.querySelector("[data-keys]");
if (offer) {
  const NAME = "tideline-keys";
  const dialog = document.getElementById("keys");
  const box = dialog.querySelector("input");
  const kept = () => {
    try {
      return localStorage.getItem(NAME);
    } catch {
      return null;
    }
  };
  const keep = (value) => {
    try {
      localStorage.setItem(NAME, value);
    } catch {
      // Without storage the choice holds for this page.
    }
  };
  let on = kept() !== "off";
  const tell = () => {
    box.checked = on;
    offer.querySelector("[data-keys-on]").hidden = !on;
    offer.querySelector("[data-keys-off]").hidden = on;
  };
  const links = () => [...document.querySelectorAll("main .table tbody th a")];
  const step = (by) => {
    const all = links();
    const here = document.activeElement.closest("tbody tr");
    const at = all.findIndex((link) => link.closest("tr") === here);
    const next = at < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(Math.max(at + by, 0), all.length - 1);
    all[next]?.focus();
  };
  const choose = () => {
    document.activeElement.closest("tbody tr")?.querySelector("input[type=checkbox]:not(:disabled)")?.click();
  };
  const DEEDS = { j: () => step(1), k: () => step(-1), x: choose, "?": () => dialog.showModal() };
  DEEDS["？"] = DEEDS["?"];
  document.addEventListener("keydown", (event) => {
    if (!on || event.ctrlKey || event.altKey || event.metaKey || event.isComposing || event.defaultPrevented) return;
    if (event.target.closest("input, textarea, select, [contenteditable], dialog[open]")) return;
    const deed = Object.hasOwn(DEEDS, event.key) && DEEDS[event.key];
    if (!deed) return;
    event.preventDefault();
    deed();
  });
  box.addEventListener("change", () => {
    on = box.checked;
    keep(on ? "on" : "off");
    tell();
  });
  offer.hidden = false;
  tell();
}
