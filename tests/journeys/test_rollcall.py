"""A roll-call: the wall turns to a picture, a phone picks it, the roster knows. And a wall that runs for hours."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.browser import PHONE, PROJECTOR, decode, enter_as, violations, visitor
from tests.journeys.city import City
from tests.journeys.scans import HOURS_AGO, SCAN

pytestmark = pytest.mark.browser
# Eight hours may add 20 MB; two of them are enough to see a leak that adds up to more.
HOURS = 2
HEAP_MORE = 20 * 2**20 * HOURS // 8
MINUTES_A_STEP = 20
# One node left behind by each code shown would be a leak; a browser keeps a few dozen of its own until it likes.
CODES = HOURS * 360
# What a busy wall is told: a new code every ten seconds, an arrival now and then, nothing in between.
POLLS = """(html) => {
  let asked = 0;
  window.polls = () => asked;
  window.fetch = async (_address, options) => {
    asked += 1;
    const now = Date.now(), step = 10000, place = Math.floor(now / step), etag = `"${place}"`;
    const headers = new Headers({ ETag: etag, "X-Now": String(now) });
    if (options.headers["If-None-Match"] === etag) return new Response(null, { status: 304, headers });
    const body = { html: html + `<!-- ${place} -->`, phase: "open", ends: (place + 1) * step, step, code: true };
    return new Response(JSON.stringify(body), { status: 200, headers });
  };
}"""


def lesson_of(city: City) -> str:
    """The demo class begins anew, its learner is in it and has scanned in; the name of its lesson."""
    city.manage("shell", "-v0", "-c", HOURS_AGO)
    city.manage("renew_demo")
    return city.manage("shell", "-v0", "-c", SCAN).strip().splitlines()[-1]


def test_a_roll_call_reaches_wall_phone_and_roster(city: City, browser: Browser) -> None:
    code = lesson_of(city)
    phone = visitor(browser, size=PHONE)
    enter_as(phone, city.address, "demo-learner")
    phone.goto(f"{city.address}/C/{code}")
    expect(phone.locator("h1")).to_contain_text("签到成功")

    trainer, wall = visitor(browser, size=PHONE), visitor(browser, size=PROJECTOR)
    for page in (trainer, wall):
        enter_as(page, city.address, "demo-trainer")
    wall.goto(f"{city.address}/teach/lesson/{code[:6]}/wall/")
    expect(wall.locator(".wall-panel .qr")).to_be_visible()
    trainer.goto(f"{city.address}/teach/lesson/{code[:6]}/")
    trainer.get_by_role("link", name="点名", exact=True).click()
    trainer.get_by_role("button", name="开始点名").click()
    expect(trainer.get_by_role("heading", name="正在点名")).to_be_visible()

    # The wall learns of it by itself, and its code leads where the picture is asked for.
    expect(wall.locator(".wall-picture b")).to_be_visible()
    word = wall.locator(".wall-picture b").inner_text()
    assert decode(wall.locator(".wall-code").screenshot()).upper().endswith("/C/ROLLCALL")

    phone.goto(f"{city.address}/my/")
    phone.get_by_role("link", name="去答到").click()
    assert violations(phone) == []
    wrong = next(text for text in phone.locator(".roll-grid button").all_inner_texts() if text != word)
    phone.get_by_role("button", name=wrong, exact=True).click()
    expect(phone.get_by_role("alert")).to_contain_text("还可以选 1 次")
    phone.get_by_role("button", name=word, exact=True).click()
    expect(phone.locator("h1")).to_contain_text("已答到")

    expect(wall.locator(".wall-answered")).to_contain_text("1")
    expect(trainer.locator(".roster-answered")).to_contain_text("1 / 1 人已答")
    assert violations(trainer) == []


@pytest.mark.long
def test_a_wall_that_asks_thousands_of_times_does_not_grow_and_comes_back_at_once(city: City, browser: Browser) -> None:
    code = lesson_of(city)
    wall = visitor(browser, size=PROJECTOR)
    enter_as(wall, city.address, "demo-trainer")
    wall.clock.install()
    wall.goto(f"{city.address}/teach/lesson/{code[:6]}/wall/")
    wall.keyboard.press("b")
    html = wall.locator("#wall").inner_html()
    wall.evaluate(POLLS, html)
    wall.clock.run_for(60_000)
    before = weight(wall)
    for _step in range(HOURS * 60 // MINUTES_A_STEP):
        wall.clock.run_for(MINUTES_A_STEP * 60_000)
    assert wall.evaluate("window.polls()") > HOURS * 1800 * 0.9
    after = weight(wall)
    assert after["heap"] - before["heap"] < HEAP_MORE
    assert after["Nodes"] - before["Nodes"] < CODES // 2
    assert after["JSEventListeners"] == before["JSEventListeners"]

    # The code stands in the page itself: after a refresh nothing has to be asked for before it shows.
    answer = wall.reload()
    assert answer is not None
    assert 'class="qr"' in answer.text()
    expect(wall.locator("body")).to_have_class("wall wall-big")


def weight(page: Page) -> dict[str, float]:
    """What is left after the rubbish was taken out."""
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.collectGarbage")
    session.send("Performance.enable")
    told = {one["name"]: one["value"] for one in session.send("Performance.getMetrics")["metrics"]}
    session.detach()
    return {**told, "heap": told["JSHeapUsedSize"]}
