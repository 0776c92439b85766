"""A lesson that moves or is cancelled after somebody has come to it: the evidence stays, attendance is derived anew.
A class that stops or goes on: its guests are told as well."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from courses import classes, seating
from courses import policy as policies
from courses.attendance import makeup
from courses.attendance.derive import LEAVE_REASONS, derive, standing
from courses.attendance.evidence import append, lock, rederive, rows_of
from courses.attendance.recompute import same
from courses.models import Attendance, ChangeRequest, Evidence, Lesson, TrainingClass, User
from courses.policy import Policy


@dataclass(frozen=True)
class Affected:
    """A learner whose attendance is another one since. `scan_again`: what was scanned no longer lies in its window."""

    learner_id: int
    was: str
    now: str
    scan_again: bool


def decide_change(*, by: User, request: ChangeRequest, grant: bool, answer: str, now: datetime) -> list[Affected]:
    """Decide on a change of a lesson, or of those that were asked for together, and bring the attendance of whoever had
    come already up to it.

    An arrival or leaving outside the new window is set aside by a row of its own, so that it proves nothing about
    another hour and the learner may scan anew; leave that was granted stays. Guests who were to make up another lesson
    in it are told too. Refused with ChangeRefused as `classes.decide_change` refuses.
    """
    with transaction.atomic():
        classes.decide_change(by=by, request=request, grant=grant, answer=answer, now=now)
        if not grant:
            return []
        together = ChangeRequest.objects.filter(bundle=request.bundle, status=ChangeRequest.Status.GRANTED)
        return [one for row in together.select_related("lesson") for one in _carried_out(row, by, now)]


def _carried_out(row: ChangeRequest, by: User, now: datetime) -> list[Affected]:
    if not row.adds:
        makeup.lesson_changed(request=row, by=by, now=now)
    return _settle(row.of_lesson.pk, by, now)


def advance(
    *, by: User | None, training_class: TrainingClass, to: TrainingClass.Status, now: datetime, reason: str = ""
) -> None:
    """Move a class along its life, as `seating.advance`, and tell the learners of other classes who were to make up a
    lesson in it; the door that screens use. Refused with ClassRefused."""
    was = training_class.status
    with transaction.atomic():
        seating.advance(by=by, training_class=training_class, to=to, now=now, reason=reason)
        makeup.class_moved(training_class=training_class, was=was, by=by, reason=reason, now=now)


def _settle(lesson_id: int, by: User, now: datetime) -> list[Affected]:
    lesson = Lesson.objects.select_related("training_class").get(pk=lesson_id)
    policy = policies.of_class(training_class=lesson.training_class, on=policies.local_date(now))
    held = Attendance.objects.filter(lesson=lesson).order_by("learner")
    found = [_settle_one(state, lesson, policy, by, now) for state in held]
    return [one for one in found if one is not None]


def _settle_one(state: Attendance, lesson: Lesson, policy: Policy, by: User, now: datetime) -> Affected | None:
    lock(lesson_id=lesson.pk, learner_id=state.learner_id)
    rows = rows_of(lesson_id=lesson.pk, learner_id=state.learner_id)
    outside = [row for row in standing(rows) if not _within(row, lesson, policy)]
    for row in outside:
        append(row=_set_aside(row, by, now), lesson=lesson, policy=policy, known=state, now=now)
    if not outside and same(state, derive(evidence=rows, lesson=lesson, policy=policy)):
        return None
    derived = rederive(lesson=lesson, learner_id=state.learner_id, policy=policy, now=now)
    return Affected(state.learner_id, state.status, derived.status, scan_again=bool(outside))


def _within(row: Evidence, lesson: Lesson, policy: Policy) -> bool:
    """Excuses hold whenever the lesson is; of a cancelled lesson nothing is set aside, since nothing counts."""
    if row.reason in LEAVE_REASONS or lesson.status == Lesson.Status.CANCELLED:
        return True
    opens = lesson.starts_at - timedelta(minutes=policy.checkin_opens_minutes)
    return opens <= row.happened_at <= lesson.ends_at + timedelta(minutes=policy.checkout_closes_minutes)


def _set_aside(row: Evidence, by: User, now: datetime) -> Evidence:
    return Evidence(
        lesson_id=row.lesson_id,
        learner_id=row.learner_id,
        enrolment_id=row.enrolment_id,
        kind=Evidence.Kind.MOVED,
        direction=row.direction,
        strength=Evidence.Strength.DENIED,
        round=row.round,
        happened_at=now,
        received_at=now,
        by=by,
        reason="lesson_moved",
        supersedes=row,
    )
