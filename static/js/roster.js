// The roster brings itself up to date every two seconds and says how old it is. Without script the page works by reload.
// Its token lasts as long as staff may idle. Then the names go away and a press brings them back: a page that reloaded
// itself would keep a forgotten phone signed in for ever.
(() => {
  const head = document.getElementById("roster-head");
  const rows = document.getElementById("roster-rows");
  let etag = "";
  let heard = Date.now();
  let pressing = false;

  const say = () => {
    const seconds = Math.round((Date.now() - heard) / 1000);
    const words = seconds > 8 ? head.dataset.lost : head.dataset.ago.replace("0", seconds);
    const sync = head.querySelector("[data-sync]");
    if (sync.textContent !== words) sync.textContent = words;
  };

  // Focus and opened lists stay where they were.
  const put = (part, html) => {
    const held = part.contains(document.activeElement) ? document.activeElement.id : "";
    const open = [...part.querySelectorAll("details[open]")].map((list) => list.id);
    part.innerHTML = html;
    for (const id of open) document.getElementById(id)?.setAttribute("open", "");
    if (held) document.getElementById(held)?.focus({ preventScroll: true });
  };

  const rest = () => {
    for (const turn of turns) clearInterval(turn);
    for (const part of document.querySelectorAll("[data-names]")) part.remove();
    head.querySelector("[data-sync]").textContent = head.dataset.stopped;
    document.getElementById("roster-rest").hidden = false;
  };

  const ask = async () => {
    if (document.hidden || pressing) return;
    try {
      const answer = await fetch(head.dataset.state, {
        headers: { "X-Screen": head.dataset.screen, "If-None-Match": etag },
        cache: "no-store",
        signal: AbortSignal.timeout(4000),
      });
      if (answer.status === 403) { rest(); return; }
      if (answer.status === 200 && !pressing) {
        const parts = await answer.json();
        put(head, parts.head);
        put(rows, parts.rows);
        // Drawn before the count began, it still says who was thought to be here.
        for (const part of document.querySelectorAll("[data-figures]")) part.hidden = parts.counting;
        etag = answer.headers.get("ETag") || "";
      }
      if (answer.status < 400) heard = Date.now();
    } catch { /* the age of the list tells it */ }
    say();
  };

  // A list that changes under the finger would take the press for another row.
  document.addEventListener("pointerdown", (event) => { pressing = rows.contains(event.target); });
  for (const over of ["pointerup", "pointercancel"]) document.addEventListener(over, () => setTimeout(() => { pressing = false; }, 300));

  // Many at once: how many are ticked is always told, and everybody who is missing is one press.
  const boxes = [...document.querySelectorAll(".mark-list input")];
  const count = document.getElementById("mark-count");
  const tell = () => {
    count.textContent = count.dataset.words.replace("0", boxes.filter((box) => box.checked).length);
  };
  const tick = (wanted) => { for (const box of boxes) box.checked = wanted(box); tell(); };
  if (count) {
    count.parentElement.hidden = false;
    document.querySelector(".mark-list").addEventListener("change", tell);
    document.getElementById("mark-missing").addEventListener("click", () => tick((box) => "missing" in box.dataset));
    document.getElementById("mark-none").addEventListener("click", () => tick(() => false));
    tell();
  }

  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-mark]");
    if (!link) return;
    event.preventDefault();
    for (const box of boxes) box.checked = box.dataset.no === link.dataset.mark;
    tell();
    document.getElementById("mark-as").value = link.dataset.as || "present";
    document.getElementById("by-hand").scrollIntoView();
    document.getElementById("mark-reason").focus({ preventScroll: true });
  });

  say();
  const turns = [setInterval(ask, 2000), setInterval(say, 1000)];
})();
