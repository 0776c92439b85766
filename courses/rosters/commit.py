"""From checked lines to seats, all or none, and back as long as the class has not started."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, connection, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from courses import audit, seating
from courses.models import Enrolment, GroupBooking, RosterImport, RosterRow, TrainingClass, User
from courses.people import consents
from courses.people.learners import IdentityRefused
from courses.people.registration import register_many
from courses.policy import local_date
from courses.rosters.refusals import RosterRefusal, RosterRefused
from courses.rosters.staging import keep_verdicts
from courses.rosters.verdicts import Judged, judge
from courses.seating import Seat, SeatingRefused

Status, Verdict, Decision = RosterImport.Status, RosterRow.Verdict, RosterRow.Decision
# What a question becomes by its answer.
ANSWERED: dict[tuple[str, str], str] = {
    (Verdict.ASK, Decision.SAME): Verdict.KNOWN,
    (Verdict.ASK, Decision.NEW): Verdict.NEW,
}
SEATED = "UPDATE courses_rosterrow SET enrolment_id = %s WHERE id = %s"


@dataclass(frozen=True)
class Outlook:
    """What a confirmation would do: how many lines of each verdict beside those `left_out` by an answer, one that was
    asked about as what it was answered to be; and what speaks against the whole."""

    counts: dict[str, int]
    enrols: int
    left_out: int
    undecided: int
    free: int
    refusal: RosterRefused | None

    @property
    def may_commit(self) -> bool:
        return self.refusal is None


def outlook(*, roster: RosterImport) -> Outlook:
    """Said before anything is written, from the staged verdicts and the seats as they are now."""
    pairs = Counter(roster.rows.values_list("verdict", "decision"))
    counts: Counter[str] = Counter()
    left_out = 0
    for (verdict, decision), many in pairs.items():
        if decision == Decision.SKIP:
            left_out += many
        else:
            counts[ANSWERED.get((verdict, decision), verdict)] += many
    undecided = counts[Verdict.ASK]
    enrols = counts[Verdict.NEW] + counts[Verdict.KNOWN]
    training_class = TrainingClass.objects.get(pk=roster.training_class_id)
    refusal = None
    if roster.status != Status.CHECKED:
        refusal = RosterRefused(RosterRefusal.NOT_CHECKED, status=roster.get_status_display())
    elif counts[Verdict.BAD] or undecided:
        refusal = RosterRefused(RosterRefusal.HAS_PROBLEMS, count=counts[Verdict.BAD] + undecided)
    else:
        refusal = _no_room(training_class, enrols)
    free = training_class.seats - training_class.taken
    return Outlook(dict(counts), enrols, left_out, undecided, free, refusal)


def _no_room(training_class: TrainingClass, wanted: int) -> RosterRefused | None:
    free = training_class.seats - training_class.taken
    if not wanted:
        return RosterRefused(RosterRefusal.NOBODY)
    if training_class.waiting:
        return RosterRefused(RosterRefusal.QUEUE, waiting=training_class.waiting)
    if wanted > free:
        return RosterRefused(RosterRefusal.NO_SEATS, wanted=wanted, free=free, over=wanted - free)
    return None


def commit(
    *, roster: RosterImport, by: User | None, now: datetime, booking: GroupBooking | None = None
) -> RosterImport:
    """Register whom nobody knows yet and give everybody a seat, in one transaction; a second press changes nothing.

    Every line is judged again first. Refused with RosterRefused: not checked, lines to mend or to decide, nobody to
    enrol, too few seats, somebody waiting, an answer given since, the same file imported already, a list of another
    `booking`; with EnrolmentRefused: the class is closed; with SeatingRefused or IdentityRefused where somebody was
    faster.
    """
    roster.refresh_from_db()
    _of(roster, booking)
    if roster.status == Status.COMMITTED:
        return roster
    training_class = TrainingClass.objects.select_related("course").get(pk=roster.training_class_id)
    if roster.status != Status.CHECKED:
        raise RosterRefused(RosterRefusal.NOT_CHECKED, status=roster.get_status_display())
    judged = judge(rows=list(roster.rows.all()), training_class=training_class, now=now)
    blocking = sum(one.blocks for one in judged)
    if blocking:
        keep_verdicts(judged)
        raise RosterRefused(RosterRefusal.HAS_PROBLEMS, count=blocking)
    refusal = _no_room(training_class, sum(one.enrols for one in judged))
    if refusal is not None:
        raise refusal
    try:
        return _write(roster, training_class, judged, by, now)
    except (IdentityRefused, SeatingRefused):
        keep_verdicts(judge(rows=list(roster.rows.all()), training_class=training_class, now=now))
        raise


def _of(roster: RosterImport, booking: GroupBooking | None) -> None:
    """A list of an employer's booking is confirmed and undone with the booking, never beside it."""
    if roster.booking_id != (booking.pk if booking else None):
        raise RosterRefused(RosterRefusal.OF_A_GROUP)


