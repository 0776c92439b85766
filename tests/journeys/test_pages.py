"""Every page in every mode: nothing for axe to find, nothing that scrolls sideways, no word on the console."""

import pytest
from playwright.sync_api import Browser

from tests.journeys import certificates, errors
from tests.journeys.browser import PHONE, enter_as, visitor
from tests.journeys.city import City
from tests.journeys.modes import MODES, SMALL, faults
from tests.journeys.pages import DOORS, Visit, every_visit
from tests.journeys.scans import results
from tests.journeys.walk import LANGUAGES, as_visitor, walk

pytestmark = pytest.mark.browser

# Chinese in every mode. English, whose words are longer, where there is least room for them: in the largest type and on
# the narrowest screen; in all other modes in `run.py drill pages`.
LOOKS: dict[str, tuple[str, ...]] = {"zh-hans": tuple(MODES), "en": ("elder", "small")}


@pytest.fixture(scope="session")
def all_visits(city: City) -> list[Visit]:
    return every_visit(city)


@pytest.mark.long
@pytest.mark.parametrize("language", LOOKS)
@pytest.mark.parametrize("door", DOORS[::-1])
def test_no_page_has_a_fault_that_axe_finds_or_scrolls_sideways(
    door: str, language: str, city: City, browser: Browser, all_visits: list[Visit]
) -> None:
    """No page is left out; English is looked at in two of the six modes."""
    own = [visit for visit in all_visits if visit.door == door]
    assert own
    found = walk(browser, city, own, language=language, modes=LOOKS[language])
    assert not found, "\n".join(found)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_error_page_has_a_fault(language: str, city: City, browser: Browser) -> None:
    told = errors.written(city, language)
    assert len(told) == 7
    page = visitor(browser, size=PHONE)
    for name, body in told.items():
        errors.open_at(page, city, name, body)
        assert page.locator("h1").inner_text()
        assert faults(page, name) == []


def test_no_result_of_a_scan_has_a_fault(city: City, browser: Browser) -> None:
    page = as_visitor(browser, city, "")
    assert [fault for name in results(page, city) for fault in faults(page, name)] == []


def test_a_genuine_certificate_is_shown_without_a_fault(city: City, browser: Browser) -> None:
    page = as_visitor(browser, city, "")
    certificates.ask(page, city)
    assert faults(page, "certificate") == []


def test_the_next_lesson_stands_above_the_fold_of_a_small_phone(city: City, browser: Browser) -> None:
    page = visitor(browser, size=SMALL)
    enter_as(page, city.address, "demo-learner")
    page.goto(f"{city.address}/my/")
    box = page.locator(".next-actions").bounding_box()
    assert box is not None
    assert box["y"] + box["height"] <= 568
