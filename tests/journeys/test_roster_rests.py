"""A roster that nobody touches: its token ends, the names go away, and it does not reload itself."""

import re

import pytest
from playwright.sync_api import Browser, Request, expect

from tests.journeys.browser import PHONE, enter_as, visitor
from tests.journeys.city import City
from tests.journeys.pages import visits

pytestmark = pytest.mark.browser


def test_a_roster_whose_token_ended_puts_the_names_away_and_waits_for_a_press(city: City, browser: Browser) -> None:
    page = visitor(browser, size=PHONE)
    enter_as(page, city.address, "demo-trainer")
    path = next(visit.path for visit in visits(city) if visit.name == "roster")
    page.goto(city.address + path)
    expect(page.locator(".roster-name, .roster-who h3").first).to_be_visible()

    asked: list[str] = []

    def note(request: Request) -> None:
        asked.append("page" if request.is_navigation_request() else "state")

    page.on("request", note)
    page.route(re.compile("/state$"), lambda route: route.fulfill(status=403, json={"code": "screen_unknown"}))
    expect(page.get_by_role("heading", name="名单已收起")).to_be_visible()
    expect(page.locator("[data-names]")).to_have_count(0)
    page.wait_for_timeout(4500)
    assert asked == ["state"]

    page.unroute_all()
    page.get_by_role("link", name="继续看名单").click()
    expect(page.locator(".roster-name, .roster-who h3").first).to_be_visible()
