// The list of the class: whoever shows nothing is marked by hand, with a reason that stays chosen.
(() => {
  const kit = (self.kit ||= {});
  const list = document.getElementById("kit-names");
  const sheet = document.getElementById("kit-mark");
  const reason = document.getElementById("kit-reason");
  const said = document.getElementById("kit-mark-said");
  let chosen = null;

  const element = (tag, text, attributes = {}) => {
    const made = document.createElement(tag);
    made.textContent = text;
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    return made;
  };

  // What was last said of a member on this phone.
  const wordOf = (member, entries) => {
    const last = entries.filter((one) => one.member === member.id).at(-1);
    if (!last) return { state: "none", text: kit.words.nothing };
    const what = last.kind === "mark" ? kit.words[`as_${last.as}`] : last.way === "out" ? kit.words.as_out : kit.words.as_here;
    return { state: last.state, text: `${what}${kit.words.comma}${kit.words[`state_${last.state}`]}` };
  };

  kit.drawNames = (entries) => {
    const held = document.activeElement?.dataset.member;
    const members = kit.facts?.content?.members || [];
    list.replaceChildren(...members.map((member) => {
      const { state, text } = wordOf(member, entries);
      const row = element("li", "");
      const press = element("button", "", { type: "button", class: "kit-member", "data-member": member.id, "data-state": state });
      press.append(element("i", member.no), element("b", member.name), element("span", text, { class: "kit-state" }));
      press.addEventListener("click", () => choose(member));
      row.append(press);
      return row;
    }));
    if (held) list.querySelector(`[data-member="${held}"]`)?.focus();
    document.getElementById("kit-empty").hidden = members.length > 0;
  };

  const choose = (member) => {
    chosen = member;
    sheet.hidden = false;
    said.textContent = "";
    sheet.querySelector("h2").textContent = `${member.no} ${member.name}`;
    (reason.value ? sheet.querySelector("[data-as]") : reason).focus();
    sheet.scrollIntoView({ block: "start" });
  };
  const away = () => {
    sheet.hidden = true;
    if (chosen) list.querySelector(`[data-member="${chosen.id}"]`)?.focus();
    chosen = null;
  };

  for (const press of sheet.querySelectorAll("[data-as]")) {
    press.addEventListener("click", async () => {
      if (!reason.value) { said.textContent = kit.words.reasonFirst; reason.focus(); return; }
      const as = press.dataset.as;
      const name = `${chosen.no} ${chosen.name}`;
      try {
        await kit.write({ kind: "mark", way: as === "out" ? "out" : "in", member: chosen.id, as, reason: reason.value, tone: "kept", name });
        playTone("go");
        away();
      } catch { said.textContent = kit.words.notKept; playTone("stop"); }
      await kit.changed();
      if (navigator.onLine) kit.send();
    });
  }
  document.getElementById("kit-mark-away").addEventListener("click", away);
})();
