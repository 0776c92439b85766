"""Every page in every mode: nothing for axe to find, nothing that scrolls sideways, no word on the console."""

import json
from functools import partial

import pytest
from playwright.sync_api import Browser, Page, Request, Route

from tests.journeys import certificates
from tests.journeys.browser import PHONE, enter_as, visitor
from tests.journeys.city import City
from tests.journeys.modes import SMALL, faults
from tests.journeys.pages import DOORS, Visit, visits
from tests.journeys.scans import results

pytestmark = pytest.mark.browser

LANGUAGES = ("zh-hans", "en")
# On Wagtail's screens, which no template of ours makes: its rich text field and the values of its lists carry no name
# of their own, and its overview beside a form scrolls without taking the focus.
NOT_OURS = {"cms": ("aria-input-field-name", "label", "scrollable-region-focusable")}
ERRORS = """
import json
from functools import partial
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory
from django.utils import translation
from courses.web import errors
pages = (errors.bad_request, errors.forbidden, errors.not_found, errors.too_many, errors.server_error,
         errors.unavailable, errors.csrf_failure)
told = {}
for language in ("zh-hans", "en"):
    request = RequestFactory().get("/")
    request.user, request.LANGUAGE_CODE = AnonymousUser(), language
    with translation.override(language):
        told[language] = {page.__name__: page(request).content.decode() for page in pages}
print(json.dumps(told))
"""


@pytest.fixture(scope="session")
def all_visits(city: City) -> list[Visit]:
    return visits(city)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("door", DOORS[::-1])
def test_no_page_has_a_fault_that_axe_finds_or_scrolls_sideways(
    door: str, language: str, city: City, browser: Browser, all_visits: list[Visit]
) -> None:
    found: list[str] = []
    pages: dict[str, Page] = {}
    for visit in all_visits:
        if visit.door == door:
            page = pages.get(visit.user) or _visitor(browser, city, visit.user, django_language=language)
            pages[visit.user] = page
            found += _faults(page, city, visit, language)
    assert pages
    assert not found, "\n".join(found)


def _visitor(browser: Browser, city: City, user: str, **cookies: str) -> Page:
    page = visitor(browser, size=PHONE)
    page.context.add_cookies([{"name": name, "value": value, "url": city.address} for name, value in cookies.items()])
    if user:
        enter_as(page, city.address, user)
    return page


def _faults(page: Page, city: City, visit: Visit, language: str) -> list[str]:
    spoken: list[str] = []
    listen = lambda message: spoken.append(message.text) if message.type == "error" else None  # noqa: E731
    page.on("console", listen)
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    answer = page.goto(city.address + visit.path)
    assert answer is not None
    name = f"{visit.name} in {language}"
    found = [f"{name}: HTTP {answer.status}"] if answer.status >= 500 else []
    found += faults(page, name, wide=visit.wide, but=NOT_OURS.get(visit.door, ()))
    page.remove_listener("console", listen)
    return found + [f"{name}: console: {text}" for text in spoken if "status of 40" not in text]


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_error_page_has_a_fault(language: str, city: City, browser: Browser) -> None:
    """As the service writes them, at an address of this host, so that their styles are the real ones."""
    told = json.loads(city.manage("shell", "-v0", "-c", ERRORS))[language]
    assert len(told) == 7
    page = visitor(browser, size=PHONE)
    for name, body in told.items():
        page.route(f"{city.address}/{name}/", partial(_written, body=body))
        page.goto(f"{city.address}/{name}/")
        assert page.locator("h1").inner_text()
        assert faults(page, name) == []


def _written(route: Route, _request: Request, *, body: str) -> None:
    route.fulfill(body=body, content_type="text/html")


def test_no_result_of_a_scan_has_a_fault(city: City, browser: Browser) -> None:
    page = _visitor(browser, city, "")
    assert [fault for name in results(page, city) for fault in faults(page, name)] == []


def test_a_genuine_certificate_is_shown_without_a_fault(city: City, browser: Browser) -> None:
    page = _visitor(browser, city, "")
    certificates.ask(page, city)
    assert faults(page, "certificate") == []


def test_the_next_lesson_stands_above_the_fold_of_a_small_phone(city: City, browser: Browser) -> None:
    page = visitor(browser, size=SMALL)
    enter_as(page, city.address, "demo-learner")
    page.goto(f"{city.address}/my/")
    box = page.locator(".next-actions").bounding_box()
    assert box is not None
    assert box["y"] + box["height"] <= 568
