// A signed sheet is typed in with one key a row: 1 came and left, 2 came, 0 nobody signed, T the time. Without script
// the boxes and fields do the same.
(() => {
  const form = document.querySelector("[data-sheet]");
  if (!form) return;
  const rows = [...form.querySelectorAll("[data-row]")];
  const boxes = (row) => [...row.querySelectorAll("input[type=checkbox]")];
  const times = (row) => [...row.querySelectorAll("input:not([type=checkbox])")];
  const keys = form.querySelector("[data-sheet-keys]");
  const count = form.querySelector("[data-sheet-count]");
  const tell = () => {
    count.textContent = count.dataset.sheetCount.replace("0", rows.filter((row) => boxes(row)[0].checked).length);
  };
  const go = (row, by) => {
    const next = rows[rows.indexOf(row) + by];
    if (next) boxes(next)[0].focus();
    return Boolean(next);
  };
  const set = (row, came, left) => {
    const [arrival, leaving] = boxes(row);
    arrival.checked = came;
    leaving.checked = left;
    if (!came) times(row)[0].value = "";
    if (!left) times(row)[1].value = "";
    tell();
    if (!go(row, 1)) document.getElementById("photo").focus();
  };
  const DEEDS = {
    1: (row) => set(row, true, true),
    2: (row) => set(row, true, false),
    0: (row) => set(row, false, false),
    t: (row) => times(row)[0].select(),
    T: (row) => times(row)[0].select(),
  };
  form.addEventListener("keydown", (event) => {
    const row = event.target.closest("[data-row]");
    if (!row || event.target.localName === "select" || event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    const typing = event.target.type !== "checkbox";
    const moves = { ArrowDown: 1, ArrowUp: -1, Enter: 1 };
    if (Object.hasOwn(moves, event.key)) {
      event.preventDefault();
      if (!go(row, moves[event.key]) && event.key === "Enter") document.getElementById("photo").focus();
    } else if (!typing && Object.hasOwn(DEEDS, event.key)) {
      event.preventDefault();
      DEEDS[event.key](row);
    }
  });
  // A time that is written is a signature.
  form.addEventListener("input", (event) => {
    const row = event.target.closest("[data-row]");
    if (!row) return;
    const at = times(row).indexOf(event.target);
    if (at >= 0 && event.target.value.trim()) boxes(row)[at].checked = true;
    tell();
  });
  // The code of a row, scanned or typed, leads to that row; one of another sheet opens that sheet.
  const jump = form.querySelector("[data-sheet-jump]");
  jump.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing) return;
    event.preventDefault();
    const code = jump.value.replace(/\s/g, "").toUpperCase().replace(/\/$/, "").split("/").pop();
    const [number, row] = code.split("-");
    jump.value = "";
    const box = number === form.dataset.sheet && document.getElementById(`in-${Number(row)}`);
    if (box) box.focus();
    else if (number && number !== form.dataset.sheet) location.assign(`${jump.dataset.sheetJump}?code=${encodeURIComponent(code)}`);
  });
  keys.hidden = false;
  tell();
  const asked = /^#in-\d+$/.test(location.hash) && document.getElementById(location.hash.slice(1));
  if (asked) asked.focus();
  else if (!document.querySelector("[data-takes-focus]")) boxes(rows[0])[0].focus({ preventScroll: true });
})();
