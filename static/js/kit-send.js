// Handing over: whenever there is a network, some entries at a time, until each has its receipt. What was answered
// halfway or not at all is sent again; the server knows what it has.
(() => {
  const kit = (self.kit ||= {});
  const EVERY = 15000;
  const PATIENCE = 20000;
  let busy = null;
  kit.atOnce = 20;
  kit.said = { trouble: "", kits: [] };

  const ask = async (address, options = {}) => {
    const answer = await fetch(address, { cache: "no-store", redirect: "manual", signal: AbortSignal.timeout(PATIENCE), ...options });
    if (answer.type === "opaqueredirect" || answer.status === 403) throw new Error("asleep");
    return answer;
  };

  // The token of this browser may have changed while it was away; the clock is compared at the same time.
  kit.pulse = async () => {
    const before = Date.now();
    const answer = await ask(kit.page.dataset.pulse);
    if (!answer.ok) throw new Error("lost");
    const told = await answer.json();
    return { ...told, off: Math.round(told.now - (before + Date.now()) / 2) };
  };

  kit.post = async (address, token, content) => {
    const headers = { "Content-Type": "application/json", "X-CSRFToken": token };
    const answer = await ask(address, { method: "POST", headers, body: JSON.stringify(content) });
    if (answer.status !== 200 && answer.status !== 400 && answer.status !== 409) throw new Error("lost");
    const told = await answer.json();
    if (answer.status !== 200) throw Object.assign(new Error("refused"), { sentence: told.sentence });
    return told;
  };

  const handOver = async (closing) => {
    const { token } = await kit.pulse();
    for (;;) {
      const all = await kit.entries();
      const waiting = all.filter((entry) => entry.state === "queued").slice(0, kit.atOnce);
      if (!waiting.length && !closing) return;
      const last = closing && waiting.length === 0;
      const word = { kit: kit.facts.content.kit, made: all.at(-1)?.n || 0, closing: last, sent: Date.now() };
      const report = await kit.signed(kit.facts.pair, JSON.stringify(word));
      const entries = waiting.map(({ body, signature }) => ({ body, signature }));
      const told = await kit.post(kit.page.dataset.upload, token, { kit: kit.facts.content.kit, entries, report });
      const receipts = new Set(told.receipts.map((one) => one.digest));
      await kit.settle(told.receipts);
      kit.said.kits = told.kits;
      kit.changed?.();
      if (waiting.some((entry) => !receipts.has(entry.digest))) throw new Error("lost");
      if (last) return;
    }
  };

  // One at a time; whoever asks meanwhile gets the same answer. True when nothing is left to send.
  kit.send = (closing = false) => (busy ||= handOver(closing)
    .then(() => { kit.said.trouble = ""; return true; })
    .catch((error) => { kit.said.trouble = error.sentence || (error.message === "asleep" ? kit.words.asleep : kit.words.lost); return false; })
    .finally(() => { busy = null; kit.changed?.(); }));

  // The last word of this phone; whatever is on its way is waited for.
  kit.close = async () => {
    while (busy) await busy;
    return kit.send(true);
  };

  kit.begin = () => {
    addEventListener("online", () => { if (kit.facts) kit.send(); });
    setInterval(async () => {
      if (kit.facts && navigator.onLine && (await kit.entries()).some((entry) => entry.state === "queued")) kit.send();
    }, EVERY);
  };
})();
