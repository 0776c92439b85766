// Scanning without network: whatever has the form of a code is kept, with what this phone makes of it. It is shown green
// only once the server has given its receipt, which without network it has not.
(() => {
  const kit = (self.kit ||= {});
  const form = document.getElementById("kit-form");
  const code = document.getElementById("kit-code");
  const result = document.getElementById("kit-result");
  let shown = 0;

  // tone: kept, ask, stop; done once the receipt is there.
  kit.show = (tone, text, { word = "", name = "", n = 0 } = {}) => {
    shown = n;
    result.dataset.tone = tone;
    result.querySelector("h2").textContent = word || kit.words[`word_${tone}`];
    result.querySelector("[data-name]").textContent = name;
    result.querySelector("[data-text]").textContent = text;
  };

  const way = () => {
    const chosen = form.elements.way.value;
    return chosen || (kit.now() >= kit.facts.content.leaving ? "out" : "in");
  };

  const before = (entries, member, direction) => entries.find((one) => member && one.member === member.id && one.way === direction && one.kind !== "mark");

  kit.scanned = async (raw) => {
    const { words } = kit;
    if (!kit.facts?.content) { kit.show("stop", words.prepareFirst); playTone("stop"); return; }
    const found = await kit.recognise(raw);
    if (!found) { kit.show("stop", words.noCode); playTone("stop"); return; }
    if (found.kind === "test") {
      const good = await kit.tested();
      kit.show(good ? "kept" : "stop", good ? words.tested : words.testBad, { word: good ? words.testWord : "" });
      playTone(good ? "go" : "stop");
      return;
    }
    const direction = way();
    const again = before(await kit.entries(), found.member, direction);
    const tone = found.known === "yes" ? "kept" : "ask";
    const name = found.member ? `${found.member.no} ${found.member.name}` : "";
    try {
      const entry = await kit.write({ kind: found.kind, way: direction, member: found.member?.id, code: found.code, mark: found.mark, tone, name });
      const text = found.known === "old" ? words.old : found.known === "no" ? words.unknown : again ? words.again_in : direction === "out" ? words.kept_out : words.kept_in;
      kit.show(tone, text, { name, n: entry.n });
      playTone(tone === "kept" ? "go" : "wait");
    } catch {
      kit.show("stop", words.notKept);
      playTone("stop");
    }
    await kit.changed();
    if (navigator.onLine) kit.send();
  };

  // The receipt of what is on the screen turns it green, or says what is wrong with it.
  kit.receiptShown = (entries) => {
    const entry = entries.find((one) => one.n === shown && shown > 0);
    if (!entry || entry.state === "queued") return;
    const tone = { accepted: entry.waits ? "ask" : "done", disputed: "ask", refused: "stop" }[entry.state];
    kit.show(tone, entry.sentence, { name: entry.name, n: entry.n });
  };

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const text = code.value.trim();
    code.value = "";
    code.focus();
    if (text) kit.scanned(text);
  });
  // A hand scanner types wherever the focus is; it belongs into the field.
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.key.length !== 1) return;
    if (document.activeElement === document.body && !form.closest("[hidden]")) code.focus();
  });
})();
