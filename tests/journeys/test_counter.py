"""窗口报名: a cook of 58 without a phone is enrolled at the counter and takes a receipt and a card home."""

from datetime import date

import pytest
from playwright.sync_api import Browser, expect

from tests.factories.people import resident_number
from tests.journeys.browser import DESK, decode, enter_as, violations, visitor
from tests.journeys.city import City

pytestmark = pytest.mark.browser

# A class of the demo institution with a seat to give at once.
OPEN = """
from courses.models import *
school = Post.objects.get(user__username="demo-institution").institution
for one in school.classes.filter(status="enrolling", mode="first_come").order_by("-starts_on"):
    if one.taken < one.seats and not one.waiting and one.kind_key != "mgr":
        break
print(one.number)
"""
FOUND = """
import sys
from courses.models import *
from courses.people import cards
card = cards.find(code="{code}")
row = Enrolment.objects.filter(learner=card.learner).get()
print(card.number, row.source, row.status, bool(row.learner.user_id), repr(row.learner.phone))
"""


def last_line(said: str) -> str:
    return said.strip().splitlines()[-1]


def test_a_cook_without_a_phone_is_enrolled_and_the_card_can_be_read(city: City, browser: Browser) -> None:
    number = last_line(city.manage("shell", "-v0", "-c", OPEN))
    document = resident_number(born_on=date(1968, 3, 5), serial=711)
    desk = visitor(browser, size=DESK)
    enter_as(desk, city.address, "demo-institution")
    desk.goto(f"{city.address}/desk/class/{number}/")
    desk.get_by_role("link", name="窗口报名").click()
    assert violations(desk) == []
    desk.get_by_role("button", name="核对，下一步").click()
    expect(desk.get_by_role("heading", name="还有 7 处要改")).to_be_visible()
    expect(desk.get_by_role("alert")).to_be_focused()
    assert violations(desk) == []
    desk.get_by_label("姓名", exact=True).fill("于桂海")
    desk.get_by_label("证件号码").fill(document)
    desk.get_by_label("人员类别").select_option("unemp")
    desk.get_by_label("文化程度").select_option("71")
    desk.get_by_label("常住区市").select_option("zhifu")
    desk.get_by_label("本人已在两份告知书上分别签名，我在场").check()
    desk.get_by_label("本人当面确认：所报情况属实").check()
    desk.get_by_role("button", name="核对，下一步").click()
    expect(desk.get_by_text("确认后直接录取。")).to_be_visible()
    assert document not in desk.url
    assert document not in desk.content()
    assert violations(desk) == []
    desk.get_by_role("button", name="确认报名").click()

    expect(desk.locator("h1")).to_have_text("已录取")
    expect(desk.get_by_text("没有手机号，不会收到短信。请把回执打印给本人。")).to_be_visible()
    assert violations(desk) == []
    receipt = desk.url
    desk.get_by_role("button", name="打印报名回执").click()
    expect(desk.get_by_text("于桂海")).to_be_visible()
    assert violations(desk) == []
    desk.get_by_role("link", name="返回").click()
    expect(desk).to_have_url(receipt)
    desk.get_by_role("button", name="打印学员卡").click()
    expect(desk.locator(".card-name")).to_have_text("于桂海")
    assert violations(desk) == []
    desk.emulate_media(media="print")
    code = decode(desk.locator(".card").screenshot())
    assert len(code) == 16
    assert code == code.upper()
    assert code.isalnum()

    card, *rest = last_line(city.manage("shell", "-v0", "-c", FOUND.format(code=code))).split()
    assert rest == ["counter", "admitted", "False", "''"]
    desk.emulate_media(media="screen")
    desk.goto(receipt)
    expect(desk.get_by_text(card)).to_be_visible()
    desk.get_by_role("button", name="卡丢了，作废").click()
    expect(desk.get_by_text(f"学员卡 {card} 已作废。")).to_be_visible()
