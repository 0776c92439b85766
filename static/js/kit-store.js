// What a phone keeps of one lesson: in IndexedDB, on the disk before anything is said to be kept. An entry is added and
// never changed but for its receipt; it leaves with everything else, once all have theirs.
(() => {
  const kit = (self.kit ||= {});
  const NAME = `kit ${location.pathname}`;
  let opened;
  let gone = false;

  const open = () => gone ? Promise.reject(new Error("gone")) : (opened ||= new Promise((resolve, reject) => {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore("facts");
      asked.result.createObjectStore("entries", { keyPath: "n" });
    };
    asked.onsuccess = () => {
      asked.result.onversionchange = () => { asked.result.close(); opened = null; };
      resolve(asked.result);
    };
    asked.onerror = () => { opened = null; reject(asked.error); };
  }));

  const within = async (mode, work) => {
    const held = await open();
    return new Promise((resolve, reject) => {
      const turn = held.transaction(["facts", "entries"], mode, { durability: "strict" });
      const asked = work(turn.objectStore("facts"), turn.objectStore("entries"));
      turn.oncomplete = () => resolve(asked?.result);
      turn.onabort = () => reject(turn.error);
    });
  };

  kit.fact = (key) => within("readonly", (facts) => facts.get(key));
  kit.keep = (key, value) => within("readwrite", (facts) => facts.put(value, key));
  kit.entries = () => within("readonly", (_facts, entries) => entries.getAll());
  kit.add = (entry) => within("readwrite", (_facts, entries) => entries.add(entry));
  kit.drop = (n) => within("readwrite", (_facts, entries) => entries.delete(n));

  // A receipt belongs to the entry whose digest it names, and to no other.
  kit.settle = async (receipts) => {
    const told = new Map(receipts.map((one) => [one.digest, one]));
    for (const entry of await kit.entries()) {
      const one = told.get(entry.digest);
      if (!one) continue;
      await within("readwrite", (_facts, entries) => entries.put({ ...entry, state: one.state, receipt: one.receipt, sentence: one.sentence, waits: one.waits }));
    }
  };

  // One writer at a time, whichever tab it is in.
  let last = Promise.resolve();
  kit.alone = (work) => {
    if (navigator.locks) return navigator.locks.request(NAME, work);
    last = last.then(work, work);
    return last;
  };

  kit.forget = async () => {
    if (opened) (await opened).close();
    opened = null;
    gone = true;
    await new Promise((resolve, reject) => {
      const asked = indexedDB.deleteDatabase(NAME);
      asked.onsuccess = resolve;
      asked.onerror = asked.onblocked = () => reject(asked.error || new Error("blocked"));
    });
    await caches.delete(NAME);
    await (await navigator.serviceWorker.getRegistration(location.pathname))?.unregister();
  };
  kit.cacheName = NAME;
})();
