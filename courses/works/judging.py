"""A work is judged by one reviewer from outside, once; what does not pass may be handed in anew."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from courses import access, audit, notices
from courses.access import Permission
from courses.models import Enrolment, TrainingClass, User, Work
from courses.works.holding import hold
from courses.works.refusals import WorkRefusal, WorkRefused

# How a grade is compared; 0 is what nobody has judged yet.
GRADES: dict[str, int] = {"": 0, Work.Grade.FAIL.value: 1, Work.Grade.PASS.value: 2, Work.Grade.EXCELLENT.value: 3}


def may_judge(*, by: User, training_class: TrainingClass, now: datetime) -> bool:
    """Holds the permission for this class, belongs to no part of its institution, and does not teach the class."""
    reviews = access.may_on(user=by, training_class=training_class, permission=Permission.REVIEW, now=now)
    return reviews and access.is_outside(by=by, training_class=training_class, now=now)


def refuse_insider(*, by: User, work: Work, now: datetime) -> None:
    """Who handed it in, whose it is, who teaches the class or belongs to its institution does not say what it is
    worth."""
    if by.pk in (work.by_id, work.enrolment.learner.user_id):
        raise WorkRefused(WorkRefusal.SAME_PERSON)
    if not access.is_outside(by=by, training_class=work.enrolment.training_class, now=now):
        raise WorkRefused(WorkRefusal.NOT_OUTSIDE)


def judge(*, by: User, work: Work, grade: str, note: str, now: datetime) -> None:
    """Say what a work is worth: 优秀, 合格 or 不合格, the last with what has to be changed. The learner is told.

    Refused with WorkRefused: by who handed it in or whose it is, by a trainer of the class or somebody of its
    institution, no grade, a fail without a reason, judged already, erased meanwhile.
    """
    enrolment, said = work.enrolment, " ".join(note.split())[:200]
    refuse_insider(by=by, work=work, now=now)
    if grade not in Work.Grade.values:
        raise WorkRefused(WorkRefusal.GRADE_MISSING)
    if grade == Work.Grade.FAIL and not said:
        raise WorkRefused(WorkRefusal.NOTE_MISSING)
    posts = access.held(user=by, now=now)
    belongs = next((post.institution_id for post in posts if post.institution_id is not None), None)
    with transaction.atomic():
        # Holds off an approval at the same moment, as `scores` does.
        own = hold(enrolment=work.enrolment_id)
        changes = {"grade": grade, "note": said, "reviewer": by, "reviewer_institution": belongs, "judged_at": now}
        if not Work.objects.filter(pk=work.pk, grade="").update(**changes):
            raise WorkRefused(WorkRefusal.JUDGED)
        detail = {"part": work.part, "version": work.version, "grade": grade}
        audit.record(by=by, verb="work_judged", target=enrolment, now=now, detail=detail)
        _tell_grade(own, work.part, grade, said, now)


def _tell_grade(enrolment: Enrolment, part: str, grade: str, said: str, now: datetime) -> None:
    """Once, with what to do next: only what did not pass is handed in anew, and only by somebody admitted."""
    failed = grade == Work.Grade.FAIL
    over = failed and enrolment.status != Enrolment.Status.ADMITTED
    kind = f"work_judged_{grade}_over" if over else f"work_judged_{grade}"
    tell(
        enrolment=enrolment,
        kind=kind,
        params={notices.WORK_PART: part, **({"reason": said} if failed else {})},
        now=now,
    )


def tell(*, enrolment: Enrolment, kind: str, params: dict[str, str], now: datetime) -> None:
    """What a work is worth now: on the site, where the page has all of it; whoever has no login hears it as everything
    else, by phone or from the institution."""
    learner, training_class = enrolment.learner, enrolment.training_class
    notices.queue(
        kind=kind,
        channel="sms",
        learner=learner,
        to="" if learner.user_id else learner.phone,
        params={"course": training_class.course.name, **params},
        now=now,
        training_class=training_class,
    )


def standing(*, enrolments: Iterable[Enrolment]) -> dict[int, dict[str, int]]:
    """By enrolment and part, what the newest judged version is worth by `GRADES`; one statement."""
    held: dict[int, dict[str, int]] = {}
    rows = Work.objects.filter(enrolment__in=[row.pk for row in enrolments]).exclude(grade="")
    for enrolment, part, grade in rows.order_by("version").values_list("enrolment", "part", "grade"):
        held.setdefault(enrolment, {})[part] = GRADES[grade]
    return held
