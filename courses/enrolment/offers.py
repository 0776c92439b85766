"""递补: a freed seat is offered to who has waited longest, who answers by a link before the offer ends.

An offer holds its seat (`Enrolment.SEATED`), so what is taken never exceeds the seats. It ends `offer_hours` after its
message could be heard (`offer_time`), and at the latest `offer_cutoff_hours` before the day on which the class starts;
what would be heard after that is not offered: nobody moves up by themselves any more, and staff fill what is free. Both
are the bureau's choice. Declined, run out or voided, the seat goes to the next one in the same transaction. Who has no
phone cannot be sent a link and is admitted at once, under a reason that staff read (`Why.NO_PHONE`). While a class is
suspended its offers are on hold: none is accepted, none runs out, and when it goes on each is made anew.
"""

import secrets
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet

from courses import audit, catalogue, privacy
from courses import policy as policies
from courses.enrolment.decisions import (
    Status,
    become,
    hold_class,
    kept_words,
    place,
    take_offer_back,
    tell,
    waiting_list,
    weigh_again,
)
from courses.enrolment.offer_time import audible, cut_off, first_end, move_ends
from courses.enrolment.proving import those_proved_by
from courses.enrolment.refusals import EnrolmentRefusal, EnrolmentRefused
from courses.models import Enrolment, TrainingClass, User

Why = Enrolment.Why
# 96 bits: as short as an SMS wants it, and not to be guessed.
CODE_BYTES = 12
LINK = "/my/offer/%s/"


def promote_next(*, training_class_id: int, now: datetime) -> list[Enrolment]:
    """Offer every free seat to who has waited longest, while a newcomer could still apply. Returns who has one now.

    Whom a rule of `eligibility` blocks by now is turned down with its sentence as the reason; the next one is asked.
    After the end of enrolment and past the cut-off nobody moves up; who would have keeps the place and the reason
    (`Enrolment.why`).
    """
    moved: list[Enrolment] = []
    with transaction.atomic():
        training_class = TrainingClass.objects.select_for_update(of=("self",)).get(pk=training_class_id)
        if why := nobody_moves_up(training_class=training_class, now=now):
            _hold_back(training_class, why, now)
            return []
        while TrainingClass.objects.filter(
            pk=training_class_id, status=TrainingClass.Status.ENROLLING, taken__lt=F("seats"), waiting__gt=0
        ).update(taken=F("taken") + 1, waiting=F("waiting") - 1):
            first = waiting_list(training_class_id=training_class_id).select_related(
                "learner__user", "training_class__course"
            )[0]
            if _moved_up(first, now):
                moved.append(first)
    return moved


def _moved_up(first: Enrolment, now: datetime) -> bool:
    """The seat that was just taken goes to this learner, or back."""
    blocking = weigh_again(first, now).blocking
    if blocking is not None:
        TrainingClass.objects.filter(pk=first.training_class_id).update(taken=F("taken") - 1)
        reason = kept_words(blocking)
        become(None, first, (Status.WAITLISTED,), Status.REFUSED, reason, now, why=Why.NOT_ELIGIBLE)
        tell(first, first.learner, now)
    elif first.learner.phone:
        _offer(first, now)
    else:
        become(None, first, (Status.WAITLISTED,), _seated(first), "", now, why=Why.NO_PHONE)
        tell(first, first.learner, now)
    return blocking is None


def _offer(first: Enrolment, now: datetime) -> None:
    until = first_end(training_class=first.training_class, now=now)
    code = secrets.token_urlsafe(CODE_BYTES)
    before = (Status.WAITLISTED, Status.OFFERED)
    become(None, first, before, Status.OFFERED, "", now, offer_until=until, offer_code=digest_of(code=code))
    link = settings.WAGTAILADMIN_BASE_URL + LINK % code
    tell(first, first.learner, now, expires_at=until, answer_by=until.isoformat(), link=link)


def digest_of(*, code: str) -> str:
    return privacy.digest(code, purpose="offer")


def _seated(enrolment: Enrolment) -> Status:
    """Who takes a seat of a reviewed class is decided on by people, offer or not."""
    reviewed = enrolment.training_class.mode == TrainingClass.Mode.REVIEWED
    return Status.APPLIED if reviewed else Status.ADMITTED


def nobody_moves_up(*, training_class: TrainingClass, now: datetime) -> Enrolment.Why | None:
    """Why nobody moves up in this class now; None while it takes newcomers and offers."""
    status = TrainingClass.Status
    if catalogue.is_open(training_class=training_class, now=now):
        return None if audible(now) < cut_off(training_class=training_class, now=now) else Why.CUT_OFF
    if training_class.status == status.SUSPENDED:
        return Why.CLASS_SUSPENDED
    ended = training_class.status == status.ENROLLING and training_class.enrol_until is not None
    return Why.ENROLMENT_CLOSED if ended else Why.CLASS_BEGUN


