// The camera, where the browser can read codes itself; elsewhere a hand scanner or the keyboard does it.
(() => {
  const kit = (self.kit ||= {});
  const button = document.getElementById("kit-camera");
  const video = document.getElementById("kit-video");
  const able = "BarcodeDetector" in self && navigator.mediaDevices;
  // Told before class: where the browser reads no codes (iPhone Safari), another way of scanning is wanted in good time.
  kit.camera = able ? BarcodeDetector.getSupportedFormats().then((formats) => formats.includes("qr_code")).catch(() => false) : Promise.resolve(false);
  kit.camera.then((reads) => { button.hidden = !reads; });
  if (!able) return;
  const detector = new BarcodeDetector({ formats: ["qr_code"] });
  let stream;
  let turn = 0;
  let last = "";
  let seen = 0;

  // The same code is read many times a second; it is scanned again only after it was gone for a while.
  const look = async () => {
    try {
      const text = (await detector.detect(video))[0]?.rawValue || "";
      if (text) {
        if (text !== last) { last = text; kit.scanned(text); }
        seen = Date.now();
      } else if (Date.now() - seen > 3000) last = "";
    } catch { /* the next frame */ }
  };
  const stop = () => {
    clearInterval(turn);
    stream?.getTracks().forEach((track) => track.stop());
    stream = null;
    video.hidden = true;
    button.setAttribute("aria-pressed", "false");
  };

  button.addEventListener("click", async () => {
    if (stream) { stop(); return; }
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
      video.srcObject = stream;
      video.hidden = false;
      button.setAttribute("aria-pressed", "true");
      await video.play();
      turn = setInterval(look, 200);
    } catch { stop(); kit.show("stop", kit.words.camera); }
  });
  addEventListener("pagehide", stop);
})();
