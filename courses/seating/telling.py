"""What many hear of their seats, once each, and how it is recorded."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import QuerySet

from courses import audit, enrolment, notices
from courses.models import Enrolment, OutboxMessage, TrainingClass, TransferRequest, User
from courses.notices import Addressee

Status = Enrolment.Status
# What is said of a seat while it is held.
TOLD = ("enrolment_applied", "enrolment_admitted", "enrolment_waitlisted", "enrolment_offered")
STOPS = ("class_suspended", "class_resumed")
Moments = dict[int, set[datetime]]


def tell_of_class(rows: Sequence[Enrolment], kind: str, reason: str, now: datetime, **said: str) -> None:
    told = [
        Addressee(row.learner, {**params(row), "reason": reason.strip(), **said}, row.training_class, row.learner.phone)
        for row in rows
    ]
    notices.queue_many(kind=kind, channel="sms", addressees=told, now=now, first_at=now)


def tell_trainers(training_class: TrainingClass, kind: str, reason: str, now: datetime) -> None:
    said = {
        "course": training_class.course.name,
        "class": training_class.number,
        "starts": training_class.starts_on.isoformat(),
        "reason": reason.strip(),
    }
    for trainer in trainers_told(training_class):
        notices.tell_staff(user=trainer, kind=f"{kind}_trainer", params=said, now=now)


def trainers_told(training_class: TrainingClass) -> QuerySet[User]:
    return training_class.trainers.filter(is_active=True).order_by("pk")


def moments_of(rows: Sequence[Enrolment]) -> Moments:
    """When each was told of the application and of its decision."""
    return {row.pk: {row.applied_at, row.decided_at or row.applied_at} for row in rows}


def call_off(rows: Sequence[Enrolment], told_at: Moments) -> set[tuple[int, datetime]]:
    """Take back what is still to be said of their seats, all of one class; gives the learners, by moment, who do not
    hear of it."""
    if not rows:
        return set()
    moments = {row.learner_id: told_at[row.pk] for row in rows}
    return notices.call_off(kinds=TOLD, training_class=rows[0].training_class_id, moments=moments)


def unaware(rows: Sequence[Enrolment], told_at: Moments) -> set[int]:
    """Take back what is still to be said of their seats; gives by id those who thereby know of none: neither of the
    application nor of its decision, nor by a word that the class stops or goes on. Who asked to change class knows."""
    spared = call_off(rows, told_at)
    alone = [row for row in rows if all((row.learner_id, moment) in spared for moment in told_at[row.pk])]
    if not alone:
        return set()
    here = rows[0].training_class_id
    asked = TransferRequest.objects.filter(enrolment__training_class=here).values_list("enrolment", flat=True)
    # By the enrolment that a word is of, as somebody may have had another before; moments say little once a clock was
    # set back.
    stops = OutboxMessage.objects.filter(kind__in=STOPS, training_class=here)
    heard = {str(one.params["number"]) for one in stops}
    return {row.pk for row in alone if row.number not in heard} - set(asked)


def tell_withdrawn(live: Sequence[Enrolment], told_at: Moments, now: datetime) -> None:
    """Call off what is still to be said of the seat; who knows of it already hears of this."""
    silent = unaware(live, told_at)
    tell([row for row in live if row.pk not in silent], now, first_at=now)


def record(rows: Sequence[Enrolment], verb: str, by: User | None, now: datetime) -> None:
    said = [
        (row, {"class": row.training_class.number, "status": row.status, "arrival_no": row.arrival_no}) for row in rows
    ]
    audit.record_many(by=by, verb=verb, targets=said, now=now)


def tell(rows: Sequence[Enrolment], now: datetime, *, first_at: datetime) -> None:
    for status in {row.status for row in rows}:
        these = [row for row in rows if row.status == status]
        waits = status == Status.WAITLISTED
        told = [
            Addressee(row.learner, params(row, place=place if waits else 0), row.training_class, row.learner.phone)
            for place, row in enumerate(these, start=1)
        ]
        notices.queue_many(kind=f"enrolment_{status}", channel="sms", addressees=told, now=now, first_at=first_at)


def params(row: Enrolment, *, place: int = 0) -> dict[str, object]:
    training_class = row.training_class
    return {
        "course": training_class.course.name,
        "starts": training_class.starts_on.isoformat(),
        "number": row.number,
        "place": place,
        "reason": row.reason,
        **enrolment.review_of(enrolment=row),
    }
