"""The desk on the screens of an office: the longest menu is one line, the districts lie side by side. On a phone the
menu lies behind a button."""

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.browser import enter_as, visitor
from tests.journeys.city import City
from tests.journeys.modes import SMALL

pytestmark = pytest.mark.browser

# Of the menu, how many lines it takes; of the table of the districts, what lies beyond its frame.
SEEN = """() => {
  const lines = new Set([...document.querySelectorAll(".desk-nav li")].map(entry => entry.offsetTop));
  const frame = document.querySelector(".league").closest(".table-scroll");
  return [lines.size, frame.scrollWidth - frame.clientWidth];
}"""


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("width", [1280, 1366, 1440])
def test_the_menu_is_one_line_and_the_districts_need_no_scroll(
    language: str, width: int, city: City, browser: Browser
) -> None:
    page = visitor(browser, size={"width": width, "height": 900})
    enter_as(page, city.address, "demo-city")
    page.context.add_cookies([{"name": "django_language", "value": language, "url": city.address}])
    page.goto(f"{city.address}/desk/tally/")
    assert page.locator(".desk-nav li").count() == 12
    assert page.evaluate(SEEN) == [1, 0]


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_on_a_phone_the_menu_lies_behind_one_button(language: str, city: City, browser: Browser) -> None:
    page = visitor(browser, size=SMALL)
    enter_as(page, city.address, "demo-city")
    page.context.add_cookies([{"name": "django_language", "value": language, "url": city.address}])
    page.goto(f"{city.address}/desk/tally/")
    box = page.locator(".desk-head").bounding_box()
    assert box is not None
    assert box["height"] <= 96
    expect(page.locator(".desk-nav")).to_be_hidden()
    page.locator(".desk-me > summary").click()
    entries = page.locator(".desk-me nav a")
    assert entries.count() == 12
    expect(entries.last).to_be_visible()
    expect(page.locator(".desk-me nav [aria-current=page]")).to_have_count(1)
