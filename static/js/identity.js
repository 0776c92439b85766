// Names the slip in an 18-character number while it is typed, in the server's own sentences; the server looks again.
(() => {
  const told = JSON.parse(document.getElementById("identity-live").textContent);
  const kind = document.getElementById("id_kind");
  const number = document.getElementById("id_number");
  const wrong = document.querySelector(".live .error");
  const right = document.querySelector(".live .right");
  const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];

  const dateSlip = (text) => {
    const [year, month, day] = [text.slice(6, 10), text.slice(10, 12), text.slice(12, 14)].map(Number);
    if (month < 1 || month > 12) return ["month", { month }];
    if (year < 1900) return ["year", { year }];
    const date = new Date(Date.UTC(year, month - 1, day));
    const real = date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
    if (!real) return month === 2 && day === 29 ? ["leap_day", { year }] : ["day", { month, day }];
    return date > new Date() ? ["future", {}] : null;
  };

  const slip = (text) => {
    if (/^\d{15}$/.test(text)) return ["old_fifteen", {}];
    if (text.length !== 18) return ["length", { count: text.length }];
    const place = [...text.slice(0, 17)].findIndex((sign) => !/\d/.test(sign)) + 1;
    if (place) return ["character", { place }];
    if (!/[\dX]/.test(text[17])) return ["last_character", {}];
    const sum = weights.reduce((total, weight, at) => total + weight * Number(text[at]), 0);
    const fits = "10X98765432"[sum % 11] === text[17];
    if (!fits && text.endsWith("000")) return ["spreadsheet_rounded", {}];
    return (text[0] === "9" ? null : dateSlip(text)) || (fits ? null : ["check_character", {}]);
  };

  const look = (whole) => {
    const text = number.value.normalize("NFKC").toUpperCase().replace(/[×✕╳Х]/g, "X").replace(/[\s-]/g, "");
    const eighteen = told.eighteen.includes(kind.value) && !/^[A-Z]/.test(text);
    const found = eighteen && text && (whole || text.length >= 18) ? slip(text) : null;
    wrong.hidden = !found;
    right.hidden = !(eighteen && text.length === 18 && !found);
    if (found) {
      const [code, values] = found;
      wrong.querySelector("span").textContent = told.slips[code].replace(/%\((\w+)\)\d*d/g, (_, name) => values[name]);
    }
    if (!right.hidden) right.querySelector("b").textContent = text.slice(0, 2) + "*".repeat(13) + text.slice(-3);
  };

  number.addEventListener("input", () => look(false));
  number.addEventListener("change", () => look(true));
  kind.addEventListener("change", () => look(true));
  look(false); // what was typed, or filled in by the browser, before this script ran
})();
