// Each entry has a number, the digest of the one before, and the signature of a key that this browser does not let out.
// The server checks exactly the bytes that were signed (courses/attendance/kit/entries.py).
(() => {
  const kit = (self.kit ||= {});
  const CURVE = { name: "ECDSA", namedCurve: "P-256" };
  const SIGNED = { name: "ECDSA", hash: "SHA-256" };
  const NOTHING_BEFORE = "0".repeat(64);
  const bytes = (text) => new TextEncoder().encode(text);
  const base64 = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)));
  const hex = (buffer) => Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, "0")).join("");

  kit.sha = async (text) => hex(await crypto.subtle.digest("SHA-256", bytes(text)));
  kit.mac = async (keyHex, text) => {
    const raw = Uint8Array.from(keyHex.match(/../g), (byte) => parseInt(byte, 16));
    const key = await crypto.subtle.importKey("raw", raw, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
    return hex(await crypto.subtle.sign("HMAC", key, bytes(text)));
  };
  kit.newKeys = () => crypto.subtle.generateKey(CURVE, false, ["sign", "verify"]);
  kit.publicKey = async (pair) => base64(await crypto.subtle.exportKey("raw", pair.publicKey));
  kit.signed = async (pair, body) => ({ body, signature: base64(await crypto.subtle.sign(SIGNED, pair.privateKey, bytes(body))) });
  kit.holds = (pair, one) => crypto.subtle.verify(SIGNED, pair.publicKey, Uint8Array.from(atob(one.signature), (char) => char.charCodeAt(0)), bytes(one.body));

  // The phone's clock, and the server's by what was measured when the phone was prepared.
  kit.now = () => Date.now() + kit.facts.off;

  // Write one entry; it is kept when this is done. `mark` of a card makes the proof that the card was here.
  kit.write = ({ kind, way, member = "", code = "", mark = "", as = "", reason = "", tone = "", name = "" }) => kit.alone(async () => {
    const former = (await kit.entries()).at(-1);
    const n = (former?.n || 0) + 1;
    const at = Date.now();
    const number = kit.facts.content.kit;
    const proof = mark ? await kit.mac(mark, `${number}:${n}:${at}`) : "";
    const body = JSON.stringify({ kit: number, n, prev: former?.digest || NOTHING_BEFORE, at, off: kit.facts.off, kind, way, member, code, proof, as, reason });
    const entry = { n, digest: await kit.sha(body), ...await kit.signed(kit.facts.pair, body), state: "queued", receipt: "", sentence: "", at, kind, way, member, as, tone, name };
    await kit.add(entry);
    return entry;
  });

  // Signs, keeps, reads back and takes away an entry that never counts: what the test scan proves.
  kit.rehearse = () => kit.alone(async () => {
    const one = { n: 0, ...await kit.signed(kit.facts.pair, "test") };
    await kit.add(one);
    const read = (await kit.entries()).find((entry) => entry.n === 0);
    await kit.drop(0);
    return Boolean(read) && kit.holds(kit.facts.pair, read);
  });
})();
