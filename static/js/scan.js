// A bound browser posts by itself. Without network it keeps trying, and never shows green before the server's receipt.
(() => {
  const asking = document.querySelector("[data-scan]");
  if (asking) {
    const form = asking.querySelector("form");
    const lost = asking.querySelector(".scan-lost");
    const times = asking.querySelector("[data-times]");
    let tries = 0;
    let waiting = 0;
    let busy = false;
    const post = async () => {
      if (busy) return;
      busy = true;
      clearTimeout(waiting);
      try {
        const answer = await fetch(form.action, { method: "POST", body: new FormData(form), signal: AbortSignal.timeout(10000) });
        if (answer.status >= 500 || answer.status === 429) throw new Error("later");
        if (answer.redirected) { location.replace(answer.url); return; }
        const page = await answer.text();
        document.open();
        document.write(page);
        document.close();
      } catch {
        busy = false;
        tries += 1;
        times.textContent = tries;
        lost.hidden = false;
        document.body.classList.add("scan-wait");
        waiting = setTimeout(post, Math.min(1000 * 2 ** (tries - 1), 8000));
      }
    };
    form.addEventListener("submit", (event) => { event.preventDefault(); post(); });
    addEventListener("online", post);
    form.querySelector("button").hidden = true;
    post();
  }

  const waits = document.querySelector("[data-wait]");
  if (waits) {
    setInterval(async () => {
      if (document.hidden) return;
      try {
        const answer = await fetch(waits.dataset.wait, { cache: "no-store" });
        if (answer.ok && (await answer.json()).standing !== "awaits") location.reload();
      } catch { /* the next turn asks again */ }
    }, 2000);
  }

  const undo = document.querySelector("[data-undo]");
  if (undo) {
    const until = Date.now() + Number(undo.dataset.undo) * 1000;
    const turn = setInterval(() => {
      const left = Math.ceil((until - Date.now()) / 1000);
      undo.querySelector("[data-left]").textContent = Math.max(left, 0);
      if (left > 0) return;
      undo.hidden = true;
      document.querySelector("[data-after]").hidden = false;
      clearInterval(turn);
    }, 500);
  }

  // A short buzz and tone where the browser allows them; a phone that refuses loses nothing.
  if (document.querySelector("[data-done]") && undo && navigator.userActivation?.hasBeenActive) {
    try {
      navigator.vibrate?.([60, 40, 60]);
      const sound = new AudioContext();
      if (sound.state === "running") {
        const tone = sound.createOscillator();
        const loud = sound.createGain();
        loud.gain.value = 0.08;
        tone.frequency.value = 880;
        tone.connect(loud).connect(sound.destination);
        tone.start();
        tone.stop(sound.currentTime + 0.15);
      }
    } catch { /* silent */ }
  }
})();
