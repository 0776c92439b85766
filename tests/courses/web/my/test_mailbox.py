"""邮箱 under 我的信息: from the address over the code in the letter to the page that shows it masked."""

from datetime import datetime
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.test import Client

from courses import notices
from courses.models import Learner
from courses.people.mailboxes import EMAIL_NOTICES
from tests.courses.web.desk.conftest import words
from tests.factories import catalogue, people

pytestmark = pytest.mark.django_db
HOME, CODE, FORGET = "/my/email/", "/my/email/code/", "/my/email/forget/"


@pytest.fixture(autouse=True)
def _clock(now: datetime, settings: Any):
    settings.EMAIL_CARRIER = True
    catalogue.policy()
    with time_machine.travel(now, tick=False):
        yield


@pytest.fixture
def learner(now: datetime) -> Learner:
    return people.learner(now=now)


def browser_of(learner: Learner) -> Client:
    client = Client()
    client.force_login(learner.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def test_an_address_is_given_proved_shown_masked_and_taken_away(learner: Learner, now: datetime) -> None:
    notice = catalogue.consent_notice(EMAIL_NOTICES)
    browser = browser_of(learner)
    assert browser.get("/my/data/").content.decode().count(HOME) == 1
    assert notice.text in words(browser.get(HOME))
    assert browser.get(CODE)["Location"] == HOME
    answer = browser.post(HOME, {"email": "chen@example.cn", "agree": "on"})
    assert answer["Location"] == CODE
    page = browser.get(CODE)
    assert ("c***@example.cn" in words(page), "chen@example.cn" in page.content.decode()) == (True, False)
    notices.deliver_due(now=now)
    code = mail.outbox[0].body.split("验证码是 ")[1][:6]
    assert browser.post(CODE, {"code": "12"}).status_code == 422
    wrong = browser.post(CODE, {"code": f"{(int(code) + 1) % 10**6:06d}"})
    assert (wrong.status_code, "还可以试 4 次" in words(wrong)) == (422, True)
    answer = browser.post(CODE, {"code": code}, follow=True)
    assert "邮箱已保存。" in words(answer)
    assert "c***@example.cn" in words(browser.get("/my/data/"))
    assert browser.get(CODE)["Location"] == HOME, "the code is used up"
    assert "邮箱已删除" in words(browser.post(FORGET, follow=True))
    learner.refresh_from_db()
    assert learner.email == ""


def test_what_is_no_address_or_is_not_agreed_to_is_said_and_nothing_is_mailed(learner: Learner, now: datetime) -> None:
    browser = browser_of(learner)
    for sent, said in (
        ({"email": "chen", "agree": "on"}, "邮箱地址不对"),
        ({"email": "", "agree": "on"}, "请填写邮箱"),
        ({"email": "chen@example.cn"}, "没有同意用邮箱接收通知"),
    ):
        page = browser.post(HOME, sent)
        assert (page.status_code, said in words(page)) == (422, True)
    notices.deliver_due(now=now)
    assert mail.outbox == []


def test_a_city_without_a_mail_server_says_so_and_asks_for_no_address(learner: Learner, settings: Any) -> None:
    settings.EMAIL_CARRIER = False
    page = browser_of(learner).get(HOME)
    assert "本市还没有开通邮件通知" in words(page)
    assert 'name="email"' not in page.content.decode()


def test_it_is_asked_for_in_english_as_well(learner: Learner) -> None:
    browser = browser_of(learner)
    browser.cookies["django_language"] = "en"
    page = words(browser.get(HOME, headers={"accept-language": "en"}))
    assert "Get a code" in page
