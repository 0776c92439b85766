// Scanning people: camera, photo, hand scanner with Enter, typed code. The colour and the sound come with the server's
// answer and never before it; a scan that got none is said to be not recorded.
(() => {
  const form = document.getElementById("people-form");
  const code = document.getElementById("people-code");
  const result = document.getElementById("people-result");
  const file = document.getElementById("people-file");
  const video = document.getElementById("people-video");
  const camera = document.getElementById("people-camera");
  const mute = document.getElementById("people-mute");
  const ready = document.getElementById("people-ready");
  const body = document.body.classList;
  const queue = [];
  let busy = false;
  let rest = 0;

  const quiet = () => mute.getAttribute("aria-pressed") === "true";

  const show = (tone, html) => {
    for (const one of ["go", "wait", "stop"]) body.toggle(`scan-${one}`, one === tone);
    result.innerHTML = html;
    playTone(tone, quiet());
    clearTimeout(rest);
    if (ready && result.dataset.rest) {
      rest = setTimeout(() => { body.remove("scan-go", "scan-wait", "scan-stop"); result.innerHTML = ready.innerHTML; }, result.dataset.rest * 1000);
    }
  };
  const failed = (words) => {
    const head = document.createElement("h1");
    const text = document.createElement("p");
    head.className = "scan-head";
    text.className = "people-text";
    head.textContent = result.dataset.word;
    text.textContent = words;
    show("stop", head.outerHTML + text.outerHTML);
  };

  const work = async () => {
    if (busy || !queue.length) return;
    busy = true;
    body.add("people-busy");
    try {
      const answer = await fetch(form.action, { method: "POST", body: queue.shift(), headers: { Accept: "application/json" }, redirect: "manual", signal: AbortSignal.timeout(15000) });
      if (!answer.ok) { failed(answer.status === 403 || answer.type === "opaqueredirect" ? result.dataset.asleep : result.dataset.lost); return; }
      const { tone, html } = await answer.json();
      show(tone, html);
    } catch {
      failed(result.dataset.lost);
    } finally {
      busy = false;
      body.remove("people-busy");
      work();
    }
  };

  // What is asked is fixed when it is scanned: the next one may be on its way already.
  const send = (fill) => {
    const asked = new FormData(form);
    asked.delete("photo");
    asked.delete("code");
    fill(asked);
    queue.push(asked);
    work();
  };

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const text = code.value.trim();
    code.value = "";
    code.focus();
    if (text) send((asked) => asked.set("code", text));
  });
  file.addEventListener("change", () => {
    if (file.files[0]) send((asked) => asked.set("photo", file.files[0]));
    file.value = "";
    code.focus();
  });
  document.getElementById("people-photo").classList.add("with-script");

  // A hand scanner types wherever the focus is; it belongs into the field.
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.key.length !== 1) return;
    if (document.activeElement === document.body || document.activeElement === mute) code.focus();
  });
  if (ready) addEventListener("click", (event) => { if (!event.target.closest("button, input, label, a")) code.focus(); });

  mute.hidden = false;
  try { if (localStorage.getItem("people-mute")) mute.setAttribute("aria-pressed", "true"); } catch { /* as it is */ }
  const say = () => { mute.classList.toggle("pressed", quiet()); };
  mute.addEventListener("click", () => {
    mute.setAttribute("aria-pressed", String(!quiet()));
    try { if (quiet()) localStorage.setItem("people-mute", "1"); else localStorage.removeItem("people-mute"); } catch { /* this page only */ }
    say();
    code.focus();
  });
  say();

  if ("BarcodeDetector" in self && navigator.mediaDevices) {
    let stream;
    let turn = 0;
    let last = "";
    let seen = 0;
    const detector = new BarcodeDetector({ formats: ["qr_code"] });
    // The same code is read many times a second; it is scanned again only after it was gone for a while.
    const look = async () => {
      try {
        const found = await detector.detect(video);
        const text = found[0]?.rawValue || "";
        if (text) {
          if (text !== last) { last = text; send((asked) => asked.set("code", text)); }
          seen = Date.now();
        } else if (Date.now() - seen > 3000) last = "";
      } catch { /* the next frame */ }
    };
    const stop = () => {
      clearInterval(turn);
      stream?.getTracks().forEach((track) => track.stop());
      stream = null;
      video.hidden = true;
    };
    BarcodeDetector.getSupportedFormats().then((formats) => { camera.hidden = !formats.includes("qr_code"); }).catch(() => {});
    camera.addEventListener("click", async () => {
      if (stream) { stop(); return; }
      try {
        stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
        video.srcObject = stream;
        video.hidden = false;
        await video.play();
        turn = setInterval(look, 200);
      } catch { stop(); failed(result.dataset.camera); }
    });
    addEventListener("pagehide", stop);
  }
  // The browser lets go of the screen when the page is hidden.
  const stayAwake = () => { if (ready && !document.hidden) navigator.wakeLock?.request("screen").catch(() => {}); };
  document.addEventListener("visibilitychange", stayAwake);
  stayAwake();
  code.focus();
})();
