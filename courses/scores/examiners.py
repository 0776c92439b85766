"""考评员: the district or the city names somebody from outside the institution who examines one class. As long as
somebody is named and may do it, nobody else records its scores."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from courses import access, audit, notices
from courses import policy as policies
from courses.models import ClassExaminer, Enrolment, Post, Score, TrainingClass, User
from courses.scores.refusals import ExaminerRefusal, ExaminerRefused, ScoreRefusal

TOLD = "examiner_named"


def named(*, training_class: TrainingClass) -> QuerySet[ClassExaminer]:
    """Who is named for a class, in the order of their naming; also one whose post has run out since."""
    rows = ClassExaminer.objects.filter(training_class=training_class, ended_at__isnull=True)
    return rows.select_related("examiner").order_by("at", "pk")


def in_force(*, training_class: TrainingClass, now: datetime) -> set[int]:
    """By id, who of those named may examine the class: whose post has run out keeps nobody from recording."""
    holds = Post.objects.filter(Post.in_force(now), role=access.Role.EXPERT)
    rows = named(training_class=training_class).filter(examiner__in=holds.values("user"))
    return set(rows.values_list("examiner", flat=True))


def choices(*, training_class: TrainingClass, now: datetime) -> QuerySet[User]:
    """Who may still be named: from outside, not enrolled in the class, not named already."""
    learns = Enrolment.objects.filter(training_class=training_class, learner__user__isnull=False)
    found = access.experts(training_class=training_class, now=now).exclude(pk__in=learns.values("learner__user"))
    return found.exclude(pk__in=named(training_class=training_class).order_by().values("examiner"))


def name(*, by: User, training_class: TrainingClass, examiner: User, now: datetime) -> ClassExaminer:
    """From now on this person records the scores of the class, and is told so.

    Refused with ExaminerRefused: a class that is not approved, over or asks for no scores; oneself; named already;
    somebody without the post, of the institution, who teaches the class or learns in it.
    """
    if training_class.status in (*TrainingClass.UNAPPROVED, *access.NOT_EXAMINED):
        raise ExaminerRefused(ExaminerRefusal.CLASS_STATUS, status=TrainingClass.Status(training_class.status).label)
    if set(Score.Part.values).isdisjoint(policies.parts_asked(training_class=training_class)):
        raise ExaminerRefused(ExaminerRefusal.NO_SCORES)
    if by.pk == examiner.pk:
        raise ExaminerRefused(ExaminerRefusal.SAME_PERSON)
    if named(training_class=training_class).filter(examiner=examiner).exists():
        raise ExaminerRefused(ExaminerRefusal.NAMED_ALREADY)
    if not choices(training_class=training_class, now=now).filter(pk=examiner.pk).exists():
        raise ExaminerRefused(ExaminerRefusal.NOT_OUTSIDE)
    try:
        with transaction.atomic():
            # Holds off whoever records a score of the class at the same moment.
            TrainingClass.objects.select_for_update(no_key=True).get(pk=training_class.pk)
            made = ClassExaminer.objects.create(training_class=training_class, examiner=examiner, by=by, at=now)
            _record(by, "examiner_named", made, now)
            # Names neither class nor learner: what it leads to is behind the sign-in.
            notices.queue(kind=TOLD, channel="sms", user=examiner, to=examiner.phone, params={}, now=now)
    except IntegrityError as error:
        raise ExaminerRefused(ExaminerRefusal.NAMED_ALREADY) from error
    return made


def end(*, by: User, examiner: ClassExaminer, now: datetime) -> None:
    """They examine the class no more and see it no more; what they recorded stays. Refused with ExaminerRefused where
    it has ended already."""
    with transaction.atomic():
        open_rows = ClassExaminer.objects.filter(pk=examiner.pk, ended_at__isnull=True)
        if not open_rows.update(ended_by=by, ended_at=now):
            raise ExaminerRefused(ExaminerRefusal.ENDED)
        _record(by, "examiner_ended", examiner, now)


def against_recording(*, by: User, training_class: TrainingClass, now: datetime) -> ScoreRefusal | None:
    """考培分离: who trains the class does not examine it; where somebody from outside is named, nobody else does, and
    they only as long as they are from outside. None: nothing is against it."""
    if training_class.trainers.filter(pk=by.pk).exists():
        return ScoreRefusal.EXAMINER_TEACHES
    examine = in_force(training_class=training_class, now=now)
    if examine and by.pk not in examine:
        return ScoreRefusal.EXAMINER_NAMED
    if examine and not access.is_outside(by=by, training_class=training_class, now=now):
        return ScoreRefusal.EXAMINER_INSIDE
    return None


def _record(by: User, verb: str, row: ClassExaminer, now: datetime) -> None:
    detail = {"examiner": row.examiner.username}
    audit.record(by=by, verb=verb, target=row.training_class, now=now, detail=detail)