def _write(
    roster: RosterImport, training_class: TrainingClass, judged: list[Judged], by: User | None, now: datetime
) -> RosterImport:
    with transaction.atomic():
        if not _claimed(roster, by, now):
            roster.refresh_from_db()
            return roster
        _refuse_answered_since(roster, judged)
        wanted = [one for one in judged if one.enrols]
        newcomers = [one.newcomer for one in wanted if one.newcomer is not None]
        registered = iter(register_many(newcomers=newcomers, by=by, now=now))
        seats = [Seat(one.learner or next(registered), one.category_id, one.findings) for one in wanted]
        source = Enrolment.Source.GROUP if roster.booking_id else Enrolment.Source.IMPORT
        vouched = consents.newest(key=consents.TRUTH)
        made = seating.give_many(
            seats=seats,
            training_class=training_class,
            source=source,
            by=by,
            now=now,
            booking=roster.booking,
            truth=vouched.version if vouched else "",
        )
        with connection.cursor() as cursor:
            cursor.executemany(SEATED, [(own.pk, one.row.pk) for one, own in zip(wanted, made, strict=True)])
        roster.rows.update(payload=None)
        detail = {"class": training_class.number, "enrolled": len(made), "registered": len(newcomers)}
        audit.record(by=by, verb="roster_committed", target=roster, now=now, detail=detail)
    roster.refresh_from_db()
    return roster


def _refuse_answered_since(roster: RosterImport, judged: list[Judged]) -> None:
    """Once the list is claimed nobody answers any more: what is on record now is what holds."""
    if dict(roster.rows.values_list("pk", "decision")) != {one.row.pk: one.row.decision for one in judged}:
        raise RosterRefused(RosterRefusal.ANSWERED_SINCE)


def _claimed(roster: RosterImport, by: User | None, now: datetime) -> bool:
    """Of two presses at once one gets it; of two uploads of one file the database lets one through."""
    try:
        with transaction.atomic():
            return bool(
                RosterImport.objects.filter(pk=roster.pk, status=Status.CHECKED).update(
                    status=Status.COMMITTED, committed_by=by, committed_at=now
                )
            )
    except IntegrityError as error:
        raise RosterRefused(RosterRefusal.ALREADY_IMPORTED, number=roster.number) from error


def may_undo(*, roster: RosterImport, now: datetime) -> bool:
    return roster.status == Status.COMMITTED and not _started(roster.training_class, now)


def _started(training_class: TrainingClass, now: datetime) -> bool:
    waits = (TrainingClass.Status.ENROLLING, TrainingClass.Status.SUSPENDED)
    return training_class.status not in waits or local_date(now) >= training_class.starts_on


def undo(*, roster: RosterImport, by: User | None, now: datetime, booking: GroupBooking | None = None) -> int:
    """Withdraw exactly those whom this import enrolled and who are still there; their history and records stay.

    Gives how many. Refused with RosterRefused: not imported or undone already, the class has started, a list of
    another `booking`.
    """
    _of(roster, booking)
    reason = _("单位团报已撤销") if booking else _("名单导入已撤销")
    training_class = TrainingClass.objects.get(pk=roster.training_class_id)
    if roster.status == Status.COMMITTED and _started(training_class, now):
        raise RosterRefused(RosterRefusal.STARTED)
    with transaction.atomic():
        changed = RosterImport.objects.filter(pk=roster.pk, status=Status.COMMITTED).update(
            status=Status.UNDONE, undone_by=by, undone_at=now
        )
        if not changed:
            roster.refresh_from_db()
            raise RosterRefused(RosterRefusal.NOT_COMMITTED, status=roster.get_status_display())
        # Whoever came in another's place has no line of the list.
        listed = Q(booking=booking) if booking else Q(roster_row__roster=roster)
        enrolments = list(Enrolment.objects.filter(listed))
        gone = seating.take_back_many(enrolments=enrolments, by=by, reason=reason, now=now)
        detail = {"class": training_class.number, "withdrawn": len(gone), "enrolled": len(enrolments)}
        audit.record(by=by, verb="roster_undone", target=roster, now=now, detail=detail)
    roster.refresh_from_db()
    return len(gone)
