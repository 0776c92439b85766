// Before class: what the phone needs is fetched, kept and proved, one light each. A red light says what to do.
(() => {
  const kit = (self.kit ||= {});
  const prepare = document.getElementById("kit-prepare");
  // How far a clock may move after the phone was prepared, and how far off it may be without a word.
  const CLOCK_MOVED = 60000, CLOCK_OFF = 5000;
  const show = (name, state, word, text) => {
    const row = document.getElementById(`kit-light-${name}`);
    row.dataset.state = state;
    row.querySelector("[data-word]").textContent = word;
    row.querySelector("[data-text]").textContent = text;
  };
  const light = (name, good, text) => show(name, good === null ? "none" : good ? "ok" : "no", good === null ? kit.words.todo : good ? kit.words.good : kit.words.bad, text);
  const clock = (moment) => new Date(moment).toLocaleTimeString("zh-CN", { timeZone: "Asia/Shanghai", hour: "2-digit", minute: "2-digit", hour12: false });

  // A clock that is off is told and put right by what was measured; one that was moved since makes the times worthless.
  const clockLight = (content, drift) => {
    const { words } = kit;
    if (!content) return light("clock", null, words.notYet);
    if (Math.abs(drift) >= CLOCK_MOVED) return light("clock", false, words.clockMoved);
    const seconds = Math.round(Math.abs(kit.facts.off) / 1000);
    if (Math.abs(kit.facts.off) <= CLOCK_OFF) return light("clock", true, words.clock.replace("0", seconds));
    const far = seconds < 120 ? words.seconds.replace("0", seconds) : words.minutes.replace("0", Math.round(seconds / 60));
    return show("clock", "fair", words.fair, (kit.facts.off < 0 ? words.clockFast : words.clockSlow).replace("0", far));
  };

  const testLight = (content, tested, camera) => {
    const { words } = kit;
    if (!content) return light("test", null, words.notYet);
    if (camera) return light("test", tested || null, tested ? words.tested : words.testNow);
    return tested ? show("test", "fair", words.noCamera, words.testedNoCamera) : light("test", null, words.testNoCamera);
  };

  const kept = async () => Boolean(await caches.match(location.pathname, { cacheName: kit.cacheName, ignoreVary: true }));

  kit.lights = async () => {
    const { content, drift = 0, tested } = kit.facts || {};
    const { words } = kit;
    const over = content && kit.now() > content.closes;
    light("names", content ? content.members.length > 0 : null, !content ? words.notYet : content.members.length ? words.names.replace("0", content.members.length) : words.nobody);
    light("codes", content ? !over : null, !content ? words.notYet : over ? words.codesOver : words.codes.replace("0", clock(content.closes)));
    clockLight(content, drift);
    light("page", content ? await kept() : null, !content ? words.notYet : await kept() ? words.page : words.pageLost);
    testLight(content, tested, await kit.camera);
    const ready = content && !over && Math.abs(drift) < CLOCK_MOVED && tested && await kept();
    const head = document.getElementById("kit-ready-head");
    head.textContent = ready ? words.ready : content ? words.almost : words.before;
    head.dataset.state = ready ? "ok" : "none";
    prepare.textContent = content ? words.again : words.begin;
    document.getElementById("kit-test").hidden = !content;
    document.body.dataset.ready = ready ? "yes" : "no";
  };

  // This page with what it is drawn with, and nothing else; there is nobody on it. Who was signed out meanwhile is led
  // to another page, which takes the place of none that is kept.
  kit.keepPage = async () => {
    await navigator.serviceWorker.register(kit.page.dataset.worker);
    const parts = [...document.querySelectorAll("link[rel=stylesheet], script[src]")].map((part) => part.href || part.src);
    const pages = [location.pathname, ...parts];
    const answers = await Promise.all(pages.map((page) => fetch(page, { redirect: "error" })));
    if (answers.some((answer) => !answer.ok)) throw new Error("lost");
    const held = await caches.open(kit.cacheName);
    await Promise.all(pages.map((page, place) => held.put(page, answers[place])));
    await navigator.serviceWorker.ready;
  };

  // The key is kept before it is told of, so that an answer that is lost costs nothing: the same key asks again.
  kit.prepare = async () => {
    const pair = (await kit.fact("pair")) || await kit.newKeys();
    await kit.keep("pair", pair);
    const { token, off } = await kit.pulse();
    const content = await kit.post(kit.page.dataset.prepare, token, { key: await kit.publicKey(pair), clock: Date.now() });
    const first = await kit.fact("off");
    if (first === undefined) await kit.keep("off", off);
    await kit.keep("content", content);
    await kit.load();
    kit.facts.drift = off - kit.facts.off;
    await kit.keepPage();
    navigator.storage?.persist?.();
  };

  prepare.addEventListener("click", async () => {
    const said = document.getElementById("kit-ready-said");
    prepare.disabled = true;
    said.textContent = kit.words.preparing;
    try {
      await kit.prepare();
      said.textContent = "";
    } catch (error) {
      said.textContent = error.sentence || (error.message === "asleep" ? kit.words.asleep : kit.words.unprepared);
    }
    prepare.disabled = false;
    await kit.changed();
  });

  kit.tested = async () => {
    const good = await kit.rehearse().catch(() => false);
    if (good) { await kit.keep("tested", true); kit.facts.tested = true; }
    await kit.lights();
    return good;
  };
})();
