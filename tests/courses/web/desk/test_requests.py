"""请假和异议 at the desk: in the institution's queue once ripe, decided with a reason, names masked."""

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from courses import attendance, turns
from courses.attendance import disputes, leave
from courses.models import Attendance, Dispute, Enrolment, LeaveRequest, Lesson, RefusedScan, TrainingClass
from courses.turns import Turn
from tests.courses.web.desk.conftest import Cast, Open, soup
from tests.factories import catalogue, people
from tests.factories.classes import enrolled, first_lesson, training_class

pytestmark = pytest.mark.django_db


@pytest.fixture
def made(now: datetime, cast: Cast) -> TrainingClass:
    """A class whose first lesson ended two hours ago."""
    start = now - timedelta(hours=5)
    return training_class(now=now - timedelta(days=20), first=start, trainers=[cast.trainer])


@pytest.fixture
def own(made: TrainingClass, now: datetime) -> Enrolment:
    row = enrolled(training_class=made, now=now - timedelta(days=19), name="欧阳小海")
    return Enrolment.objects.select_related("learner", "training_class__course").get(pk=row.pk)


@pytest.fixture
def row(own: Enrolment, now: datetime) -> Dispute:
    return attendance.raise_dispute(
        enrolment=own, lesson=first_lesson(own.training_class), text="我全程都在", content=None, by=None,
        now=now - timedelta(hours=1),
    )  # fmt: skip


def answer(row: Dispute, cast: Cast, now: datetime) -> None:
    disputes.answer(by=cast.trainer, dispute=row, support=True, text="见过他", now=now - timedelta(minutes=30))


def queue(client: Client) -> list[str]:
    page = soup(client.get(reverse("desk")))
    return [" ".join(one.get_text(" ").split()) for one in page.select(".queue tbody tr")]


def waiting(user: object, now: datetime) -> set[str]:
    return {turn for _pk, turn, _many, _since in turns.elsewhere(user=user, now=now)}  # type: ignore[arg-type]


def test_a_dispute_waits_for_the_trainer_and_then_for_the_institution(
    cast: Cast, sign_in: Open, row: Dispute, now: datetime
) -> None:
    client = sign_in(cast.institution)
    assert queue(client) == []
    assert waiting(cast.institution, now) == {Turn.DISPUTE_ANSWER}
    answer(row, cast, now)
    [line] = queue(client)
    assert ("异议" in line, "1 份考勤异议" in line) == (True, True)
    assert waiting(cast.institution, now) == set()
    assert waiting(cast.district, now) == {Turn.DISPUTE_REVIEW}


def test_leave_waits_for_the_trainer_and_the_institution_may_decide(
    cast: Cast, sign_in: Open, own: Enrolment, made: TrainingClass, now: datetime
) -> None:
    second = Lesson.objects.get(training_class=made, number=2)
    asked = leave.ask(enrolment=own, lessons=[second], kind="leave", reason="家里有事", content=None, by=None, now=now)
    assert waiting(cast.institution, now) == {Turn.LEAVE_REVIEW}
    sign_in(cast.institution).post(reverse("desk_leave_decide", args=[made.number, asked.code]), {"decision": "grant"})
    asked.refresh_from_db()
    assert (asked.status, asked.decided_by) == (LeaveRequest.Status.GRANTED, cast.institution)
    assert waiting(cast.institution, now) == set()


def test_the_institution_decides_with_hours_and_a_reason(
    cast: Cast, sign_in: Open, row: Dispute, made: TrainingClass, now: datetime
) -> None:
    answer(row, cast, now)
    client = sign_in(cast.institution)
    page = client.get(reverse("desk_requests", args=[made.number])).content.decode()
    assert ("欧阳小海" in page, "我全程都在" in page, "见过他" in page) == (False, True, True)
    address = reverse("desk_dispute_decide", args=[made.number, row.code])
    said = {"outcome": "present", "came": "04:00", "left": "07:00", "text": "教师证明"}
    wrong = client.post(address, {**said, "came": "03:00"}, follow=True)
    assert "到课和离开的时间不对" in wrong.content.decode()
    client.post(address, said)
    assert Attendance.objects.values_list("status", "minutes").get() == ("present", 180)
    assert queue(client) == []


def test_the_institution_reads_beside_a_dispute_which_scans_were_turned_away(
    cast: Cast, sign_in: Open, row: Dispute, made: TrainingClass, now: datetime
) -> None:
    RefusedScan.objects.create(
        lesson=row.lesson, learner=row.enrolment.learner, code="too_early", direction="in",
        scanned_at=row.lesson.starts_at - timedelta(minutes=40), at=now,
    )  # fmt: skip
    page = soup(sign_in(cast.institution).get(reverse("desk_requests", args=[made.number])))
    [line] = [one.get_text(" ") for one in page.select(".lesson-lines p") if "来过但没有签上" in one.get_text()]
    assert "还没有到签到时间" in line


def test_another_institution_and_those_who_review_or_read_do_not_open_it(
    cast: Cast, sign_in: Open, row: Dispute, made: TrainingClass, now: datetime
) -> None:
    other = people.staff(
        role="institution", now=now - timedelta(days=9), institution=catalogue.institution("J002", "别的学校")
    )
    page = reverse("desk_requests", args=[made.number])
    decide = reverse("desk_dispute_decide", args=[made.number, row.code])
    assert (sign_in(other).get(page).status_code, sign_in(other).post(decide).status_code) == (404, 404)
    for user in (cast.district, cast.city, cast.inspector, cast.auditor):
        assert (sign_in(user).get(page).status_code, sign_in(user).post(decide).status_code) == (403, 403)
