"""Pictures of the main pages in every mode for docs/screens: `.venv/bin/python -m tests.journeys.screens`."""

import io
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from tests.journeys import certificates
from tests.journeys.browser import enter_as, launch, visitor
from tests.journeys.city import City, served
from tests.journeys.pages import Visit, visits
from tests.journeys.scans import results

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "screens"
LIMIT = 200_000
KEPT = (
    *(
        "home",
        "courses",
        "course",
        "sign-in",
        "verify",
        "scan-help",
        "scan-refused",
        "not-found",
        "forbidden",
        "styleguide",
    ),
    *("my", "enrol", "enrolment", "identity", "teach", "roster", "wall", "completion"),
    *("queue", "class", "opening", "approve", "tally", "entries", "chain", "report", "messages"),
)
MODES = {
    "desktop": ({"width": 1440, "height": 900}, {}, False),
    "phone": ({"width": 390, "height": 844}, {}, False),
    "small": ({"width": 320, "height": 568}, {}, False),
    "dark": ({"width": 390, "height": 844}, {"theme": "dark"}, False),
    "elder": ({"width": 390, "height": 844}, {"elder": "1"}, False),
    "print": ({"width": 794, "height": 1123}, {}, True),
}


def take() -> int:
    """Every page in every mode; gives the number of pictures."""
    with served(share="100") as city, sync_playwright() as playwright:
        browser = launch(playwright)
        listed = [visit for visit in visits(city) if visit.name in KEPT]
        count = sum(_take_mode(browser, city, listed, mode) + _take_answers(browser, city, mode) for mode in MODES)
        browser.close()
    return count


def _take_mode(browser: Browser, city: City, listed: list[Visit], mode: str) -> int:
    size, cookies, printed = MODES[mode]
    pages: dict[str, Page] = {}
    count = 0
    for visit in listed:
        if visit.wide and mode != "desktop":
            continue
        if visit.user not in pages:
            page = visitor(browser, size=size)
            marks = [{"name": name, "value": value, "url": city.address} for name, value in cookies.items()]
            page.context.add_cookies(marks)  # type: ignore[arg-type]
            if visit.user:
                enter_as(page, city.address, visit.user)
            if printed:
                page.emulate_media(media="print")
            pages[visit.user] = page
        page = pages[visit.user]
        if visit.wide:
            page.set_viewport_size({"width": 1920, "height": 1080})
        page.goto(city.address + visit.path)
        page.wait_for_timeout(300)
        _keep(page.screenshot(full_page=not visit.wide), FOLDER / f"{visit.name}-{mode}.png")
        count += 1
    return count


def _take_answers(browser: Browser, city: City, mode: str) -> int:
    size, cookies, printed = MODES[mode]
    page = visitor(browser, size=size)
    marks = [{"name": name, "value": value, "url": city.address} for name, value in cookies.items()]
    page.context.add_cookies(marks)  # type: ignore[arg-type]
    certificates.ask(page, city)
    _keep(_seen(page, printed=printed), FOLDER / f"verify-genuine-{mode}.png")
    count = 1
    for name in results(page, city):
        _keep(_seen(page, printed=printed), FOLDER / f"{name}-{mode}.png")
        count += 1
    return count


def _seen(page: Page, *, printed: bool) -> bytes:
    """On paper there are no buttons, which the next answer needs to be pressed."""
    if printed:
        page.emulate_media(media="print")
    picture = page.screenshot(full_page=True)
    page.emulate_media(media="screen")
    return picture


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
    print(f"{take()} pictures in {FOLDER.name}")
