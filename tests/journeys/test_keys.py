"""The desk by keyboard alone: a district officer walks the queue, chooses, opens a row, and turns the keys off."""

import re

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.journeys.browser import DESK, enter_as, violations, visitor
from tests.journeys.city import City

pytestmark = pytest.mark.browser
LINKS = "main .table tbody th a"


@pytest.fixture
def desk(city: City, browser: Browser) -> Page:
    page = visitor(browser, size=DESK)
    enter_as(page, city.address, "demo-district")
    page.goto(f"{city.address}/desk/")
    return page


def links(page: Page) -> Locator:
    return page.locator(LINKS)


def press(page: Page, keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def test_the_numbers_of_the_other_lists_come_after_the_page(desk: Page) -> None:
    for place, name in enumerate(("待我办", "我办过的", "等别人办")):
        expect(desk.locator(".tabs a").nth(place)).to_have_text(re.compile(rf"{name}\d"))
    here = desk.locator(".desk-nav .badge b")
    waits = here.inner_text()
    desk.goto(desk.url + "classes/")
    expect(here).to_be_visible()
    expect(here).to_have_text(waits)


def test_a_number_that_does_not_come_is_a_dash(desk: Page) -> None:
    desk.route("**/desk/counts/*", lambda route: route.fulfill(status=500))
    desk.goto(desk.url + "classes/")
    expect(desk.locator(".desk-nav .badge b")).to_have_text("–")
    expect(desk.locator(".desk-nav .badge b")).to_be_visible()


def test_j_and_k_go_from_row_to_row_and_stop_at_the_ends(desk: Page) -> None:
    many = links(desk).count()
    assert many > 2
    press(desk, "j")
    expect(links(desk).first).to_be_focused()
    press(desk, "jj")
    expect(links(desk).nth(2)).to_be_focused()
    press(desk, "kkkk")
    expect(links(desk).first).to_be_focused()
    press(desk, "j" * (many + 2))
    expect(links(desk).last).to_be_focused()


def test_k_begins_at_the_last_row_and_enter_opens_the_one_in_focus(desk: Page) -> None:
    press(desk, "k")
    last = links(desk).last
    expect(last).to_be_focused()
    leads_to = last.get_attribute("href") or ""
    desk.keyboard.press("Enter")
    expect(desk).to_have_url(re.compile(re.escape(leads_to) + "$"))


def test_x_chooses_a_row_that_may_be_approved_and_no_other(desk: Page) -> None:
    rows = desk.locator("main .table tbody tr")
    may = [place for place in range(rows.count()) if rows.nth(place).get_attribute("data-people")]
    may_not = [place for place in range(rows.count()) if place not in may]
    assert may
    assert may_not
    press(desk, "j" * (may[0] + 1) + "x")
    chosen = desk.locator("main .table tbody input:checked")
    expect(chosen).to_have_count(1)
    expect(rows.nth(may[0]).locator("input")).to_be_checked()
    expect(desk.locator("[data-queue-count]")).to_contain_text("已选 1 件")
    expect(links(desk).nth(may[0])).to_be_focused()
    press(desk, "x")
    expect(chosen).to_have_count(0)
    links(desk).nth(may_not[0]).focus()
    press(desk, "x")
    expect(chosen).to_have_count(0)


def test_what_is_typed_into_a_field_stays_there(desk: Page) -> None:
    field = desk.get_by_label("查找")
    field.focus()
    press(desk, "jkx?")
    expect(field).to_have_value("jkx?")
    expect(field).to_be_focused()
    expect(desk.locator("dialog#keys")).not_to_be_visible()


@pytest.mark.parametrize("held", ["Control", "Alt", "Meta"])
def test_a_key_that_is_held_with_another_is_left_to_the_browser(held: str, desk: Page) -> None:
    desk.keyboard.press(f"{held}+KeyJ")
    expect(desk.locator(f"{LINKS}:focus")).to_have_count(0)


def test_the_keys_are_explained_and_turned_off_for_this_browser(city: City, desk: Page) -> None:
    expect(desk.get_by_role("button", name="按 ? 看快捷键")).to_be_visible()
    press(desk, "?")
    dialog = desk.get_by_role("dialog", name="快捷键")
    expect(dialog).to_be_visible()
    for key in ("j", "k", "x", "Enter", "?"):
        expect(dialog.locator("kbd", has_text=re.compile(f"^{re.escape(key)}$"))).to_be_visible()
    assert violations(desk) == []
    press(desk, "j")
    expect(dialog).to_be_visible()
    dialog.get_by_label("在这个浏览器里使用单键快捷键").uncheck()
    desk.keyboard.press("Escape")
    expect(dialog).not_to_be_visible()
    expect(desk.get_by_role("button", name="快捷键已关闭")).to_be_visible()
    press(desk, "j")
    expect(desk.locator(f"{LINKS}:focus")).to_have_count(0)
    # The next list of the same browser knows it, and one press brings them back.
    desk.goto(f"{city.address}/desk/classes/")
    press(desk, "j")
    expect(desk.locator(f"{LINKS}:focus")).to_have_count(0)
    desk.get_by_role("button", name="快捷键已关闭").click()
    desk.get_by_label("在这个浏览器里使用单键快捷键").check()
    desk.keyboard.press("Escape")
    press(desk, "j")
    expect(links(desk).first).to_be_focused()


@pytest.mark.parametrize("listing", ["desk", "desk/elsewhere", "desk/classes", "desk/completions", "desk/institutions"])
def test_every_list_that_offers_the_keys_obeys_them(listing: str, city: City, desk: Page) -> None:
    desk.goto(f"{city.address}/{listing}/")
    expect(desk.locator("[data-keys]")).to_be_visible()
    press(desk, "jj")
    expect(links(desk).nth(min(1, links(desk).count() - 1))).to_be_focused()
