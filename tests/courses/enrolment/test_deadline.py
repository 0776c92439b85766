"""Another deadline for an approved class: asked for, decided by another, and who moves up or is told with it."""

from datetime import datetime, timedelta

import pytest

from courses import catalogue, classes, enrolment
from courses.classes import ChangeRefusal, ChangeRefused
from courses.enrolment import DeadlineRefusal, DeadlineRefused
from courses.models import AuditEvent, ChangeRequest, Enrolment, OutboxMessage, Selection, TrainingClass
from courses.notices.texts import text_of
from tests.factories import people
from tests.factories.classes import enrolled, training_class

pytestmark = pytest.mark.django_db
Status = Enrolment.Status
DAY = timedelta(days=1)


@pytest.fixture
def made(now: datetime) -> TrainingClass:
    """Two lessons, the last one in eleven days; takes applications for five days."""
    return training_class(now=now, seats=1, first=now + 10 * DAY, enrol_until=now + 5 * DAY)


def ask(made: TrainingClass, until: datetime, now: datetime, *, reason: str = "报名的人少") -> ChangeRequest:
    made.refresh_from_db()
    return enrolment.ask_deadline(by=people.user(), training_class=made, until=until, reason=reason, now=now)


def grant(request: ChangeRequest, now: datetime) -> list[Enrolment]:
    return enrolment.decide_deadline(by=people.user(), request=request, grant=True, answer="", now=now)


def refusal(made: TrainingClass, until: datetime, now: datetime, *, reason: str = "x") -> str:
    with pytest.raises(DeadlineRefused) as refused:
        ask(made, until, now, reason=reason)
    return str(refused.value.code)


def told() -> list[tuple[str, int | None]]:
    return list(OutboxMessage.objects.order_by("pk").values_list("kind", "learner"))


def test_a_later_deadline_opens_the_class_again_and_free_seats_go_to_who_waits(
    made: TrainingClass, now: datetime
) -> None:
    first, second, third = (enrolled(training_class=made, now=now) for _ in range(3))
    closed = now + 6 * DAY
    enrolment.withdraw(by=people.user(), enrolment=first, reason="换班", now=closed)
    OutboxMessage.objects.all().delete()
    request = ask(made, now + 8 * DAY, closed)
    made.refresh_from_db()
    assert made.enrol_until == now + 5 * DAY, "nothing changes until somebody else agrees"
    assert [row.pk for row in grant(request, closed)] == [second.pk]
    made.refresh_from_db()
    assert (made.enrol_until, catalogue.is_open(training_class=made, now=closed)) == (now + 8 * DAY, True)
    assert told() == [("enrolment_offered", second.learner_id)]
    assert Enrolment.objects.get(pk=third.pk).status == Status.WAITLISTED
    assert list(AuditEvent.objects.filter(target=request.number).values_list("verb", flat=True)) == [
        "change_asked", "change_granted",
    ]  # fmt: skip


def test_a_sooner_deadline_tells_who_waits_until_when_and_nobody_else(made: TrainingClass, now: datetime) -> None:
    _seated, second, third = (enrolled(training_class=made, now=now) for _ in range(3))
    OutboxMessage.objects.all().delete()
    assert grant(ask(made, now + 2 * DAY, now), now) == []
    assert told() == [("enrolment_closes", second.learner_id), ("enrolment_closes", third.learner_id)]
    message = OutboxMessage.objects.first()
    assert message is not None
    assert text_of(kind=message.kind, params=message.params, language="zh-hans") == (
        "「中式烹调师（四级）」的报名提前到 9 月 16 日 9:00 截止，之后不再发短信递补；"
        f"还有空位的，由培训机构按顺序联系您。原因：报名的人少。报名编号 {second.number}。"
    )
    made.refresh_from_db()
    assert not catalogue.is_open(training_class=made, now=now + 3 * DAY)
    assert enrolment.occupancy_differences() == []


def test_a_sooner_deadline_that_is_past_when_it_is_granted_holds_from_then(made: TrainingClass, now: datetime) -> None:
    request = ask(made, now + DAY, now)
    grant(request, now + 2 * DAY)
    made.refresh_from_db()
    assert made.enrol_until == now + 2 * DAY


def test_a_later_deadline_that_is_past_by_then_is_not_granted(made: TrainingClass, now: datetime) -> None:
    request = ask(made, now + 6 * DAY, now)
    with pytest.raises(DeadlineRefused) as refused:
        grant(request, now + 7 * DAY)
    assert refused.value.code == DeadlineRefusal.PAST_BY_NOW
    assert ChangeRequest.objects.get().status == "asked"


def test_without_a_deadline_the_first_day_is_what_the_new_one_is_compared_with(now: datetime) -> None:
    made = training_class(now=now, seats=1, first=now + 10 * DAY)
    _seated, waits = (enrolled(training_class=made, now=now) for _ in range(2))
    OutboxMessage.objects.all().delete()
    grant(ask(made, now + 3 * DAY, now), now)
    assert told() == [("enrolment_closes", waits.learner_id)]


def test_what_cannot_be_asked_for_is_refused_with_its_reason(made: TrainingClass, now: datetime) -> None:
    assert refusal(made, now + 2 * DAY, now, reason=" ") == DeadlineRefusal.REASON_MISSING
    assert refusal(made, now + 5 * DAY, now) == DeadlineRefusal.SAME_MOMENT
    assert refusal(made, now, now) == DeadlineRefusal.PAST
    assert refusal(made, now + 12 * DAY, now) == DeadlineRefusal.TOO_LATE
    ask(made, now + 2 * DAY, now)
    assert refusal(made, now + 3 * DAY, now) == DeadlineRefusal.ALREADY_ASKED
    TrainingClass.objects.filter(pk=made.pk).update(status="running")
    assert refusal(made, now + 3 * DAY, now) == DeadlineRefusal.NOT_MOVABLE


def test_a_camp_that_has_chosen_keeps_its_deadline(made: TrainingClass, now: datetime) -> None:
    Selection.objects.create(
        number="P1", training_class=made, status="published", proposed_by=people.user(), proposed_at=now,
        confirmed_by=people.user(), confirmed_at=now, published_on=now.date(), notice_until=now.date(),
    )  # fmt: skip
    assert refusal(made, now + 8 * DAY, now) == DeadlineRefusal.RESULT_STANDS


def test_who_asked_does_not_decide_and_a_refusal_has_its_reason(made: TrainingClass, now: datetime) -> None:
    request = ask(made, now + 2 * DAY, now)
    for by, answer, code in (
        (request.asked_by, "", ChangeRefusal.SAME_PERSON), (people.user(), " ", ChangeRefusal.REASON_MISSING),
    ):  # fmt: skip
        with pytest.raises(ChangeRefused) as refused:
            enrolment.decide_deadline(by=by, request=request, grant=False, answer=answer, now=now)
        assert refused.value.code == code
    enrolment.decide_deadline(by=people.user(), request=request, grant=False, answer="名额还有", now=now)
    made.refresh_from_db()
    assert (request.status, made.enrol_until) == ("refused", now + 5 * DAY)
    assert not classes.foresee_change(request=request, now=now).findings


def test_one_that_outlives_its_enrolment_ends_by_itself(made: TrainingClass, now: datetime) -> None:
    request = ask(made, now + 2 * DAY, now)
    TrainingClass.objects.filter(pk=made.pk).update(status="running")
    assert enrolment.end_outlived(now=now) == 1
    request.refresh_from_db()
    assert request.status == "ended"
