"""改评: a judgement that was wrong is put right by two people from outside, with its reason; both grades stay on record.

What rests on the grade follows by itself: a completion on its way is assessed anew at its next step, an approved one
is shown under 依据有变. A change that waits while its learner's record is erased waits no more, and nobody decides it:
the grade stays what it was.
"""

from datetime import datetime

from django.db import IntegrityError, transaction

from courses import audit
from courses.models import Regrade, TrainingClass, User, Work
from courses.works.holding import hold
from courses.works.judging import refuse_insider, tell
from courses.works.refusals import WorkRefusal, WorkRefused

Status = Regrade.Status


def ask(*, by: User, work: Work, grade: str, reason: str, now: datetime) -> Regrade:
    """Say what a judged version should have been worth, and why; the learner reads the reason once it holds.

    Refused with WorkRefused: as a judgement is (`judge`), not judged yet, no reason, the same grade, a newer version is
    there, one change waits already.
    """
    said = " ".join(reason.split())[:200]
    refuse_insider(by=by, work=work, now=now)
    if grade not in Work.Grade.values:
        raise WorkRefused(WorkRefusal.GRADE_MISSING)
    if not said:
        raise WorkRefused(WorkRefusal.REASON_MISSING)
    with transaction.atomic():
        hold(enrolment=work.enrolment_id)
        held = _newest(work)
        if held.grade == grade:
            raise WorkRefused(WorkRefusal.SAME_GRADE)
        try:
            with transaction.atomic():
                made = Regrade.objects.create(
                    work=held, was=held.grade, was_note=held.note, grade=grade, reason=said, by=by, at=now
                )
        except IntegrityError as error:
            raise WorkRefused(WorkRefusal.CHANGE_WAITS) from error
        detail = {"part": work.part, "version": work.version, "grade": grade}
        audit.record(by=by, verb="regrade_asked", target=work.enrolment, now=now, detail=detail)
    return made


def decide(*, by: User, regrade: Regrade, agree: bool, now: datetime) -> None:
    """The second person lets a change hold, or not; the learner is told of one that holds.

    Refused with WorkRefused: by who asked, as a judgement is, a newer version is there, decided already, erased
    meanwhile.
    """
    if by.pk == regrade.by_id:
        raise WorkRefused(WorkRefusal.OWN_CHANGE)
    refuse_insider(by=by, work=regrade.work, now=now)
    to = Status.HELD if agree else Status.DROPPED
    with transaction.atomic():
        hold(enrolment=regrade.work.enrolment_id)
        held = _newest(regrade.work) if agree else regrade.work
        asked = Regrade.objects.filter(pk=regrade.pk, status=Status.ASKED)
        if not asked.update(status=to, decided_by=by, decided_at=now):
            raise WorkRefused(WorkRefusal.NOTHING_ASKED)
        if agree:
            Work.objects.filter(pk=held.pk).update(grade=regrade.grade, note=regrade.reason)
            kind = f"work_regraded_{regrade.grade}"
            tell(enrolment=held.enrolment, kind=kind, params={"reason": regrade.reason}, now=now)
        detail = {"part": held.part, "version": held.version, "grade": regrade.grade}
        verb = "regrade_agreed" if agree else "regrade_dropped"
        audit.record(by=by, verb=verb, target=held.enrolment, now=now, detail=detail)


def _newest(work: Work) -> Work:
    """As it is now; while its enrolment is held, neither a version is handed in nor a step of the completion taken."""
    rows = Work.objects.filter(enrolment=work.enrolment_id, part=work.part)
    last = rows.select_related("enrolment__learner", "enrolment__training_class__course").order_by("-version")[0]
    if last.pk != work.pk:
        raise WorkRefused(WorkRefusal.NOT_NEWEST)
    if not last.grade:
        raise WorkRefused(WorkRefusal.NOT_JUDGED)
    return last


def waiting(*, training_class: TrainingClass) -> list[Regrade]:
    """Changes of a class's grades that wait for a second person."""
    rows = Regrade.objects.filter(Regrade.WAITS, work__enrolment__training_class=training_class)
    return list(rows.select_related("work__enrolment__learner", "by").order_by("at", "pk"))