def _hold_back(training_class: TrainingClass, why: Enrolment.Why, now: datetime) -> None:
    """Those for whom there would be a seat keep, for staff to read, why they did not get it."""
    free = max(0, training_class.seats - training_class.taken)
    passed_over = [row for row in waiting_list(training_class_id=training_class.pk)[:free] if row.why != why]
    Enrolment.objects.filter(pk__in=[row.pk for row in passed_over]).update(why=why)
    said = [(row, {"class": training_class.number, "why": why, "arrival_no": row.arrival_no}) for row in passed_over]
    audit.record_many(by=None, verb="enrolment_not_promoted", targets=said, now=now)


# ── The answer ────────────────────────────────────────────────────────────────────────────────────────────────────────


def by_code(*, code: str) -> Enrolment | None:
    """Whose offer the link is: while it stands, and afterwards for a page to say what became of it."""
    found = Enrolment.objects.filter(offer_code=digest_of(code=code))
    return found.select_related(
        "learner__user", "training_class__course", "training_class__venue", "training_class__district"
    ).first()


def accept(*, enrolment: Enrolment, by: User | None, now: datetime) -> None:
    """Take the offered seat. `by` is empty for who came by the link and is not signed in.

    Refused with EnrolmentRefused: answered already, past its end (the seat then goes on at once), the class is
    suspended, or what a rule of `eligibility` blocks by now; that offer stands until it ends, so that what keeps the
    learner can be mended.
    """
    with transaction.atomic():
        in_time = _stands(enrolment, now)
        if in_time and is_on_hold(enrolment=enrolment):
            raise EnrolmentRefused(EnrolmentRefusal.OFFER_ON_HOLD)
        if in_time:
            blocking = weigh_again(enrolment, now).blocking
            if blocking is not None:
                raise EnrolmentRefused.because(blocking)
            take_offer_back(enrolment)
            become(by, enrolment, (Status.OFFERED,), _seated(enrolment), "", now)
            tell(enrolment, enrolment.learner, now)
        else:
            _run_out([enrolment], now)
    if not in_time:
        raise EnrolmentRefused(EnrolmentRefusal.OFFER_OVER)


def decline(*, enrolment: Enrolment, by: User | None, now: datetime) -> list[Enrolment]:
    """Give the offered seat to the next one; the place in the queue is given up with it, also while the class is
    suspended. Refused with EnrolmentRefused: answered already, or past its end."""
    with transaction.atomic():
        in_time = _stands(enrolment, now)
        moved = _end(by, [enrolment], Why.OFFER_DECLINED, "", now) if in_time else _run_out([enrolment], now)
    if not in_time:
        raise EnrolmentRefused(EnrolmentRefusal.OFFER_OVER)
    return moved


def void(*, by: User, enrolment: Enrolment, reason: str, now: datetime) -> list[Enrolment]:
    """Staff end an offer before its time, with the reason that the learner is told. Gives who is offered the seat.

    Refused with EnrolmentRefused: without a reason, or answered already.
    """
    if not reason.strip():
        raise EnrolmentRefused(EnrolmentRefusal.REASON_MISSING)
    with transaction.atomic():
        _stands(enrolment, now)
        return _end(by, [enrolment], Why.OFFER_VOIDED, reason, now)


def call_in(*, by: User, enrolment: Enrolment, now: datetime) -> None:
    """Staff give a free seat to who has waited longest, where nobody moves up by themselves any more.

    The class still enrols, and the learner said yes on the phone or at the counter: admitted at once, and told. Refused
    with EnrolmentRefused: decided already, somebody came before, no free seat, the class does not enrol, what a rule of
    `eligibility` blocks, or by who handed the proof in at the counter. Who is passed over must be turned down first,
    with a reason.
    """
    with transaction.atomic():
        hold_class(enrolment.training_class_id)
        first = waiting_list(training_class_id=enrolment.training_class_id).first()
        if first is not None and first.arrival_no < enrolment.arrival_no:
            raise EnrolmentRefused(EnrolmentRefusal.NOT_FIRST, first=first.arrival_no)
        seats = TrainingClass.objects.filter(pk=enrolment.training_class_id, status=TrainingClass.Status.ENROLLING)
        if not seats.filter(taken__lt=F("seats"), waiting__gt=0).update(taken=F("taken") + 1, waiting=F("waiting") - 1):
            raise EnrolmentRefused(EnrolmentRefusal.NO_SEAT)
        blocking = weigh_again(enrolment, now).blocking
        if blocking is not None:
            raise EnrolmentRefused.because(blocking)
        if those_proved_by(by=by, enrolments=[enrolment]):
            raise EnrolmentRefused(EnrolmentRefusal.PROVED_BY_YOU)
        become(by, enrolment, (Status.WAITLISTED,), Status.ADMITTED, "", now)
        tell(enrolment, enrolment.learner, now)


