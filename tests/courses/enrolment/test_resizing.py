"""More or fewer seats for an approved class: asked for, checked, decided by another, and who moves up with it."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from courses import classes, enrolment, policy
from courses.classes import ChangeRefusal, ChangeRefused
from courses.enrolment import SeatsRefusal, SeatsRefused
from courses.models import AuditEvent, ChangeRequest, Enrolment, OutboxMessage, SizeOverride, TrainingClass
from courses.policy import DEFAULTS
from tests.factories import catalogue, people
from tests.factories.classes import enrolled, training_class

pytestmark = pytest.mark.django_db
Status = Enrolment.Status


def soon_enough(now: datetime, **fields: Any) -> TrainingClass:
    """Far enough from its start that offers still go out."""
    return training_class(now=now, first=now + timedelta(days=9), **fields)


def ask(made: TrainingClass, seats: int, now: datetime) -> ChangeRequest:
    made.refresh_from_db()
    return enrolment.ask_seats(by=people.user(), training_class=made, seats=seats, reason="报名的人多", now=now)


def decide(request: ChangeRequest, now: datetime, *, answer: str = "") -> list[Enrolment]:
    return enrolment.decide_seats(by=people.user(), request=request, grant=True, answer=answer, now=now)


def refusal_of(request: ChangeRequest, now: datetime, **said: str) -> SeatsRefused:
    with pytest.raises(SeatsRefused) as refused:
        decide(request, now, **said)
    request.refresh_from_db()
    request.training_class.refresh_from_db()
    assert (request.status, request.training_class.seats) == ("asked", request.was_seats), "a refusal changes nothing"
    return refused.value


def test_more_seats_go_to_who_has_waited_longest_and_nobody_else_is_told(now: datetime) -> None:
    made = soon_enough(now, seats=1)
    rows = [enrolled(training_class=made, now=now) for _ in range(4)]
    request = ask(made, 3, now)
    made.refresh_from_db()
    assert made.seats == 1, "nothing changes until somebody else agrees"
    OutboxMessage.objects.all().delete()
    moved = decide(request, now)
    assert [one.pk for one in moved] == [rows[1].pk, rows[2].pk]
    made.refresh_from_db()
    assert (made.seats, made.taken, made.waiting) == (3, 3, 1)
    told = list(OutboxMessage.objects.order_by("pk").values_list("kind", "learner"))
    assert told == [("enrolment_offered", row.learner_id) for row in rows[1:3]]
    assert list(AuditEvent.objects.filter(target=request.number).values_list("verb", flat=True)) == [
        "change_asked", "change_granted",
    ]  # fmt: skip


def test_who_asked_does_not_decide(now: datetime) -> None:
    request = ask(soon_enough(now), 20, now)
    with pytest.raises(ChangeRefused) as refused:
        enrolment.decide_seats(by=request.asked_by, request=request, grant=True, answer="", now=now)
    assert refused.value.code == ChangeRefusal.SAME_PERSON


def test_never_fewer_than_are_taken_when_asked_and_when_decided(now: datetime) -> None:
    made = soon_enough(now, seats=3)
    for _ in range(2):
        enrolled(training_class=made, now=now)
    with pytest.raises(SeatsRefused) as refused:
        ask(made, 1, now)
    assert refused.value.sentence == "已有 2 个名额有人，不能改得更少，未保存。请填写不少于 2 的数。"
    request = ask(made, 2, now)
    enrolled(training_class=made, now=now)
    assert refusal_of(request, now).code == SeatsRefusal.BELOW_TAKEN
    enrolment.withdraw(by=people.user(), enrolment=made.enrolments.order_by("pk")[0], reason="换班", now=now)
    assert decide(request, now) == []
    made.refresh_from_db()
    assert (made.seats, made.taken) == (2, 2)


def test_above_the_size_limit_the_officer_gives_leave_with_a_reason(now: datetime) -> None:
    made = soon_enough(now, course=catalogue.course(kind=catalogue.kind("skill-small", max_size=30)))
    request = ask(made, 35, now)
    assert [one.code for one in classes.foresee_change(request=request, now=now).findings] == ["size"]
    refused = refusal_of(request, now)
    assert refused.code == SeatsRefusal.OVER_SIZE
    assert refused.sentence.startswith("计划 35 人，超过上限 30 人。")
    assert not SizeOverride.objects.exists()
    decide(request, now, answer="鲁菜大赛集训")
    assert SizeOverride.objects.values_list("seats", "reason").get() == (35, "鲁菜大赛集训")
    assert {one.code: one.passed for one in classes.checks(training_class=request.training_class, now=now)}["size"]


def test_a_room_that_is_too_small_is_told_and_blocks_where_the_policy_says_so(now: datetime) -> None:
    strict = policy.publish(
        by=None, number="strict", effective_on=now.date(), is_exception=True,
        document={**DEFAULTS, "check_capacity": "block"},
    )  # fmt: skip
    request = ask(soon_enough(now, policy=strict), 70, now)
    assert "只容纳 60 人" in refusal_of(request, now, answer="大赛").sentence
    assert not SizeOverride.objects.exists()


def test_fewer_seats_than_before_ask_for_no_leave(now: datetime) -> None:
    made = soon_enough(now, seats=90)
    request = ask(made, 80, now)
    assert classes.foresee_change(request=request, now=now).findings == []
    decide(request, now)
    made.refresh_from_db()
    assert made.seats == 80


@pytest.mark.parametrize(
    ("seats", "reason", "status", "code"),
    [
        (20, " ", "enrolling", SeatsRefusal.REASON_MISSING),
        (30, "x", "enrolling", SeatsRefusal.SAME_NUMBER),
        (0, "x", "enrolling", SeatsRefusal.BELOW_TAKEN),
        (20, "x", "running", SeatsRefusal.NOT_RESIZABLE),
    ],
)
def test_what_cannot_be_asked_for_is_refused(
    seats: int, reason: str, status: str, code: SeatsRefusal, now: datetime
) -> None:
    made = soon_enough(now, status=status)
    with pytest.raises(SeatsRefused) as refused:
        enrolment.ask_seats(by=people.user(), training_class=made, seats=seats, reason=reason, now=now)
    assert refused.value.code == code
    assert not ChangeRequest.objects.exists()


def test_a_class_has_one_open_request_for_seats_and_takes_none_once_it_has_begun(now: datetime) -> None:
    made = soon_enough(now)
    request = ask(made, 20, now)
    with pytest.raises(SeatsRefused) as refused:
        ask(made, 25, now)
    assert refused.value.code == SeatsRefusal.ALREADY_ASKED
    TrainingClass.objects.filter(pk=made.pk).update(status="running")
    assert refusal_of(request, now).code == SeatsRefusal.NOT_RESIZABLE
