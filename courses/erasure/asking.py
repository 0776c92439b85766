"""注销 is asked for by a learner or at the counter, received by one person and decided by another.

Who receives makes sure that the person asks themself; who decides lets the deed be done, or says why not. Until then
the learner may take it back. Source: reference domain §8.12-88.
"""

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from courses import audit, enrolment, notices
from courses import policy as policies
from courses.erasure.emptying import delete_files, empty
from courses.erasure.outlook import kept_files, obstacles, records_of, to_withdraw
from courses.erasure.refusals import ErasureRefusal, ErasureRefused
from courses.erasure.tombstones import WHY
from courses.models import Enrolment, ErasureRequest, Learner, Tombstone, User
from courses.people.numbers import fresh

Status = ErasureRequest.Status
NOTE_MAX = 200


def ask(*, learner: Learner, by: User, now: datetime) -> ErasureRequest:
    """A learner asks for their own record. Refused with ErasureRefused: asked already, erased already, or what stands
    in the way."""
    return _asked(learner, by, now)


def ask_at_counter(*, learner: Learner, by: User, note: str, now: datetime) -> ErasureRequest:
    """Somebody asks at the counter, and is received at once by who writes it down. Refused as `ask`, without `note`,
    and for one's own record."""
    _refuse_unreceivable(learner, by, note)
    with transaction.atomic():
        made = _asked(learner, by, now)
        return _received(made, by, note, now)


def _asked(learner: Learner, by: User, now: datetime) -> ErasureRequest:
    records = records_of(learner)
    own = next(row for row in records if getattr(row, "merge", None) is None)
    if own.erased_at is not None:
        raise ErasureRefused(ErasureRefusal.ALREADY_ERASED)
    _refuse_what_stands(records, now)
    today = policies.local_date(now)
    days = policies.current(on=today).erasure_days
    try:
        with transaction.atomic():
            made = ErasureRequest.objects.create(
                number=fresh(prefix="ZX"),
                learner=own,
                asked_by=by,
                asked_at=now,
                due_on=policies.working_days_after(start=today, days=days),
            )
            audit.record(by=by, verb="erasure_asked", target=made, now=now, detail={"learner": own.number})
    except IntegrityError as error:
        raise ErasureRefused(ErasureRefusal.ALREADY_ASKED) from error
    return made


def _refuse_what_stands(records: list[Learner], now: datetime) -> None:
    stands = next(obstacles(records, now), None)
    if stands is not None:
        raise ErasureRefused(ErasureRefusal.STANDS, sentence=stands)


def take_back(*, request: ErasureRequest, by: User, now: datetime) -> None:
    """The learner wants to stay. Refused with ErasureRefused once it was decided."""
    with transaction.atomic():
        _become(request, Status.TAKEN_BACK, from_=ErasureRequest.OPEN)
        audit.record(by=by, verb="erasure_taken_back", target=request, now=now)


def receive(*, request: ErasureRequest, by: User, note: str, now: datetime) -> ErasureRequest:
    """Somebody has made sure that the person asks themself, and says how. Refused with ErasureRefused: no words on it,
    one's own record, received or decided already."""
    _refuse_unreceivable(request.learner, by, note)
    return _received(request, by, note, now)


def _refuse_unreceivable(learner: Learner, by: User, note: str) -> None:
    if not note.strip():
        raise ErasureRefused(ErasureRefusal.NOTE_MISSING)
    if learner.user_id == by.pk:
        raise ErasureRefused(ErasureRefusal.OWN_RECORD)


def _received(request: ErasureRequest, by: User, note: str, now: datetime) -> ErasureRequest:
    with transaction.atomic():
        said: dict[str, Any] = {"received_by": by, "received_at": now, "note": note.strip()[:NOTE_MAX]}
        _become(request, Status.RECEIVED, from_=(Status.ASKED,), **said)
        audit.record(by=by, verb="erasure_received", target=request, now=now)
    return request


def refuse(*, request: ErasureRequest, by: User, reason: str, now: datetime) -> None:
    """Not done, with the reason that the learner is told: by a message, else by people (`tell`).

    Refused with ErasureRefused as `agree`, and without a reason.
    """
    if not reason.strip():
        raise ErasureRefused(ErasureRefusal.REASON_MISSING)
    learner = request.learner
    with transaction.atomic():
        by_people = not notices.is_reached(learner=learner)
        _decided(request, Status.REFUSED, by, now, answer=reason.strip()[:NOTE_MAX], by_people=by_people)
        audit.record(by=by, verb="erasure_refused", target=request, now=now)
        notices.queue(
            kind="erasure_refused", channel="sms", learner=learner, to=learner.phone, now=now,
            params={"number": request.number},
        )  # fmt: skip


