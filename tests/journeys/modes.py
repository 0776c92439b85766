"""One page in every mode. It is loaded once and then made small, large in type, dark, wide and a sheet of paper: the
two attributes that are set here are all that the cookies of a visitor change (templates/base.html, and a test of it in
tests/courses/web/test_appearance.py), but for what the switches say of themselves.

Contrast is nine tenths of what axe costs, and most of what a page shows it shares with the others. So a text is judged
once for all that the rules of colour read: its colour, size and weight, the grounds it lies on, and of a link the text
it stands in; a ground with a picture, of which axe cannot tell, is among them. Whatever lies out of the flow may cover
something and is judged every time, but for what nobody sees: read aloud alone, or off the screen.
"""

import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

from tests.journeys.browser import DESK, PHONE

SMALL = {"width": 320, "height": 568}
PROJECTOR = {"width": 1920, "height": 1080}
COLOURS = ["color-contrast", "link-in-text-block"]
NONE: list[str] = []
SIZES = ["scrollable-region-focusable", "aria-hidden-focus"]


@dataclass(frozen=True)
class Mode:
    """`rules`: those beside COLOURS that may answer otherwise than in the mode before; without, all of them."""

    size: dict[str, int]
    theme: str = ""
    elder: str = ""
    paper: bool = False
    rules: list[str] | None = None


MODES = {
    "phone": Mode(PHONE),
    "dark": Mode(PHONE, theme="dark", rules=NONE),
    "elder": Mode(PHONE, elder="1", rules=SIZES),
    "small": Mode(SMALL, rules=SIZES),
    "desktop": Mode(DESK),
    "paper": Mode(DESK, paper=True, rules=NONE),
}
SECONDS = 90
DRESS = """({theme, elder}) => {
  const root = document.documentElement.dataset;
  theme ? root.theme = theme : delete root.theme;
  elder ? root.elder = elder : delete root.elder;
  document.getAnimations().forEach(one => one.effect.getTiming().iterations < Infinity && one.finish());
}"""
ASK = """({rules, colours, known}) => {
  window.said = "";
  const nothing = {violations: [], passes: [], incomplete: []};
  const told = found => found.violations.map(one => [one.id, String(one.nodes[0]?.target), one.nodes.length]);
  const speaks = element => [...element.childNodes].some(node => node.nodeType === 3 && node.data.trim());
  const hidden = element => {
    const {width, height, right, bottom} = element.getBoundingClientRect();
    const away = right <= 0 || bottom + scrollY <= 0 || width <= 1 && height <= 1;
    return away || getComputedStyle(element).clipPath === "inset(50%)";
  };
  const ink = ({color, fontSize, fontWeight, textShadow}) => [color, fontSize, fontWeight, textShadow];
  const look = element => {
    const parts = [...ink(getComputedStyle(element)), element.matches(":disabled")];
    const link = element.closest("a[href]");
    if (link) {
      const {color, fontWeight, textDecorationLine, borderBottomStyle, display} = getComputedStyle(link);
      let block = link.parentElement;
      while (getComputedStyle(block).display === "inline") block = block.parentElement;
      const around = block.textContent.trim() !== link.textContent.trim();
      parts.push(color, fontWeight, textDecorationLine, borderBottomStyle, display, around);
      parts.push(ink(getComputedStyle(link.parentElement)), ink(getComputedStyle(block)));
    }
    let open = true;
    for (let up = element; up; up = up.parentElement) {
      const {backgroundColor: ground, backgroundImage: image, opacity, position} = getComputedStyle(up);
      if (position === "absolute" || position === "fixed") return hidden(up) ? null : "";
      if (opacity !== "1") parts.push(opacity);
      if (open && image !== "none") parts.push(image);
      if (open && ground !== "rgba(0, 0, 0, 0)") parts.push(ground);
      open = open && ground.startsWith("rgba");
    }
    return parts.join("|");
  };
  const texts = [...document.body.querySelectorAll("*")].filter(one =>
    (one.matches("input, select, textarea") || speaks(one))
    && one.checkVisibility({visibilityProperty: true, opacityProperty: true}) && !one.closest("[aria-hidden=true]"));
  const looks = new Map(texts.map(one => [one, look(one)]));
  const seen = new Set(known).add(null);
  const decides = one => !one.matches("input, select, textarea") && one.textContent.trim().length > 1;
  const fresh = texts.filter(one => {
    const known = seen.has(looks.get(one));
    if (looks.get(one) && decides(one)) seen.add(looks.get(one));
    return !known;
  });
  const marked = [...fresh, ...fresh.map(one => one.closest("a[href]")).filter(Boolean)];
  marked.forEach(one => one.dataset.judged = "");
  const structure = async () => rules && !rules.length ? nothing : axe.run({resultTypes: ["violations"], ...(rules
    ? {runOnly: {type: "rule", values: rules}}
    : {rules: Object.fromEntries(colours.map(one => [one, {enabled: false}]))})});
  const colour = async () => fresh.length ? axe.run({include: [["[data-judged]"]]}, {
    runOnly: {type: "rule", values: colours}, elementRef: true}) : nothing;
  const judge = async () => {
    const found = await structure(), also = await colour();
    marked.forEach(one => delete one.dataset.judged);
    const judged = [...also.passes, ...also.incomplete].filter(one => one.id === "color-contrast")
      .flatMap(one => one.nodes).map(one => [one.any[0].data.messageKey, looks.get(one.element)]);
    const passed = judged.filter(([unsure, seen]) =>
      seen && (!unsure || unsure === "bgImage" && /url\\(|gradient\\(/.test(seen))).map(one => one[1]);
    return {found: [...told(found), ...told(also)], passed};
  };
  judge().catch(error => ({found: [[String(error), "", 1]], passed: []}))
    .then(all => { window.said = JSON.stringify(all) });
}"""
_passed: set[str] = set()


