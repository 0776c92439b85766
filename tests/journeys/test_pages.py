"""Every page in every mode: nothing for axe to find, nothing that scrolls sideways, no word on the console."""

import pytest
from playwright.sync_api import Browser, Page

from tests.journeys import certificates
from tests.journeys.browser import enter_as, violations, visitor
from tests.journeys.city import City
from tests.journeys.pages import Visit, visits
from tests.journeys.scans import results

pytestmark = pytest.mark.browser

MODES = {
    "desktop": ({"width": 1440, "height": 900}, {}),
    "phone": ({"width": 390, "height": 844}, {}),
    "small": ({"width": 320, "height": 568}, {}),
    "dark": ({"width": 390, "height": 844}, {"theme": "dark"}),
    "elder": ({"width": 390, "height": 844}, {"elder": "1"}),
    "english": ({"width": 320, "height": 568}, {"django_language": "en"}),
}
# Where a way is walked by its Chinese words; the same templates are read in English above.
CHINESE = [mode for mode in MODES if mode != "english"]
PROJECTOR = {"width": 1920, "height": 1080}


@pytest.fixture(scope="session")
def all_visits(city: City) -> list[Visit]:
    return visits(city)


@pytest.mark.parametrize("mode", MODES)
def test_no_page_has_a_fault_that_axe_finds_or_scrolls_sideways(
    mode: str, city: City, browser: Browser, all_visits: list[Visit]
) -> None:
    faults: list[str] = []
    pages: dict[str, Page] = {}
    for visit in all_visits:
        page = pages.get(visit.user) or _visitor(browser, city, visit.user, mode)
        pages[visit.user] = page
        faults += _faults(page, city, visit, mode)
    assert not faults, "\n".join(faults)


def _visitor(browser: Browser, city: City, user: str, mode: str) -> Page:
    size, cookies = MODES[mode]
    page = visitor(browser, size=size)
    page.context.add_cookies([{"name": name, "value": value, "url": city.address} for name, value in cookies.items()])
    if user:
        enter_as(page, city.address, user)
    return page


def _faults(page: Page, city: City, visit: Visit, mode: str) -> list[str]:
    if visit.wide and mode == "desktop":
        page.set_viewport_size(PROJECTOR)  # type: ignore[arg-type]
    spoken: list[str] = []
    listen = lambda message: spoken.append(message.text) if message.type == "error" else None  # noqa: E731
    page.on("console", listen)
    answer = page.goto(city.address + visit.path)
    page.remove_listener("console", listen)
    assert answer is not None
    name = f"{visit.name} ({mode})"
    found = [f"{name}: HTTP {answer.status}"] if answer.status >= 500 else []
    found += [f"{name}: console: {text}" for text in spoken if "status of 40" not in text]
    wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    if wider > 0:
        found.append(f"{name}: {wider} px wider than the screen")
    found += [f"{name}: {fault}" for fault in _axe(page)]
    if mode == "desktop":
        page.emulate_media(media="print")
        found += [f"{name} on paper: {fault}" for fault in _axe(page, only=["color-contrast"])]
        page.emulate_media(media="screen")
    return found


def _axe(page: Page, *, only: list[str] | None = None) -> list[str]:
    return [
        f"{found['id']} at {[node['target'] for node in found['nodes'][:1]]}, {len(found['nodes'])} times"
        for found in violations(page, only=only)
    ]


@pytest.mark.parametrize("mode", [mode for mode in CHINESE if mode != "desktop"])
def test_no_result_of_a_scan_has_a_fault(mode: str, city: City, browser: Browser) -> None:
    page = _visitor(browser, city, "", mode)
    faults = []
    for name in results(page, city):
        faults += [f"{name}: {found['id']}" for found in violations(page)]
        if page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") > 0:
            faults.append(f"{name}: wider than the screen")
    assert faults == []


@pytest.mark.parametrize("mode", CHINESE)
def test_a_genuine_certificate_is_shown_without_a_fault(mode: str, city: City, browser: Browser) -> None:
    page = _visitor(browser, city, "", mode)
    certificates.ask(page, city)
    assert [found["id"] for found in violations(page)] == []
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0


def test_the_next_lesson_stands_above_the_fold_of_a_small_phone(city: City, browser: Browser) -> None:
    page = visitor(browser, size={"width": 320, "height": 568})
    enter_as(page, city.address, "demo-learner")
    page.goto(f"{city.address}/my/")
    box = page.locator(".next-actions").bounding_box()
    assert box is not None
    assert box["y"] + box["height"] <= 568
