"""Until when an offer stands: its time runs from when its reader could hear of it.

That is when a carrier took its message or somebody said it by word of mouth; who has a login and was told on the site
alone can read it there. Until then the end moves on with the clock, so that a dead gateway costs nobody the seat; it
moves no further than `offer_wait_hours` after the offer was made, nor past the cut-off. Bureau's choice.
"""

from collections.abc import Iterable
from datetime import datetime, time, timedelta

from django.db.models import QuerySet

from courses import notices
from courses import policy as policies
from courses.enrolment.decisions import Status
from courses.models import Enrolment, OutboxMessage, TrainingClass

TOLD = f"enrolment_{Status.OFFERED}"
Message = OutboxMessage.Status


def cut_off(*, training_class: TrainingClass, now: datetime) -> datetime:
    """The moment from which nobody is offered a seat: hours before the day on which the class starts begins."""
    policy = policies.of_class(training_class=training_class, on=policies.local_date(now))
    begins = datetime.combine(training_class.starts_on, time(), policies.CITY_TIME)
    return begins - timedelta(hours=policy.offer_cutoff_hours)


def audible(now: datetime) -> datetime:
    """Nobody's phone rings at night: the time to answer begins when the message may be heard."""
    return notices.due(kind=TOLD, channel="sms", now=now)


def first_end(*, training_class: TrainingClass, now: datetime) -> datetime:
    """Until when an offer of this moment stands, if its message goes out as it should."""
    policy = policies.of_class(training_class=training_class, on=policies.local_date(now))
    until = audible(now) + timedelta(hours=policy.offer_hours)
    return min(until, cut_off(training_class=training_class, now=now))


def move_ends(*, now: datetime, rows: QuerySet[Enrolment] | None = None) -> int:
    """Give every offer that stands the time that it has by what became of its message; gives how many moved on. Those
    of a suspended class are on hold. A message that is still to go out says the new end."""
    held = Enrolment.objects.all() if rows is None else rows
    standing = held.filter(status=Status.OFFERED).exclude(training_class__status=TrainingClass.Status.SUSPENDED)
    offers = list(standing.select_related("training_class__policy", "learner"))
    messages = _messages(offers)
    return sum(_move_end(row, messages[row.pk], now) for row in offers if row.pk in messages)


def _messages(offers: Iterable[Enrolment]) -> dict[int, OutboxMessage]:
    """The message of each offer: told to its learner, of its class, at the moment of the offer."""
    wanted = {(row.learner_id, row.training_class_id, row.decided_at): row.pk for row in offers}
    told = OutboxMessage.objects.filter(
        kind=TOLD, instead_of=None, learner__in={learner for learner, _of, _at in wanted}
    ).select_related("second_try")
    keyed = {(one.learner_id, one.training_class_id, one.created_at): one for one in told}
    return {pk: keyed[key] for key, pk in wanted.items() if key in keyed}


def _move_end(row: Enrolment, message: OutboxMessage, now: datetime) -> bool:
    assert row.offer_until is not None
    policy = policies.of_class(training_class=row.training_class, on=policies.local_date(now))
    heard_at = _heard_at(row, message)
    until = (heard_at or audible(now)) + timedelta(hours=policy.offer_hours)
    if heard_at is None:
        until = min(until, message.created_at + timedelta(hours=policy.offer_wait_hours))
    until = min(until, cut_off(training_class=row.training_class, now=now))
    # The end that somebody has read is never drawn nearer.
    moved = until > row.offer_until and bool(
        Enrolment.objects.filter(pk=row.pk, status=Status.OFFERED, offer_until=row.offer_until).update(
            offer_until=until
        )
    )
    if moved and heard_at is None:
        notices.put_off(message=message, until=until, now=now, answer_by=until.isoformat())
    return moved


def _heard_at(row: Enrolment, message: OutboxMessage) -> datetime | None:
    """None while nobody can know of the offer."""
    if message.told_at is not None:
        return message.told_at
    reads_the_site = row.learner.user_id is not None
    if message.status == Message.SENT and (message.channel != OutboxMessage.Channel.SITE or reads_the_site):
        return message.sent_at
    mailed: OutboxMessage | None = getattr(message, "second_try", None)
    return mailed.sent_at if mailed is not None and mailed.status == Message.SENT else None
