"""注销 at the desk: who receives does not decide, and nobody but the city has it."""

from datetime import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from courses import erasure, turns
from courses.models import ErasureRequest, Learner, User
from courses.turns import Of, Turn
from tests.courses.web.desk.conftest import Cast, Open, soup, words
from tests.factories import people
from tests.factories.erasure import received

pytestmark = pytest.mark.django_db


@pytest.fixture
def learner(now: datetime, cast: Cast) -> Learner:
    return people.learner(now=now, name="欧阳知秋")


@pytest.fixture
def second(now: datetime) -> User:
    return people.staff(role="city", now=now, name="周二")


def test_one_receives_another_decides_and_the_record_is_empty(
    cast: Cast, sign_in: Open, learner: Learner, second: User, now: datetime
) -> None:
    assert learner.user is not None
    asked = erasure.ask(learner=learner, by=learner.user, now=now)
    first, other = sign_in(cast.city), sign_in(second)
    page = words(first.get(reverse("desk_erasures")))
    assert (asked.number in page, "欧阳知秋" in page) == (True, False)
    first.post(reverse("desk_erasure_receive", args=[asked.number]), {"note": "回电核对"})
    said = words(first.post(reverse("desk_erasure_agree", args=[asked.number]), follow=True))
    assert "受理和决定须由两人办理" in said
    assert "由您受理，须他人决定" in said
    other.post(reverse("desk_erasure_agree", args=[asked.number]))
    learner.refresh_from_db()
    assert (learner.name, learner.erased_at) == ("", now)
    assert "已注销" in words(other.get(reverse("desk_erasure", args=[asked.number])))


def test_several_cost_the_queue_no_more_statements_than_one(
    cast: Cast, sign_in: Open, learner: Learner, second: User, now: datetime
) -> None:
    received(learner, now=now)
    browser, asked = sign_in(second), []
    browser.get(reverse("desk"))
    for other in (None, people.learner(now=now), people.learner(now=now)):
        if other is not None:
            received(other, now=now)
        with CaptureQueriesContext(connection) as captured:
            browser.get(reverse("desk"))
        asked.append(len(captured))
    assert asked[1:] == [asked[0]] * 2


def test_it_waits_for_the_city_with_its_last_day_and_not_for_who_received_it(
    cast: Cast, sign_in: Open, learner: Learner, second: User, now: datetime
) -> None:
    asked = received(learner, now=now)
    ErasureRequest.objects.filter(pk=asked.pk).update(received_by=cast.city)
    page = words(sign_in(second).get(reverse("desk")))
    assert asked.number in page
    assert "还剩 15 个工作日" in page
    assert asked.number not in words(sign_in(cast.city).get(reverse("desk")))
    erasure.refuse(request=ErasureRequest.objects.get(), by=second, reason="不是本人", now=now)
    assert [(of, status) for _subject, status, _people, _at, of in turns.handled(user=second, now=now)] == [
        (Of.ERASURE, "refused")
    ]
    assert not turns.my_matters(turn=Turn.ERASURE_REVIEW, user=cast.city).exists()


def test_the_counter_enters_a_request_by_number_and_nobody_else_reads_it(
    cast: Cast, sign_in: Open, learner: Learner
) -> None:
    browser = sign_in(cast.city)
    wrong = browser.post(reverse("desk_erasures"), {"learner": "X0", "note": "持证"})
    assert wrong.status_code == 422
    browser.post(reverse("desk_erasures"), {"learner": learner.number, "note": "持证到窗口"})
    asked = ErasureRequest.objects.get()
    assert (asked.status, asked.received_by) == ("received", cast.city)
    for name, user in cast.everybody().items():
        if name not in ("city", "learner"):
            assert sign_in(user).get(reverse("desk_erasure", args=[asked.number])).status_code == 403


def test_whom_no_message_reaches_waits_at_the_desk_to_be_told_and_who_did_it_and_how_is_kept(
    cast: Cast, sign_in: Open, learner: Learner, second: User, now: datetime
) -> None:
    Learner.objects.filter(pk=learner.pk).update(phone="", user=None)
    asked = received(learner, now=now)
    browser, address = sign_in(second), reverse("desk_erasure", args=[asked.number])
    assert "同意注销后联系不上本人" in words(browser.get(address))
    sent = {"reason": "不是本人"}
    said = words(browser.post(reverse("desk_erasure_refuse", args=[asked.number]), sent, follow=True))
    assert "没有同意。本人没有手机号，请当面或书面告知原因，告知后在这里登记。" in said
    [row] = soup(browser.get(reverse("desk"))).select(".queue tbody tr")
    assert "未同意，待当面或书面告知" in row.get_text()
    assert "还剩 15 个工作日" in row.get_text()
    assert row.select("a")[-1]["href"] == address
    assert "待告知本人" in words(browser.get(reverse("desk_erasures")))
    told = reverse("desk_erasure_told", args=[asked.number])
    assert "请写明何时、怎样告知本人的，未登记。" in words(browser.post(told, {"how": ""}, follow=True))
    page = words(browser.post(told, {"how": "9 月 14 日寄出挂号信"}, follow=True))
    assert "已登记，这件事办完了。" in page
    assert "9 月 14 日寄出挂号信" in page
    assert soup(browser.get(reverse("desk"))).select(".queue tbody tr") == []
    assert "待告知本人" not in words(browser.get(reverse("desk_erasures")))
    assert "已告知" in words(browser.get(reverse("desk_handled")))


def test_whom_a_message_reaches_nobody_has_to_tell(
    cast: Cast, sign_in: Open, learner: Learner, second: User, now: datetime
) -> None:
    asked = received(learner, now=now)
    browser = sign_in(second)
    refuse = reverse("desk_erasure_refuse", args=[asked.number])
    assert "已发短信请本人登录查看原因" in words(browser.post(refuse, {"reason": "不是本人"}, follow=True))
    assert soup(browser.get(reverse("desk"))).select(".queue tbody tr") == []
