"""Pictures of the main pages in every mode for docs/screens: `.venv/bin/python -m tests.journeys.screens [PAGE …]`."""

import io
import os
import sys
from collections.abc import Collection
from pathlib import Path

import django
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from tests.journeys import certificates, doors, errors
from tests.journeys.browser import PROJECTOR, enter_as, launch, visitor
from tests.journeys.city import City, served
from tests.journeys.modes import DRESS
from tests.journeys.pages import Visit, every_visit
from tests.journeys.scans import renew, results
from tests.journeys.walk import carry

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "screens"
LIMIT = 200_000
KEPT = (
    *(
        "home",
        "courses",
        "course",
        "sign-in",
        "staff-door",
        "verify",
        "scan-help",
        "scan-refused",
        "not-found",
        "forbidden",
        "not-allowed",
        "styleguide",
    ),
    *("my", "enrol", "enrolment", "identity", "teach", "roster", "wall", "completion"),
    *("queue", "class", "opening", "approve", "tally", "entries", "chain", "report", "messages"),
    *("lessons", "my-certificates", "kit", "sign-in-sheet", "sheet-enter", "roll-call", "board", "exports", "undercut"),
    *("my-code", "leave", "dispute", "scan-people", "kiosk", "kiosk-list", "class-claims", "desk-claims"),
    *("signals", "signal", "breakdown", "targets", "closes", "close", "revocations", "revocation"),
    *("samples", "sample", "merges", "merge", "export-log"),
)
# Pages that no address leads to: answers to what was asked, the steps of the doors, and what went wrong.
ANSWERS = ("verify-genuine", "scan-success", "scan-confirm")
DOORS = ("code", "second-set-up", "recovery-codes", "second-factor")
ERRORS = ("error-400", "error-429", "error-500", "error-503")
OFFICER = "demo-auditor"
# The sheet that the page asks for, in pixels; nothing on a screen.
PAPER = """() => {
  if (!matchMedia("print").matches) return null;
  const asked = rules => [...rules].flatMap(one =>
    one instanceof CSSPageRule && !one.selectorText ? [one.style] : one.cssRules ? asked(one.cssRules) : []);
  const px = text => Math.round(parseFloat(text || "10mm") * 96 / 25.4);
  const sheet = {width: px("210mm"), top: px(), right: px(), bottom: px(), left: px()};
  for (const style of [...document.styleSheets].flatMap(one => asked(one.cssRules))) {
    if (style.size.includes("landscape")) sheet.width = px("297mm");
    for (const side of ["top", "right", "bottom", "left"])
      if (style.getPropertyValue("margin-" + side)) sheet[side] = px(style.getPropertyValue("margin-" + side));
  }
  return sheet;
}"""
MODES = {
    "desktop": ({"width": 1440, "height": 900}, {}, False),
    "phone": ({"width": 390, "height": 844}, {}, False),
    "small": ({"width": 320, "height": 568}, {}, False),
    "dark": ({"width": 390, "height": 844}, {"theme": "dark"}, False),
    "elder": ({"width": 390, "height": 844}, {"elder": "1"}, False),
    "print": ({"width": 794, "height": 1123}, {}, True),
}