def tend_offers(*, now: datetime) -> int:
    """End the offers that nobody answered in time, and offer what else stands free; class by class. Gives how many
    ended. An offer that its reader could not hear of has more time first (`offer_time`)."""
    move_ends(now=now)
    open_status = TrainingClass.Status.ENROLLING
    due = _due(now).order_by()
    idle = TrainingClass.objects.filter(
        status=open_status, taken__lt=F("seats"), waiting__gt=0, starts_on__gte=policies.local_date(now)
    )
    classes = {*due.values_list("training_class_id", flat=True), *idle.values_list("pk", flat=True)}
    return sum(_tend(pk, now) for pk in sorted(classes))


def _tend(class_id: int, now: datetime) -> int:
    with transaction.atomic():
        hold_class(class_id)
        due = _due(now).filter(training_class=class_id)
        rows = list(due.select_related("learner__user", "training_class__course").order_by("arrival_no"))
        if rows:
            _run_out(rows, now)
        else:
            promote_next(training_class_id=class_id, now=now)
    return len(rows)


def _due(now: datetime) -> QuerySet[Enrolment]:
    """Offers whose time is over; in a suspended class none is."""
    over = Enrolment.objects.filter(status=Status.OFFERED, offer_until__lte=now)
    return over.exclude(training_class__status=TrainingClass.Status.SUSPENDED)


def renew_offers(*, training_class_id: int, now: datetime) -> None:
    """A class goes on: who holds an offer gets it once more, with the whole time and a link that takes the place of the
    former one. Where nobody moves up any more the place at the head of the queue is theirs again, and staff call in.
    Bureau's choice."""
    with transaction.atomic():
        training_class = TrainingClass.objects.select_for_update(of=("self",)).get(pk=training_class_id)
        held = Enrolment.objects.filter(training_class=training_class, status=Status.OFFERED)
        rows = list(held.select_related("learner__user", "training_class__course").order_by("arrival_no"))
        why = nobody_moves_up(training_class=training_class, now=now)
        for row in rows:
            take_offer_back(row)
            if why:
                become(None, row, (Status.OFFERED,), Status.WAITLISTED, "", now, why=why)
            else:
                _offer(row, now)
        if why:
            freed = {"taken": F("taken") - len(rows), "waiting": F("waiting") + len(rows)}
            TrainingClass.objects.filter(pk=training_class_id).update(**freed)
            for row in rows:
                tell(row, row.learner, now, place=place(enrolment=row))


def is_on_hold(*, enrolment: Enrolment) -> bool:
    """Its class is suspended, as the database says now."""
    suspended = TrainingClass.objects.filter(pk=enrolment.training_class_id, status=TrainingClass.Status.SUSPENDED)
    return suspended.exists()


def _stands(enrolment: Enrolment, now: datetime) -> bool:
    """Hold the class and read the offer anew. False: its time is over, which it never is while the class is suspended.
    Refused where it was answered already."""
    hold_class(enrolment.training_class_id)
    move_ends(now=now, rows=Enrolment.objects.filter(pk=enrolment.pk))
    enrolment.refresh_from_db(fields=["status", "offer_until", "decided_at"])
    if enrolment.status != Status.OFFERED or enrolment.offer_until is None:
        raise EnrolmentRefused(EnrolmentRefusal.WRONG_STATUS, status=Status(enrolment.status).label)
    return now < enrolment.offer_until or is_on_hold(enrolment=enrolment)


def _run_out(rows: list[Enrolment], now: datetime) -> list[Enrolment]:
    return _end(None, rows, Why.OFFER_EXPIRED, "", now)


def _end(by: User | None, rows: list[Enrolment], why: Enrolment.Why, reason: str, now: datetime) -> list[Enrolment]:
    """These offers of one class end, and their seats go on; the class is held."""
    class_id = rows[0].training_class_id
    TrainingClass.objects.filter(pk=class_id).update(taken=F("taken") - len(rows))
    for row in rows:
        if why != Why.OFFER_EXPIRED:
            # The message of one that ran out expired with it, and stays for staff to read that it was never heard.
            take_offer_back(row)
        become(by, row, (Status.OFFERED,), Status.WITHDRAWN, reason, now, why=why)
        tell(row, row.learner, now, kind=why)
    return promote_next(training_class_id=class_id, now=now)
