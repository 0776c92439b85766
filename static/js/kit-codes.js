// What was scanned or typed, and whose it is as far as this phone can tell: three characters of ten of a personal code,
// a salted digest of a card. The server judges; here nothing is turned away that has the form of a code.
(() => {
  const kit = (self.kit ||= {});
  const TAIL = 3;
  const OLD_STEPS = 20;
  const CODE = /^[0-9A-HJKMNP-TV-Z]{20}$/;
  const CARD = /^[0-9A-HJKMNP-TV-Z]{16}$/;

  kit.bare = (text) => text.toUpperCase().replace(/[\s-]/g, "").replace(/[IL]/g, "1").replace(/O/g, "0");

  const seen = async (text) => (await kit.sha(`${kit.facts.content.salt}:${text}`)).slice(0, 16);

  // How many steps away from now a code of one of the member's browsers was made; null when none was.
  const away = (member, tail) => {
    const { step, first } = kit.facts.content;
    const here = Math.floor(kit.now() / 1000 / step) - first;
    let least = null;
    for (const tails of member.tails) {
      for (let steps = -OLD_STEPS; steps <= OLD_STEPS; steps += 1) {
        const place = (here + steps) * TAIL;
        if (place < 0 || tails.slice(place, place + TAIL) !== tail) continue;
        if (least === null || Math.abs(steps) < least) least = Math.abs(steps);
      }
    }
    return least;
  };

  // {kind, member, known, code, mark}; `known` is yes, old or no. null for what is no code of ours.
  kit.recognise = async (raw) => {
    const text = kit.bare(raw);
    if (text === kit.test) return { kind: "test" };
    const { members, step, fresh } = kit.facts.content;
    if (CODE.test(text)) {
      const code = await seen(text.slice(0, 10));
      const member = members.find((one) => one.code === code);
      const steps = member ? away(member, text.slice(-TAIL)) : null;
      const known = steps === null ? "no" : steps * step <= fresh ? "yes" : "old";
      return { kind: "code", member, known, code: text, mark: "" };
    }
    if (CARD.test(text)) {
      const mark = await kit.sha(`tideline card ${text}`);
      const card = await seen(mark);
      const member = members.find((one) => one.card === card);
      return { kind: "card", member, known: member ? "yes" : "no", code: "", mark };
    }
    return null;
  };
})();
