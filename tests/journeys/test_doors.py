"""The two real doors, as people use them: a phone and a code; a password and a second factor."""

import re
from datetime import date

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.factories.people import resident_number
from tests.journeys.browser import PHONE, visitor
from tests.journeys.city import City
from tests.journeys.doors import ask_for_code, finish_set_up, give_password, new_password, now_shown
from tests.journeys.modes import faults

pytestmark = pytest.mark.browser


def told(city: City, program: str) -> str:
    return city.manage("shell", "-v0", "-c", program).strip()


def code_in_the_window(city: City) -> str:
    """The sweep of the worker, and the line that it prints for a newcomer."""
    window = told(
        city, "from courses import notices; from django.utils import timezone as t; notices.deliver_due(now=t.now())"
    )
    found = re.findall(r"短信 → 199\*{4}4321：.*?(\d{6})", window)
    assert len(found) == 1, window
    return found[0]


def test_a_learner_comes_in_by_phone_and_says_who_they_are(city: City, browser: Browser) -> None:
    learner = visitor(browser, size=PHONE)
    learner.goto(f"{city.address}/my/identity/")
    ask_for_code(learner, "199 1234 4321")
    expect(learner.locator("main")).to_contain_text("199****4321")
    assert faults(learner, "code") == []
    expect(learner.get_by_role("button", name="重新获取验证码")).to_be_disabled()
    # The sixth digit sends it; no button is pressed.
    learner.get_by_label("6 位验证码").fill(code_in_the_window(city))
    expect(learner).to_have_url(f"{city.address}/my/identity/consent/")
    prove_identity(learner)
    learner.goto(f"{city.address}/my/devices/")
    expect(learner.locator("main")).to_contain_text("正在用的这个")


def prove_identity(learner: Page) -> None:
    onward = learner.get_by_role("button", name="继续")
    for tick in ("我已阅读", "我单独同意"):
        assert not learner.get_by_label(tick).is_checked()
        learner.get_by_label(tick).check()
    onward.click()
    learner.get_by_label("姓名").fill("王小强")
    onward.click()
    right = resident_number(born_on=date(1966, 7, 8), serial=421)
    wrong = right[:17] + ("1" if right[17] != "1" else "2")
    number, live = learner.get_by_label("证件号码", exact=True), learner.locator(".live")
    number.fill(wrong)
    expect(live).to_contain_text("第 18 位校验不符，请核对")
    number.fill(right)
    expect(live).to_contain_text(f"{right[:2]}{'*' * 13}{right[-3:]}")
    assert faults(learner, "identity, document") == []
    onward.click()
    for name in ("常住区市", "文化程度", "人员类别"):
        learner.get_by_role("group", name=name).get_by_role("radio").first.check()
        onward.click()
    expect(learner.locator("h1")).to_have_text("核对后提交")
    expect(learner.locator("main")).to_contain_text(f"{right[:2]}{'*' * 13}{right[-3:]}")
    assert faults(learner, "identity, check") == []
    learner.get_by_role("button", name="确认无误，提交").click()
    expect(learner).to_have_url(re.compile("/my/$"))


def test_an_officer_comes_in_by_password_and_second_factor(city: City, browser: Browser) -> None:
    new_password(city, "demo-city")
    secret = set_up(visitor(browser), city)
    officer = visitor(browser)
    give_password(officer, city, "demo-city")
    assert faults(officer, "second factor") == []
    officer.get_by_label("动态码或恢复码").fill(now_shown(secret))
    officer.get_by_role("button", name="登录").click()
    expect(officer).to_have_url(f"{city.address}/desk/")


def set_up(officer: Page, city: City) -> str:
    """The first visit: the desk stays shut until the second factor is set up, then it opens."""
    give_password(officer, city, "demo-city")
    expect(officer.locator("h1")).to_have_text("设置二次验证")
    assert faults(officer, "second factor, set up") == []
    secret = finish_set_up(officer)
    expect(officer.locator("h1")).to_have_text("请抄下恢复码")
    assert faults(officer, "recovery codes") == []
    officer.get_by_role("link", name="已抄好，继续").click()
    expect(officer).to_have_url(f"{city.address}/desk/")
    return secret
