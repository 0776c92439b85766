// The personal code: 50 bits of an HMAC over the half minute, keyed by the seed of the day, drawn as a QR; no network.
// It does what courses/attendance/personal.py does. Twenty characters of the alphanumeric mode are exactly version 1 at
// correction M, so the drawing knows this one symbol only: 21 x 21 modules, 16 bytes of data, 10 of correction.
(() => {
  const page = document.getElementById("mycode");
  const said = document.getElementById("mycode-maker");
  if (!said || !crypto.subtle) return;
  const maker = JSON.parse(said.textContent);
  const DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  const VALUES = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
  const SIDE = 21;
  const QUIET = 4;
  const FORMAT = 0b101010000010010; // correction M, mask 0

  // The phone's clock may be wrong; by how much, it learned when it last had the page from the server.
  const skew = (() => {
    try {
      if (!("fresh" in page.dataset)) return Number(localStorage.getItem("mycode-skew")) || 0;
      const away = maker.now - Date.now();
      localStorage.setItem("mycode-skew", away);
      return away;
    } catch { return 0; }
  })();
  const now = () => Date.now() + skew;

  const textAt = async (key, step) => {
    const mac = new Uint8Array(await crypto.subtle.sign("HMAC", key, new TextEncoder().encode(String(step))));
    let text = maker.name;
    for (let place = 0; place < 50; place += 5) {
      const pair = (mac[place >> 3] << 8) | mac[(place >> 3) + 1];
      text += DIGITS[(pair >> (11 - (place & 7))) & 31];
    }
    return text;
  };

  const dataOf = (text) => {
    let bits = "0010" + text.length.toString(2).padStart(9, "0");
    for (let at = 0; at < text.length; at += 2) {
      bits += (VALUES.indexOf(text[at]) * 45 + VALUES.indexOf(text[at + 1])).toString(2).padStart(11, "0");
    }
    bits = bits.padEnd(128, "0");
    return Array.from({ length: 16 }, (_, byte) => parseInt(bits.slice(byte * 8, byte * 8 + 8), 2));
  };

  const times = (a, b) => {
    let product = 0;
    for (let bit = 7; bit >= 0; bit -= 1) product = (product << 1) ^ ((product >> 7) * 0x11d) ^ (((b >> bit) & 1) * a);
    return product;
  };

  // The remainder by the generator of degree ten, whose roots are the first ten powers of two.
  const correctionOf = (data) => {
    let generator = [1];
    let root = 1;
    for (let degree = 0; degree < 10; degree += 1) {
      const next = [...generator, 0];
      generator.forEach((value, at) => { next[at + 1] ^= times(value, root); });
      generator = next;
      root = times(root, 2);
    }
    const rest = [...data, ...Array(10).fill(0)];
    for (let at = 0; at < data.length; at += 1) {
      const lead = rest[at];
      generator.forEach((value, place) => { rest[at + place] ^= times(value, lead); });
    }
    return rest.slice(data.length);
  };

  const matrixOf = (text) => {
    const dark = Array.from({ length: SIDE }, () => Array(SIDE).fill(null));
    const finder = (top, left) => {
      for (let y = -1; y <= 7; y += 1) for (let x = -1; x <= 7; x += 1) {
        if (dark[top + y]?.[left + x] === undefined) continue;
        const ring = Math.max(Math.abs(y - 3), Math.abs(x - 3));
        dark[top + y][left + x] = ring !== 2 && ring !== 4;
      }
    };
    finder(0, 0);
    finder(0, SIDE - 7);
    finder(SIDE - 7, 0);
    for (let at = 8; at < SIDE - 8; at += 1) { dark[6][at] = at % 2 === 0; dark[at][6] = at % 2 === 0; }
    for (let bit = 0; bit < 15; bit += 1) {
      const set = ((FORMAT >> bit) & 1) === 1;
      dark[bit < 6 ? bit : bit < 8 ? bit + 1 : SIDE - 15 + bit][8] = set;
      dark[8][bit < 8 ? SIDE - 1 - bit : bit < 9 ? 7 : 14 - bit] = set;
    }
    dark[SIDE - 8][8] = true;
    const data = dataOf(text);
    const bytes = [...data, ...correctionOf(data)];
    let at = 0;
    let up = true;
    for (let right = SIDE - 1; right > 0; right -= 2) {
      if (right === 6) right = 5;
      for (let turn = 0; turn < SIDE; turn += 1) {
        const y = up ? SIDE - 1 - turn : turn;
        for (const x of [right, right - 1]) {
          if (dark[y][x] !== null) continue;
          const bit = at < bytes.length * 8 && ((bytes[at >> 3] >> (7 - (at & 7))) & 1) === 1;
          dark[y][x] = bit !== ((y + x) % 2 === 0);
          at += 1;
        }
      }
      up = !up;
    }
    return dark;
  };

  const canvas = document.createElement("canvas");
  const paper = canvas.getContext("2d");
  canvas.width = canvas.height = (SIDE + 2 * QUIET) * 16;
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", "QR");
  const draw = (text) => {
    paper.fillStyle = "#fff";
    paper.fillRect(0, 0, canvas.width, canvas.height);
    paper.fillStyle = "#000";
    matrixOf(text).forEach((row, y) => row.forEach((set, x) => { if (set) paper.fillRect((x + QUIET) * 16, (y + QUIET) * 16, 16, 16); }));
  };

  const rest = document.getElementById("mycode-rest");
  const over = document.getElementById("mycode-over");
  let shown = -1;
  const turn = async (key) => {
    const moment = now();
    if (moment >= maker.ends) {
      page.classList.add("mycode-gone");
      over.textContent = page.dataset.over;
      over.hidden = false;
      rest.textContent = "";
      if (navigator.onLine && !document.hidden && shown !== -2) { shown = -2; location.reload(); }
      return;
    }
    const step = Math.floor(moment / 1000 / maker.step);
    rest.textContent = rest.dataset.words.replace("0", Math.ceil((step + 1) * maker.step - moment / 1000));
    if (step === shown) return;
    shown = step;
    const text = await textAt(key, step);
    draw(text);
    document.getElementById("mycode-text").textContent = text.match(/.{4}/g).join(" ");
    page.dataset.code = text;
  };

  const seed = Uint8Array.from(maker.seed.match(/../g), (byte) => parseInt(byte, 16));
  crypto.subtle.importKey("raw", seed, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]).then((key) => {
    document.getElementById("mycode-qr").replaceChildren(canvas);
    turn(key);
    setInterval(turn, 500, key);
  });

  // Kept for a room without signal: this page with what it is drawn with, and nothing else.
  if ("fresh" in page.dataset && "serviceWorker" in navigator && self.caches) {
    navigator.serviceWorker.register(page.dataset.worker).then(async () => {
      await caches.delete("mycode");
      const parts = [...document.querySelectorAll("link[rel=stylesheet], script[src]")].map((part) => part.href || part.src);
      await (await caches.open("mycode")).addAll([location.pathname, ...parts]);
      page.dataset.kept = "";
    }).catch(() => { /* an open page goes on; only a reload needs the network then */ });
  }
  navigator.wakeLock?.request("screen").catch(() => {});
})();
