// The page of a classroom without network: which of its four parts is open, how much is kept and sent, and the end.
(() => {
  const kit = (self.kit ||= {});
  kit.page = document.getElementById("kit");
  kit.words = JSON.parse(document.getElementById("kit-words").textContent);
  kit.test = kit.bare(kit.page.dataset.test);
  const bar = document.getElementById("kit-bar");
  const able = crypto.subtle && self.indexedDB && self.caches && "serviceWorker" in navigator;

  kit.load = async () => {
    const [pair, off, content, tested] = await Promise.all(["pair", "off", "content", "tested"].map(kit.fact));
    kit.facts = pair && content ? { pair, off, content, tested, drift: kit.facts?.drift } : null;
  };

  const element = (tag, text, attributes = {}) => {
    const made = document.createElement(tag);
    made.textContent = text;
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    return made;
  };

  const counts = (entries) => Object.fromEntries(["queued", "accepted", "disputed", "refused"].map((state) => [state, entries.filter((one) => one.state === state).length]));

  const drawBar = (count) => {
    bar.dataset.net = document.body.dataset.net = navigator.onLine ? "on" : "off";
    bar.querySelector("[data-net]").textContent = navigator.onLine ? kit.words.online : kit.words.offline;
    bar.querySelector("[data-queued]").textContent = count.queued ? kit.words.queued.replace("0", count.queued) : kit.words.allSent;
    const badge = document.getElementById("kit-badge");
    badge.textContent = count.queued;
    badge.hidden = count.queued === 0;
  };

  const drawSend = (entries, count) => {
    document.getElementById("kit-send-head").textContent = !entries.length ? kit.words.nothingYet : count.queued ? kit.words.waiting.replace("0", count.queued) : kit.words.done.replace("0", entries.length);
    document.getElementById("kit-send-now").hidden = count.queued === 0;
    document.getElementById("kit-trouble").textContent = kit.said.trouble;
    document.getElementById("kit-sign-in").hidden = kit.said.trouble !== kit.words.asleep;
    for (const [state, many] of Object.entries(count)) document.getElementById(`kit-count-${state}`).textContent = many;
    document.getElementById("kit-lines").replaceChildren(...entries.slice().reverse().map((one) => {
      const row = element("li", "", { "data-state": one.state });
      const what = one.kind === "mark" ? kit.words[`as_${one.as}`] : one.way === "out" ? kit.words.as_out : kit.words.as_here;
      row.append(element("i", one.n), element("b", one.name || kit.words.somebody), element("span", what), element("em", kit.words[`state_${one.state}`], { class: "kit-state" }));
      if (one.sentence) row.append(element("small", one.sentence));
      if (one.receipt) row.append(element("small", `${kit.words.receipt} ${one.receipt.replace(/(.{4})(?=.)/g, "$1 ")}`, { class: "id" }));
      return row;
    }));
    const wipe = document.getElementById("kit-wipe");
    wipe.disabled = count.queued > 0 || !kit.facts;
    const names = kit.facts?.content.members.length || 0;
    document.getElementById("kit-left").textContent = kit.facts ? kit.words.left.replace("{entries}", entries.length).replace("{names}", names) : kit.words.leftNothing;
    document.getElementById("kit-wipe-why").textContent = count.queued ? kit.words.wipeNotYet.replace("0", count.queued) : "";
  };

  // What the server knows of all phones of this lesson: gaps in their numbers, and what they disagree about.
  const drawPhones = () => {
    const names = new Map((kit.facts?.content.members || []).map((one) => [one.id, `${one.no} ${one.name}`]));
    const rows = kit.said.kits.flatMap((phone) => {
      const own = phone.number === kit.facts?.content.kit;
      const title = `${phone.label} ${phone.number.slice(-4)}${own ? kit.words.thisPhone : ""}`;
      const gaps = phone.gaps.map(([first, last]) => (first === last ? `${first}` : `${first}–${last}`)).join(kit.words.listed);
      const row = element("li", "", { "data-state": phone.gaps.length ? "disputed" : "accepted" });
      row.append(element("b", title), element("span", gaps ? kit.words.gaps.replace("0", gaps) : kit.words.noGaps.replace("0", phone.received)));
      return [row, ...phone.lines.map((line) => {
        const one = element("li", "", { "data-state": line.state });
        one.append(element("i", line.n), element("b", names.get(line.member) || kit.words.somebody), element("small", line.sentence));
        return one;
      })];
    });
    document.getElementById("kit-phones").replaceChildren(...rows);
    document.getElementById("kit-phones-part").hidden = rows.length === 0;
  };

  kit.changed = async () => {
    const entries = await kit.entries();
    const count = counts(entries);
    drawBar(count);
    kit.drawNames(entries);
    drawSend(entries, count);
    drawPhones();
    kit.receiptShown(entries);
    kit.page.dataset.queued = count.queued;
    await kit.lights();
  };

  const turnTo = (part) => {
    for (const one of document.querySelectorAll("[data-part]")) one.hidden = one.dataset.part !== part;
    for (const tab of document.querySelectorAll("[data-turn]")) {
      if (tab.dataset.turn === part) tab.setAttribute("aria-current", "page"); else tab.removeAttribute("aria-current");
    }
    if (part === "scan") document.getElementById("kit-code").focus();
  };
  for (const tab of document.querySelectorAll("[data-turn]")) tab.addEventListener("click", () => turnTo(tab.dataset.turn));

  document.getElementById("kit-send-now").addEventListener("click", () => kit.send());
  // Nothing leaves the phone before the server has said once more that each entry has its receipt.
  const wipe = async () => {
    if (!await kit.close() || (await kit.entries()).some((one) => one.state === "queued")) return false;
    kit.facts = null;
    kit.changed = async () => {};
    await kit.forget();
    document.getElementById("kit-wiped").hidden = false;
    for (const one of document.querySelectorAll("[data-part], .kit-tabs, #kit-bar")) one.hidden = true;
    document.getElementById("kit-wiped").focus();
    return true;
  };
  document.getElementById("kit-wipe").addEventListener("click", async () => {
    const said = document.getElementById("kit-wipe-why");
    said.textContent = kit.words.wiping;
    if (await wipe()) return;
    await kit.changed();
    said.textContent = kit.said.trouble || kit.words.lost;
  });

  // Whoever forgot to: once nothing can be added to the lesson any more, the surnames go by themselves.
  const wipeWhenOver = async () => {
    const until = kit.facts?.content.until;
    if (!until || !navigator.onLine || kit.now() < until) return;
    if (!(await kit.entries()).some((one) => one.state === "queued")) await wipe();
  };

  const start = async () => {
    await kit.load();
    await kit.changed();
    turnTo(kit.facts ? "scan" : "ready");
    document.body.dataset.started = "";
    kit.begin();
    setInterval(wipeWhenOver, 10 * 60000);
    navigator.wakeLock?.request("screen").catch(() => {});
    if (!navigator.onLine || !kit.facts) return;
    // The clock is compared anew whenever the page opens with a network.
    await kit.pulse().then(({ off }) => { kit.facts.drift = off - kit.facts.off; return kit.keepPage(); }).catch(() => {});
    await kit.lights();
    if ((await kit.entries()).some((one) => one.state === "queued")) kit.send();
    await wipeWhenOver();
  };
  for (const event of ["online", "offline"]) addEventListener(event, () => kit.changed());
  if (able) start(); else document.getElementById("kit-unable").hidden = false;
})();
