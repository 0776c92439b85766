"""取消班次、暂停班次 on the desk: the page of what would follow stands before the button, for who may press it."""

from datetime import datetime, timedelta

import pytest
from django.urls import reverse

from courses import classes
from courses.models import Enrolment, OutboxMessage, Post, TrainingClass
from tests.courses.web.desk.conftest import Cast, Open, soup, words
from tests.factories import catalogue, people
from tests.factories.classes import enrolled, training_class
from tests.factories.completion import submitted

pytestmark = pytest.mark.django_db
CANCEL, SUSPEND = "desk_class_cancel", "desk_class_suspend"


@pytest.fixture
def made(now: datetime, cast: Cast) -> TrainingClass:
    a_class = training_class(now=now, first=now + timedelta(days=20), seats=1, trainers=[cast.trainer])
    for _ in range(2):
        enrolled(training_class=a_class, now=now)
    enrolled(training_class=a_class, learner=people.unreachable(now=now), now=now)
    return a_class


def there(name: str, a_class: TrainingClass) -> str:
    return reverse(name, args=[a_class.number])


def lines(response: object, section: str) -> dict[str, str]:
    found = soup(response).select(f"section[aria-labelledby={section}] dl > div")
    return {row.dt.get_text(): row.dd.find(string=True).strip() for row in found}


def test_before_a_class_is_cancelled_its_page_says_what_becomes_of_everybody(
    cast: Cast, sign_in: Open, made: TrainingClass
) -> None:
    browser, address = sign_in(cast.institution), there(CANCEL, made)
    assert soup(browser.get(there("desk_class", made))).find("a", href=address)
    OutboxMessage.objects.all().delete()
    page = browser.get(address)
    assert lines(page, "people") == {
        "已录取": "1 人",
        "待审核": "0 人",
        "评选中": "0 人",
        "待本人确认": "0 人",
        "候补中": "2 人",
    }
    assert lines(page, "told") == {"本班报名的学员": "2 人", "任课教师": "1 人"}
    text = words(page)
    for sentence in (
        "1 人，请当面告知",
        "还没有考勤。",
        "还没上的 2 次课不再上。",
        "没有结业记录。",
        "取消后不能恢复。",
    ):
        assert sentence in text
    assert not OutboxMessage.objects.exists()
    form = soup(page).select_one("form[action$='/advance/']")
    assert form is not None
    sent = {"to": form.select_one("input[name=to]")["value"], "reason": "场地停用"}
    assert "班次现在是「已取消」" in words(browser.post(str(form["action"]), sent, follow=True))
    assert set(Enrolment.objects.values_list("status", flat=True)) == {"withdrawn"}
    assert "班次现在不能这样办理。请看现在的状态再选。" in words(browser.get(address, follow=True))


def test_before_a_class_is_suspended_its_page_says_what_is_kept(cast: Cast, sign_in: Open, made: TrainingClass) -> None:
    browser, address = sign_in(cast.district), there(SUSPEND, made)
    assert soup(browser.get(there("desk_class", made))).find("a", href=address)
    text = words(browser.get(address))
    for sentence in ("席位保留，暂停期间不上课", "名次保留，暂停期间不递补", "恢复以前不能签到"):
        assert sentence in text
    browser.post(there("desk_class_advance", made), {"to": "suspended", "reason": "整改"})
    assert soup(browser.get(there("desk_class", made))).find("a", href=there(CANCEL, made))
    assert "取消班次前先看后果" in words(browser.get(there(CANCEL, made)))


def test_a_class_with_completions_is_offered_no_cancellation_and_says_what_to_do(
    now: datetime, cast: Cast, sign_in: Open
) -> None:
    row, _after = submitted(now=now)
    made = row.enrolment.training_class
    TrainingClass.objects.filter(pk=made.pk).update(status="suspended")
    page = sign_in(cast.district).get(there(CANCEL, made))
    assert "这个班已有结业记录。请先退回或撤销结业。" in words(page)
    assert lines(page, "completions") == {"机构已提交": "1 人"}
    assert "到课 1 人" in words(page)
    assert soup(page).select_one("form[action$='/advance/']") is None


def test_who_is_not_offered_the_step_is_led_back_and_no_stranger_finds_it(
    now: datetime, cast: Cast, sign_in: Open, made: TrainingClass
) -> None:
    told = {
        role: tuple(sign_in(user).get(there(name, made)).status_code for name in (CANCEL, SUSPEND))
        for role, user in cast.everybody().items()
    }
    assert told == {
        "learner": (403, 403),
        "trainer": (403, 403),
        "institution": (200, 302),
        "district": (302, 200),
        "city": (302, 200),
        "inspector": (302, 302),
        "auditor": (302, 302),
        "editor": (403, 403),
    }
    other = catalogue.institution("J002", "另一所学校", district=catalogue.district("fushan", "福山区", "370611"))
    stranger = sign_in(people.staff(role=Post.Role.INSTITUTION, now=now, institution=other))
    assert [stranger.get(there(name, made)).status_code for name in (CANCEL, SUSPEND)] == [404, 404]


def test_a_class_that_nobody_was_told_of_is_cancelled_on_its_own_page(now: datetime, cast: Cast, sign_in: Open) -> None:
    made = training_class(now=now, first=now + timedelta(days=20), approved=False, trainers=[cast.trainer])
    classes.submit(by=cast.institution, training_class=made, now=now)
    browser = sign_in(cast.institution)
    page = soup(browser.get(there("desk_class", made)))
    assert page.find("a", href=there(CANCEL, made)) is None
    assert page.select_one("input[name=to][value=cancelled]") is not None
    assert browser.get(there(CANCEL, made)).status_code == 302
