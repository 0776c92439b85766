// The wall asks for its state every two seconds; the server's clock drives the bars and the change of the code.
(() => {
  const $ = (id) => document.getElementById(id);
  const wall = $("wall");
  const bars = [...$("bars").children];
  const pause = $("pause");
  const body = document.body.classList;
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  let etag = "";
  let ends = Number(wall.dataset.ends);
  let step = Number(wall.dataset.step);
  let rotates = "code" in wall.dataset;
  let skew = 0;
  let failures = 0;
  let asking = false;
  let next = 0;

  const now = () => Date.now() + skew;

  // At the end of a step the next code is fetched at once, not at the next turn; without an answer the turns do.
  const plan = () => {
    clearTimeout(next);
    if (step && !failures && ends > now()) next = setTimeout(ask, ends - now() + 20);
  };

  const take = (state) => {
    ({ ends, step, code: rotates } = state);
    wall.innerHTML = state.html;
    wall.dataset.phase = state.phase;
    const paused = state.phase === "paused";
    const button = pause.querySelector("button");
    pause.elements.paused.value = paused ? "0" : "1";
    button.textContent = paused ? button.dataset.resume : button.dataset.pause;
  };

  async function ask() {
    if (asking) return;
    asking = true;
    const sent = Date.now();
    try {
      const answer = await fetch(wall.dataset.state, {
        headers: { "X-Screen": wall.dataset.screen, "If-None-Match": etag },
        cache: "no-store",
        signal: AbortSignal.timeout(4000),
      });
      if (answer.status === 403) { location.reload(); return; }
      // Whatever else a proxy or a server says is no state: the code on the wall grows old as if nothing was said.
      if (answer.status !== 200 && answer.status !== 304) throw new Error("later");
      const said = Number(answer.headers.get("X-Now"));
      if (said) skew = said - (sent + Date.now()) / 2;
      if (answer.status === 200) {
        etag = answer.headers.get("ETag") || "";
        take(await answer.json());
      }
      failures = 0;
    } catch {
      failures += 1;
    } finally {
      asking = false;
    }
    // A code stays readable for two more steps; after one, without the server, the class is called by name.
    body.toggle("wall-offline", failures > 0 && (rotates ? now() > ends + step : failures > 4));
    draw();
    plan();
  }

  function draw() {
    const shows = step > 0 && !body.contains("wall-offline");
    body.toggle("wall-dark", !shows);
    $("clock").textContent = new Date(now()).toLocaleTimeString("zh-CN", { hour12: false, timeZone: "Asia/Shanghai" });
    const left = shows ? Math.min(bars.length, Math.max(0, Math.ceil((ends - now()) / step * bars.length))) : 0;
    const spent = bars.length - left;
    $("rest").textContent = shows ? $("rest").dataset.words.replace("0", Math.max(0, Math.ceil((ends - now()) / 1000))) : "";
    if (calm.matches) return;
    bars.forEach((bar, place) => bar.classList.toggle("spent", place < spent));
    const at = 68 + Math.min(spent, bars.length - 1) * 179.2;
    $("beam-outer").setAttribute("d", `M188 756L${at - 161} 940H${at + 332}Z`);
    $("beam-inner").setAttribute("d", `M188 756L${at} 940H${at + 171}Z`);
  }

  // A wall that was not stopped says so: the class would go on scanning behind the trainer's back.
  pause.addEventListener("submit", async (event) => {
    event.preventDefault();
    const said = $("said");
    said.textContent = "";
    try {
      const answer = await fetch(pause.action, {
        method: "POST",
        body: new FormData(pause),
        headers: { "X-Screen": wall.dataset.screen },
        signal: AbortSignal.timeout(8000),
      });
      if (answer.redirected || !answer.ok) said.textContent = said.dataset.refused;
    } catch {
      said.textContent = said.dataset.lost;
    }
    ask();
  });
  // A refresh in the middle of a lesson keeps the size that the last row needs.
  const big = () => {
    const on = body.toggle("wall-big");
    try { sessionStorage.setItem("wall-big", on ? "1" : ""); } catch { /* it holds until the next refresh */ }
  };
  try { body.toggle("wall-big", sessionStorage.getItem("wall-big") === "1"); } catch { /* small */ }
  const full = () => (document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen());
  $("big").addEventListener("click", big);
  $("full").addEventListener("click", full);
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    const key = event.key.toLowerCase();
    if (key === "b") big();
    if (key === "f") full();
    if (key === "p") pause.requestSubmit();
  });

  let sleep;
  document.addEventListener("pointermove", () => {
    body.add("wall-awake");
    clearTimeout(sleep);
    sleep = setTimeout(() => body.remove("wall-awake"), 3000);
  });
  const stayAwake = () => navigator.wakeLock?.request("screen").catch(() => {});
  document.addEventListener("visibilitychange", () => { if (!document.hidden) { stayAwake(); ask(); } });
  stayAwake();
  draw();
  ask();
  setInterval(ask, 2000);
  setInterval(draw, 250);
})();