def tell(*, request: ErasureRequest, by: User, how: str, now: datetime) -> None:
    """Somebody has told a person without a phone that, and why not, and says how.

    Refused with ErasureRefused: no words on it, or nothing to tell (any more).
    """
    if not how.strip():
        raise ErasureRefused(ErasureRefusal.HOW_MISSING)
    said = {"told_by": by, "told_at": now, "told_how": how.strip()[:NOTE_MAX]}
    with transaction.atomic():
        if not ErasureRequest.objects.filter(ErasureRequest.UNTOLD, pk=request.pk).update(**said):
            raise ErasureRefused(ErasureRefusal.NOTHING_TO_TELL)
        audit.record(by=by, verb="erasure_told", target=request, now=now)


def agree(*, request: ErasureRequest, by: User, now: datetime) -> list[Tombstone]:
    """The deed: places that may be given back are, every record of the person is emptied, and a tombstone stays for
    each; all in one transaction.

    Refused with ErasureRefused: by who received it, on one's own record, decided already, what stands in the way by
    now, or an enrolment of this very moment.
    """
    records = records_of(request.learner)
    with transaction.atomic():
        _decided(request, Status.DONE, by, now)
        records = _held(records, now)
        _refuse_what_stands(records, now)
        for place in to_withdraw(records, now):
            enrolment.withdraw(by=by, enrolment=place, reason=WHY, now=now)
        phone = next(row.phone for row in records if row.pk == request.learner_id)
        keeps_name = kept_files(records).exists()
        files = [name for row in records for name in empty(record=row, keeps_name=keeps_name, now=now)]
        stones = Tombstone.objects.bulk_create(
            Tombstone(person=row.person, at=now, keeps_name=keeps_name, request=request.number, by_name=by.username)
            for row in records
        )
        detail = {"learner": request.learner.number, "records": len(records), "keeps_name": keeps_name}
        audit.record(by=by, verb="erasure_done", target=request, now=now, detail=detail)
        _tell_for_the_last_time(phone, now)
        transaction.on_commit(lambda: delete_files(files))
    return stones


def _decided(request: ErasureRequest, to: str, by: User, now: datetime, **said: object) -> None:
    """By somebody else than received it, as the row stands now and not as it was read."""
    if request.learner.user_id == by.pk:
        raise ErasureRefused(ErasureRefusal.OWN_RECORD)
    if ErasureRequest.objects.filter(pk=request.pk, status=Status.RECEIVED, received_by=by).exists():
        raise ErasureRefused(ErasureRefusal.SAME_PERSON)
    # Received by this very person a moment later, the request has no row to be decided here.
    others = ErasureRequest.objects.exclude(received_by=by)
    _become(request, to, from_=(Status.RECEIVED,), rows=others, decided_by=by, decided_at=now, **said)


def _held(records: list[Learner], now: datetime) -> list[Learner]:
    """The records, for this transaction alone; their classes and enrolments first, in the order of whoever gives a
    seat: the database asks for the record of a changed enrolment last of all, when that is committed."""
    classes = set(to_withdraw(records, now).values_list("training_class", flat=True))
    enrolment.hold_class(*classes)
    keys = [row.pk for row in records]
    list(Enrolment.objects.select_for_update().filter(learner__in=keys).order_by("pk").values_list("pk"))
    held = {row.pk: row for row in Learner.objects.select_for_update().filter(pk__in=keys).order_by("pk")}
    if set(to_withdraw(records, now).values_list("training_class", flat=True)) - classes:
        raise ErasureRefused(ErasureRefusal.MEANWHILE)
    return [held[row.pk] for row in records]


def _become(
    request: ErasureRequest,
    to: str,
    *,
    from_: tuple[str, ...],
    rows: QuerySet[ErasureRequest] | None = None,
    **said: object,
) -> None:
    """One conditional update decides between rivals."""
    allowed = ErasureRequest.objects.all() if rows is None else rows
    if not allowed.filter(pk=request.pk, status__in=from_).update(status=to, **said):
        raise ErasureRefused(ErasureRefusal.DECIDED)
    for name, value in {"status": to, **said}.items():
        setattr(request, name, value)


def _tell_for_the_last_time(phone: str, now: datetime) -> None:
    """Of the record nothing leads to the phone any more; the message itself is emptied when it was handed over."""
    if phone:
        notices.queue(kind=notices.ERASURE_DONE, channel="sms", to=phone, params={}, now=now)