def take(names: Collection[str]) -> int:
    """The named pages in every mode, or all that are kept; gives the number of pictures."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lms.settings.test")
    django.setup()
    wanted = set(names or (*KEPT, *ANSWERS, *DOORS, *ERRORS))
    with served(share="100") as city, sync_playwright() as playwright:
        browser = launch(playwright)
        # The city was built some time ago, and its demo class may be over.
        renew(city)
        listed = [visit for visit in every_visit(city) if visit.name in wanted]
        count = sum(_take_mode(browser, city, listed, mode) for mode in MODES)
        # After all pages: for its answers each mode begins a class anew, and an officer's login.
        for group, taken in ((ANSWERS, _take_answers), (DOORS, _take_doors), (ERRORS, _take_errors)):
            if wanted.intersection(group):
                count += sum(taken(browser, city, mode) for mode in MODES)
        browser.close()
    return count


def _take_mode(browser: Browser, city: City, listed: list[Visit], mode: str) -> int:
    size, _cookies, printed = MODES[mode]
    pages: dict[str, Page] = {}
    count = 0
    for visit in listed:
        if visit.user not in pages:
            page = _visitor(browser, city, mode)
            if visit.user:
                enter_as(page, city.address, visit.user)
            if printed:
                page.emulate_media(media="print")
            pages[visit.user] = page
        page = pages[visit.user]
        projected = visit.wide and mode == "desktop"
        page.set_viewport_size(PROJECTOR if projected else size)  # type: ignore[arg-type]
        carry(page, city, visit)
        page.goto(city.address + visit.path)
        page.wait_for_timeout(300)
        _keep(page.screenshot() if projected else _whole(page), FOLDER / f"{visit.name}-{mode}.png")
        count += 1
    for page in pages.values():
        page.context.close()
    return count


def _visitor(browser: Browser, city: City, mode: str) -> Page:
    size, cookies, _printed = MODES[mode]
    page = visitor(browser, size=size)
    marks = [{"name": name, "value": value, "url": city.address} for name, value in cookies.items()]
    page.context.add_cookies(marks)  # type: ignore[arg-type]
    return page


def _take_answers(browser: Browser, city: City, mode: str) -> int:
    page, printed = _visitor(browser, city, mode), MODES[mode][2]
    certificates.ask(page, city)
    _keep(_seen(page, printed=printed), FOLDER / f"verify-genuine-{mode}.png")
    count = 1
    for name in results(page, city):
        _keep(_seen(page, printed=printed), FOLDER / f"{name}-{mode}.png")
        count += 1
    return count


def _take_doors(browser: Browser, city: City, mode: str) -> int:
    """The steps behind the two doors: the code of a learner, the second factor of an officer."""
    printed = MODES[mode][2]
    learner = _visitor(browser, city, mode)
    learner.goto(f"{city.address}/account/")
    doors.ask_for_code(learner, f"199 1234 43{list(MODES).index(mode):02d}")
    learner.get_by_label("6 位验证码").wait_for()
    seen = [_seen(learner, printed=printed)]
    doors.new_password(city, OFFICER)
    officer = _visitor(browser, city, mode)
    doors.give_password(officer, city, OFFICER)
    officer.locator(".secret").wait_for()
    seen.append(_seen(officer, printed=printed))
    doors.finish_set_up(officer)
    officer.get_by_role("link", name="已抄好，继续").wait_for()
    seen.append(_seen(officer, printed=printed))
    again = _visitor(browser, city, mode)
    doors.give_password(again, city, OFFICER)
    again.get_by_label("动态码或恢复码").wait_for()
    seen.append(_seen(again, printed=printed))
    for name, picture in zip(DOORS, seen, strict=True):
        _keep(picture, FOLDER / f"{name}-{mode}.png")
    return len(seen)


def _take_errors(browser: Browser, city: City, mode: str) -> int:
    _size, cookies, printed = MODES[mode]
    page, told = _visitor(browser, city, mode), errors.written(city, "zh-hans")
    for name in ERRORS:
        errors.open_at(page, city, name, told[name])
        page.evaluate(DRESS, {"theme": cookies.get("theme", ""), "elder": cookies.get("elder", "")})
        _keep(_seen(page, printed=printed), FOLDER / f"{name}-{mode}.png")
    return len(ERRORS)


def _seen(page: Page, *, printed: bool) -> bytes:
    """On paper there are no buttons, which the next answer needs to be pressed."""
    if printed:
        page.emulate_media(media="print")
    picture = _whole(page)
    page.emulate_media(media="screen")
    return picture


def _whole(page: Page) -> bytes:
    """A window as high as the page, so that a bar at its foot lies over nothing; on paper with the sheet's margins."""
    window = page.viewport_size
    assert window is not None
    paper = page.evaluate(PAPER)
    width = paper["width"] - paper["left"] - paper["right"] if paper else window["width"]
    page.set_viewport_size({"width": width, "height": window["height"]})
    height = page.evaluate("document.documentElement.scrollHeight")
    page.set_viewport_size({"width": width, "height": min(max(height, window["height"]), 4000)})
    page.wait_for_timeout(150)
    picture = page.screenshot(full_page=True)
    page.set_viewport_size(window)
    return _on_paper(picture, paper) if paper else picture


def _on_paper(picture: bytes, paper: dict[str, int]) -> bytes:
    image = Image.open(io.BytesIO(picture)).convert("RGB")
    sheet = Image.new("RGB", (paper["width"], image.height + paper["top"] + paper["bottom"]), "white")
    sheet.paste(image, (paper["left"], paper["top"]))
    out = io.BytesIO()
    sheet.save(out, "PNG")
    return out.getvalue()


def _keep(picture: bytes, path: Path) -> None:
    """Few colours are enough for flat drawings; a long page is cut at three screens."""
    image = Image.open(io.BytesIO(picture)).convert("RGB")
    image = image.crop((0, 0, image.width, min(image.height, 3600)))
    path.parent.mkdir(parents=True, exist_ok=True)
    for colours, shrink in ((128, 1.0), (64, 1.0), (64, 0.75), (32, 0.6), (16, 0.5)):
        small = image.resize((int(image.width * shrink), int(image.height * shrink))) if shrink < 1 else image
        small.quantize(colors=colours).save(path, optimize=True)
        if path.stat().st_size <= LIMIT:
            return


if __name__ == "__main__":
    print(f"{take(sys.argv[1:])} pictures in {FOLDER.name}")
