"""An offer's time runs from when its reader could hear of it: a dead gateway burns no queue."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from courses import enrolment, notices, policy
from courses.models import Enrolment, OutboxMessage, TrainingClass
from courses.notices import carriers
from courses.notices.carriers import CarrierRefusal, CarrierRefused, Letter
from courses.notices.texts import text_of
from tests.factories import people
from tests.factories.classes import enrolled, training_class

pytestmark = pytest.mark.django_db
Status = Enrolment.Status
Why = Enrolment.Why
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture
def a_class(now: datetime) -> TrainingClass:
    return training_class(now=now, seats=1, first=now + timedelta(days=10))


@pytest.fixture
def dead(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """The gateway is down until this is undone."""

    def unreachable(_letter: Letter) -> str:
        raise CarrierRefused(CarrierRefusal.UNREACHABLE)

    with monkeypatch.context() as down:
        down.setitem(carriers.SMS_CARRIERS, "memory", unreachable)
        yield down


def offered(a_class: TrainingClass, now: datetime, *, login: bool = True) -> list[Enrolment]:
    """Who is offered the seat, and two who wait behind."""
    rows = [
        enrolled(training_class=a_class, now=now, learner=people.learner(now=now, with_login=login)) for _ in range(4)
    ]
    OutboxMessage.objects.all().delete()
    enrolment.withdraw(by=people.user(), enrolment=rows[0], reason="换班", now=now)
    OutboxMessage.objects.exclude(kind="enrolment_offered").delete()
    return rows[1:]


def minutes(first: datetime, last: datetime, *, step: timedelta = 10 * timedelta(minutes=1)) -> None:
    """What the timetable does in between."""
    while first <= last:
        notices.deliver_due(now=first)
        enrolment.tend_offers(now=first)
        first += step


def states(rows: list[Enrolment]) -> list[str]:
    found = dict(Enrolment.objects.values_list("pk", "status"))
    return [found[row.pk] for row in rows]


def until(row: Enrolment) -> datetime:
    found = Enrolment.objects.get(pk=row.pk).offer_until
    assert found is not None
    return found


def test_an_outage_of_a_day_burns_no_queue(a_class: TrainingClass, now: datetime, dead: pytest.MonkeyPatch) -> None:
    """Before, each offer ran out in turn though nobody had heard of it."""
    rows = offered(a_class, now)
    minutes(now, now + DAY + HOUR)
    assert states(rows) == [Status.OFFERED, Status.WAITLISTED, Status.WAITLISTED]
    assert until(rows[0]) == now + 2 * DAY + HOUR


def test_the_whole_time_runs_from_when_the_message_goes_out_and_the_message_says_so(
    a_class: TrainingClass, now: datetime, dead: pytest.MonkeyPatch
) -> None:
    rows = offered(a_class, now)
    minutes(now, now + HOUR)
    dead.undo()
    message = OutboxMessage.objects.get(kind="enrolment_offered")
    heard = message.due_at
    enrolment.tend_offers(now=heard)
    assert notices.deliver_due(now=heard) == 1
    message.refresh_from_db()
    assert (message.status, message.sent_at) == ("sent", heard)
    assert until(rows[0]) == heard + DAY == datetime.fromisoformat(message.params["answer_by"])
    assert "为您保留到" in text_of(kind=message.kind, params=message.params, language="zh-hans")
    enrolment.tend_offers(now=heard + DAY - timedelta(seconds=1))
    assert states(rows) == [Status.OFFERED, Status.WAITLISTED, Status.WAITLISTED]
    assert enrolment.tend_offers(now=heard + DAY) == 1
    assert states(rows) == [Status.WITHDRAWN, Status.OFFERED, Status.WAITLISTED]


def test_a_background_that_stood_still_for_two_days_sends_the_offer_with_a_new_end(
    a_class: TrainingClass, now: datetime
) -> None:
    """The message ran out in the queue before the sweep of offers came to it."""
    rows = offered(a_class, now)
    later = now + 2 * DAY
    assert notices.deliver_due(now=later) == 0
    assert OutboxMessage.objects.get(kind="enrolment_offered").status == "expired"
    assert enrolment.tend_offers(now=later) == 0
    assert notices.deliver_due(now=later) == 1
    assert until(rows[0]) == later + DAY


def test_an_answer_is_taken_while_the_message_is_still_on_its_way(
    a_class: TrainingClass, now: datetime, dead: pytest.MonkeyPatch
) -> None:
    rows = offered(a_class, now)
    notices.deliver_due(now=now)
    enrolment.accept(enrolment=rows[0], by=rows[0].learner.user, now=now + DAY + HOUR)
    assert states(rows)[0] == Status.ADMITTED


@pytest.mark.parametrize("login", [True, False])
def test_what_no_carrier_took_is_for_staff_to_tell_and_the_time_runs_from_then(
    login: bool, a_class: TrainingClass, now: datetime, dead: pytest.MonkeyPatch
) -> None:
    rows = offered(a_class, now, login=login)
    minutes(now, now + 5 * HOUR)
    [message] = OutboxMessage.objects.filter(kind="enrolment_offered")
    assert message.status == "failed"
    later = now + 5 * HOUR
    assert list(notices.unheard(now=later)) == [message]
    officer = people.user()
    notices.acknowledge(
        by=officer, training_class=a_class, keys=[message.provider_key], how="by_phone", now=later + HOUR
    )
    assert list(notices.unheard(now=later + HOUR)) == []
    enrolment.tend_offers(now=later + HOUR)
    assert until(rows[0]) == later + HOUR + DAY
    assert enrolment.tend_offers(now=later + HOUR + DAY) == 1
    assert states(rows)[:2] == [Status.WITHDRAWN, Status.OFFERED]


def test_an_offer_that_was_answered_is_nobody_s_to_tell_any_more(
    a_class: TrainingClass, now: datetime, dead: pytest.MonkeyPatch
) -> None:
    rows = offered(a_class, now)
    minutes(now, now + 5 * HOUR)
    enrolment.accept(enrolment=rows[0], by=rows[0].learner.user, now=now + 5 * HOUR)
    assert not notices.unheard(now=now + 5 * HOUR).filter(kind="enrolment_offered").exists()


def test_an_offer_that_cannot_be_told_waits_for_as_long_as_the_policy_says(
    a_class: TrainingClass, now: datetime, dead: pytest.MonkeyPatch
) -> None:
    rows = offered(a_class, now)
    hours = policy.DEFAULTS["offer_wait_hours"]
    assert hours == 72
    minutes(now, now + hours * HOUR - HOUR, step=HOUR)
    assert states(rows)[:2] == [Status.OFFERED, Status.WAITLISTED]
    assert until(rows[0]) == now + hours * HOUR
    assert enrolment.tend_offers(now=now + hours * HOUR) == 1
    assert states(rows)[:2] == [Status.WITHDRAWN, Status.OFFERED]
    assert Enrolment.objects.get(pk=rows[0].pk).why == Why.OFFER_EXPIRED


def test_no_offer_waits_past_the_cut_off(now: datetime, dead: pytest.MonkeyPatch) -> None:
    a_class = training_class(now=now, seats=1, first=now + 3 * DAY)
    rows = offered(a_class, now)
    cut_off = enrolment.cut_off(training_class=a_class, now=now)
    minutes(now, cut_off - HOUR, step=HOUR)
    assert until(rows[0]) == cut_off
    assert enrolment.tend_offers(now=cut_off) == 1


def test_who_was_mailed_instead_has_heard_of_it(a_class: TrainingClass, now: datetime) -> None:
    rows = offered(a_class, now)
    [message] = OutboxMessage.objects.filter(kind="enrolment_offered")
    OutboxMessage.objects.filter(pk=message.pk).update(status="failed")
    OutboxMessage.objects.create(
        kind=message.kind, channel="email", learner=message.learner, training_class=a_class, to="a@b.example",
        params=message.params, status="sent", sent_at=now + HOUR, instead_of=message, due_at=now, created_at=now,
    )  # fmt: skip
    enrolment.tend_offers(now=now + 2 * HOUR)
    assert until(rows[0]) == now + HOUR + DAY
    assert list(notices.unheard(now=now + 2 * HOUR)) == []


def test_who_has_a_login_reads_on_the_site_what_went_over_a_days_share(a_class: TrainingClass, now: datetime) -> None:
    rows = offered(a_class, now)
    OutboxMessage.objects.update(status="sent", sent_at=now, channel="site")
    assert enrolment.tend_offers(now=now + DAY) == 1
    assert states(rows)[:2] == [Status.WITHDRAWN, Status.OFFERED]
