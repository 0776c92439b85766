// The bar of the queue tells what is chosen; a press on the first box chooses all that may be approved together.
const form = document.querySelector("[data-queue]");
const all = form && form.querySelector("[data-queue-all]");
if (all) {
  const master = all.querySelector("input");
  const boxes = [...form.querySelectorAll("tbody input[type=checkbox]:not(:disabled)")];
  const count = form.querySelector("[data-queue-count]");
  const button = form.querySelector(".bulk .btn");
  const before = { count: count.textContent, button: button.textContent };
  const tell = () => {
    const chosen = boxes.filter((box) => box.checked);
    const rows = chosen.map((box) => box.closest("tr"));
    const people = rows.reduce((sum, row) => sum + Number(row.dataset.people), 0);
    const fill = (words) => words.replace("{rows}", chosen.length).replace("{people}", people);
    for (const box of boxes) box.closest("tr").classList.toggle("on", box.checked);
    count.textContent = chosen.length ? fill(count.dataset.words) : before.count;
    button.textContent = chosen.length ? fill(button.dataset.words) : before.button;
    button.disabled = !chosen.length;
    master.checked = boxes.length > 0 && chosen.length === boxes.length;
    master.indeterminate = chosen.length > 0 && chosen.length < boxes.length;
  };
  all.hidden = !boxes.length;
  master.addEventListener("change", () => {
    for (const box of boxes) box.checked = master.checked;
    tell();
  });
  for (const box of boxes) box.addEventListener("change", tell);
  window.addEventListener("pageshow", tell);
  tell();
}
