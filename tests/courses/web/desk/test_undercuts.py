"""依据有变 on the desk: the sum and its rows, kept with a reason or led to the revocation."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.urls import reverse

from courses import attendance, completion
from courses.attendance import Mark
from courses.completion import undercut
from courses.models import Revocation, TrainingClass, Undercut, User
from tests.courses.web.desk.conftest import Cast, Open, propose_all, soup, words
from tests.factories import people

pytestmark = pytest.mark.django_db
Make = Callable[..., TrainingClass]


@pytest.fixture
def found(now: datetime, cast: Cast, finished: Make) -> Undercut:
    """Approved by the officer of the cast; its trainer has taken the second lesson away since."""
    made = finished(people_in=1, first=now - timedelta(hours=29))
    [done] = propose_all(made, by=cast.trainer, now=now)
    completion.submit_all(by=cast.institution, training_class=made, now=now)
    done.refresh_from_db()
    completion.approve(by=cast.district, completion=done, now=now)
    after, lesson = now + timedelta(minutes=1), made.lessons.select_related("training_class").get(number=2)
    attendance.mark(
        by=cast.trainer, lesson=lesson, learner=done.enrolment.learner, as_=Mark.ABSENT, reason="other",
        note="核对监控", now=after,
    )  # fmt: skip
    undercut.tend(now=after)
    return Undercut.objects.get()


@pytest.fixture
def colleague(now: datetime, cast: Cast) -> User:
    district = cast.district.posts.get().district
    return people.staff(role="district", now=now - timedelta(days=99), district=district, name="孙二")


def test_the_page_shows_the_sum_and_every_row_since_the_approval(found: Undercut, cast: Cast, sign_in: Open) -> None:
    browser = sign_in(cast.district)
    assert found.number in words(browser.get(reverse("desk_undercuts")))
    page = browser.get(reverse("desk_undercut", args=[found.number]))
    assert "出勤：批准时 8 学时，现在 4 学时，要求 6.4 学时" in words(page)
    assert [row.select("th")[0].get_text() for row in soup(page).select("tbody tr")] == [
        "第 2 次课的考勤：老师手工登记",
    ]
    assert "是否照旧须由他人决定" in words(page)


def test_a_colleague_keeps_it_and_the_approver_cannot(
    found: Undercut, cast: Cast, colleague: User, sign_in: Open
) -> None:
    address = reverse("desk_undercut_keep", args=[found.number])
    refused = sign_in(cast.district).post(address, {"note": "不影响"}, follow=True)
    assert "是否照旧须由他人决定，未保存" in words(refused)
    told = sign_in(colleague).post(address, {"note": "监控时钟不准"}, follow=True)
    assert "已记为结业照旧，计数没有变化。" in words(told)
    found.refresh_from_db()
    assert (found.status, found.note, found.decided_by) == ("kept", "监控时钟不准", colleague)
    assert "没有需要核实的" in words(sign_in(colleague).get(reverse("desk_undercuts")))
    assert found.number in words(sign_in(colleague).get(reverse("desk_undercuts"), {"state": "decided"}))


def test_who_confirms_is_led_to_the_revocation_that_another_decides(
    found: Undercut, colleague: User, sign_in: Open
) -> None:
    page = sign_in(colleague).post(
        reverse("desk_undercut_confirm", args=[found.number]), {"note": "两次课都没有到"}, follow=True
    )
    made = Revocation.objects.get()
    assert (made.reason, made.proposed_by) == ("两次课都没有到", colleague)
    assert soup(page).select_one(f'a[href="{reverse("desk_revocation", args=[made.number])}"]') is not None


def test_an_institution_and_a_trainer_have_no_such_page(found: Undercut, cast: Cast, sign_in: Open) -> None:
    for user in (cast.institution, cast.inspector, cast.auditor):
        assert sign_in(user).get(reverse("desk_undercut", args=[found.number])).status_code == 403