def faults(
    page: Page, name: str, *, wide: bool = False, but: tuple[str, ...] = (), modes: Collection[str] = tuple(MODES)
) -> list[str]:
    """What is wrong with the page that stands open, in any of the modes: what axe finds, and what scrolls sideways."""
    if not modes:
        return []
    page.evaluate(AXE_SCRIPT)
    found = []
    for number, label in enumerate(modes):
        mode = MODES[label]
        page.set_viewport_size(PROJECTOR if wide and label == "desktop" else mode.size)  # type: ignore[arg-type]
        page.emulate_media(media="print" if mode.paper else "screen")
        page.evaluate(DRESS, {"theme": mode.theme, "elder": mode.elder})
        wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if wider > 0 and not mode.paper:
            found.append(f"{name} ({label}): {wider} px wider than the screen")
        found += [
            f"{name} ({label}): {rule} at {where}, {times} times"
            for rule, where, times in _axe(page, mode.rules if number else None)
            if rule not in but
        ]
    page.emulate_media(media="screen")
    page.evaluate(DRESS, {"theme": "", "elder": ""})
    return found


def _axe(page: Page, rules: list[str] | None) -> list[tuple[str, str, int]]:
    """Waited for with a limit: a page that is stuck is an error, not a standstill. Asked again and again, as what
    waits in the page evaluates a string, which a page's policy may forbid."""
    page.evaluate(ASK, {"rules": rules, "colours": COLOURS, "known": sorted(_passed)})
    for turn in range(SECONDS * 25):
        if said := page.evaluate("window.said"):
            told: dict[str, Any] = json.loads(said)
            _passed.update(told["passed"])
            return [(rule, where, times) for rule, where, times in told["found"]]
        page.wait_for_timeout(min(40, 5 * turn + 5))
    raise TimeoutError(f"axe has said nothing of {page.url} for {SECONDS} s")
