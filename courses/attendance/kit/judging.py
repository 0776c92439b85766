"""Whether an entry can be believed as it stands, before it is asked what it says of presence (`cases`)."""

from datetime import timedelta

from django.db.models import Q

from courses.attendance.kit.cases import Case, Desk, Verdict
from courses.attendance.kit.entries import NOTHING_BEFORE, SLACK, Entry
from courses.attendance.kit.showing import presented
from courses.attendance.kit.words import Why
from courses.attendance.reasons import is_mark_reason
from courses.models import Enrolment, KitEntry, KitReport, Lesson, TrainingClass


def judge(*, entry: Entry, digest: str, desk: Desk) -> Verdict:
    """The verdict on an entry whose signature holds, inside the transaction that writes it down.

    Whoever it is about is locked here, so that two phones that speak of one person do so one after the other.
    """
    shown = presented(
        entry=entry, kit=desk.kit, lesson=desk.lesson, policy=desk.policy, by_name=desk.by_name, ever_in=desk.ever_in
    )
    refused = shown.refused or _refused(entry, desk)
    enrolment = desk.enrolment_of(shown.learner_id) if shown.learner_id and refused is None else None
    if enrolment is None:
        nobody = Why.NOT_ENROLLED if shown.learner_id else Why.UNKNOWN_MEMBER
        twice = _is_number_twice(entry, digest, _near(entry, desk))
        return Verdict(Why.NUMBER_TWICE if twice else refused or nobody, shown.learner_id)
    list(Enrolment.objects.select_for_update(no_key=True, of=("self",)).filter(pk=enrolment.pk).values_list("pk"))
    doubt = _doubt(entry, digest, desk) or shown.doubt
    return Case(entry, shown, enrolment, doubt, desk).verdict()


def _refused(entry: Entry, desk: Desk) -> Why | None:
    lesson = desk.lesson
    if lesson.status == Lesson.Status.CANCELLED or lesson.training_class.status in TrainingClass.STOPPED:
        return Why.CANCELLED
    if entry.by_hand and not is_mark_reason(entry.reason):
        return Why.REASON_MISSING
    if entry.made_at < lesson.starts_at - timedelta(minutes=desk.policy.checkin_opens_minutes):
        return Why.TOO_EARLY
    return None


def _doubt(entry: Entry, digest: str, desk: Desk) -> Why | None:
    """What makes an entry less than the phone's own unbroken record at a time that can be true."""
    rows = _near(entry, desk)
    if _is_number_twice(entry, digest, rows):
        return Why.NUMBER_TWICE
    before = {known for number, known, _body in rows if number == entry.number - 1}
    after = [body for number, _known, body in rows if number == entry.number + 1]
    if entry.number == 1:
        before = {NOTHING_BEFORE}
    if (before and entry.before not in before) or any(f'"prev":"{digest}"' not in body for body in after):
        return Why.CHAIN
    if KitReport.objects.filter(kit=desk.kit, closing=True, made__lt=entry.number).exists():
        return Why.CHAIN
    if _out_of_turn(entry, desk):
        return Why.CLOCK
    moved = abs(entry.offset_ms - desk.kit.offset_ms) > SLACK.total_seconds() * 1000
    possible = desk.kit.prepared_at - SLACK <= entry.made_at <= desk.now + SLACK
    return None if desk.clock_holds and not moved and possible else Why.CLOCK


def _near(entry: Entry, desk: Desk) -> list[tuple[int, str, str]]:
    """(number, digest, body) of what came in under this number and those beside it."""
    near = KitEntry.objects.filter(kit=desk.kit, proven=True, number__in=range(entry.number - 1, entry.number + 2))
    return list(near.values_list("number", "digest", "body"))


def _is_number_twice(entry: Entry, digest: str, near: list[tuple[int, str, str]]) -> bool:
    """Asked before every refusal: of one number the database keeps one entry that is not contested."""
    return any(number == entry.number and known != digest for number, known, _body in near)


def _out_of_turn(entry: Entry, desk: Desk) -> bool:
    """Whether an entry that was written before another claims a later time than it: a clock that was set back."""
    earlier = Q(number__gt=entry.number, made_at__lt=entry.made_at - SLACK)
    later = Q(number__lt=entry.number, made_at__gt=entry.made_at + SLACK)
    others = KitEntry.objects.filter(earlier | later, kit=desk.kit, proven=True, number__gt=0)
    return others.exclude(why__in=(Why.CLOCK, Why.NUMBER_TWICE)).exists()
