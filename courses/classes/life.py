"""A class from draft to closing: who may move it where, what submission states and approval freezes."""

from datetime import datetime
from typing import Any

from django.db import transaction

from courses import audit, dates
from courses import policy as policies
from courses.classes import opening
from courses.classes.papers import papers_of
from courses.classes.refusals import ClassRefusal, ClassRefused
from courses.models import (
    Attendance,
    ClassEvent,
    Completion,
    Course,
    Enrolment,
    Institution,
    PolicyVersion,
    Score,
    SizeOverride,
    TrainingClass,
    User,
)

Status = TrainingClass.Status
NOT_HELD = (Attendance.Status.UNMARKED, Attendance.Status.LEAVE, Attendance.Status.SICK)

MOVES: dict[Status, frozenset[Status]] = {
    Status.DRAFT: frozenset({Status.SUBMITTED, Status.CANCELLED}),
    Status.RETURNED: frozenset({Status.SUBMITTED, Status.CANCELLED}),
    Status.SUBMITTED: frozenset({Status.RETURNED, Status.APPROVED, Status.CANCELLED}),
    Status.APPROVED: frozenset({Status.ENROLLING, Status.CANCELLED, Status.SUSPENDED}),
    Status.ENROLLING: frozenset({Status.RUNNING, Status.CANCELLED, Status.SUSPENDED}),
    Status.RUNNING: frozenset({Status.ASSESSING, Status.CLOSED, Status.SUSPENDED}),
    Status.ASSESSING: frozenset({Status.CLOSED}),
    Status.CLOSED: frozenset({Status.ARCHIVED}),
    Status.SUSPENDED: frozenset({Status.ENROLLING, Status.RUNNING, Status.CANCELLED}),
    Status.CANCELLED: frozenset(),
    Status.ARCHIVED: frozenset(),
}


def submit(
    *, by: User, training_class: TrainingClass, now: datetime, policy_version: PolicyVersion | None = None
) -> None:
    """Hand a class to its district, with the facts of its course as they are at this moment.

    Refused with ClassRefused: a paper is missing, or a check that blocks has failed. The version in force decides,
    unless an exception is named.
    """
    policy = policies.of_version(policy_version) if policy_version else None
    with transaction.atomic():
        # Held, so that no other timetable is put in place between the checks and the move.
        TrainingClass.objects.select_for_update().filter(pk=training_class.pk).first()
        missing = [str(paper.title) for paper in papers_of(training_class=training_class, now=now) if not paper.filed]
        if missing:
            raise ClassRefused(ClassRefusal.PAPERS_INCOMPLETE, missing="、".join(missing))
        found = opening.checks(training_class=training_class, now=now, policy=policy)
        if failed := [finding.sentence for finding in found if finding.blocks]:
            raise ClassRefused(ClassRefusal.CHECKS_FAILED, sentences=" ".join(failed))
        facts = _facts(Course.objects.select_related("kind").get(pk=training_class.course_id))
        _move(by, training_class, Status.SUBMITTED, now, submitted_by=by, submitted_at=now, **facts)


def allow_size(*, by: User, training_class: TrainingClass, seats: int, reason: str, now: datetime) -> SizeOverride:
    """The bureau's leave for a class above the size limit, kept with its reason.

    Refused with ClassRefused: no reason, fewer seats than planned, approved already, or by the one who submitted it.
    """
    if not reason.strip():
        raise ClassRefused(ClassRefusal.REASON_MISSING)
    if seats < training_class.seats:
        raise ClassRefused(ClassRefusal.OVERRIDE_BELOW_PLAN, seats=training_class.seats)
    if training_class.status not in (Status.DRAFT, Status.RETURNED, Status.SUBMITTED):
        raise ClassRefused(ClassRefusal.WRONG_STATUS, status=Status(training_class.status).label)
    if training_class.submitted_by_id == by.pk:
        raise ClassRefused(ClassRefusal.SAME_PERSON)
    with transaction.atomic():
        allowed = SizeOverride.objects.create(
            training_class=training_class, seats=seats, reason=reason.strip()[:200], by=by, at=now
        )
        audit.record(by=by, verb="class_size_allowed", target=training_class, now=now, detail={"seats": seats})
    return allowed


def approve(
    *, by: User, training_class: TrainingClass, now: datetime, policy_version: PolicyVersion | None = None
) -> None:
    """Approve a submitted class and open its enrolment: pins the policy and freezes what was submitted.

    The opening is checked once more, as it is now and under the version that is pinned. Refused with ClassRefused: not
    submitted, approved by the one who submitted it, the course says something else than at submission, or a check
    that blocks has failed; then the class is returned and submitted again.
    """
    version = policy_version or policies.version_on(on=policies.local_date(now))
    with transaction.atomic():
        held = TrainingClass.objects.select_for_update(of=("self",)).select_related("course__kind")
        submitted = held.get(pk=training_class.pk)
        if submitted.submitted_by_id == by.pk:
            raise ClassRefused(ClassRefusal.SAME_PERSON)
        if submitted.status == Status.SUBMITTED:
            _check_again(submitted, version, now)
        policy, kind = policies.of_version(version), submitted.course.kind
        pinned: dict[str, Any] = {
            "policy": version,
            "mode": _mode(submitted, selective=kind.key in policy.selection_sheets),
            "line": policies.line_of(kind=kind.key, own=kind.line, policy=policy),
        }
        _move(by, training_class, Status.APPROVED, now, approved_by=by, approved_at=now, **pinned)
        _move(by, training_class, Status.ENROLLING, now)
    training_class.refresh_from_db()


def _check_again(submitted: TrainingClass, version: PolicyVersion, now: datetime) -> None:
    if any(getattr(submitted, name) != value for name, value in _facts(submitted.course).items()):
        raise ClassRefused(ClassRefusal.COURSE_CHANGED)
    found = opening.checks(training_class=submitted, now=now, policy=policies.of_version(version))
    if failed := [finding for finding in found if finding.blocks]:
        raise ClassRefused(_why(submitted, failed), sentences=" ".join(finding.sentence for finding in failed))


def _why(submitted: TrainingClass, failed: list[opening.Finding]) -> ClassRefusal:
    """Where only the institution's standing is against it, nothing that the institution changes in the class helps."""
    codes = {finding.code for finding in failed}
    if codes - opening.OF_STANDING:
        return ClassRefusal.CHECKS_FAIL_NOW
    if opening.CheckCode.INSTITUTION not in codes:
        return ClassRefusal.INSTITUTION_BLOCKED
    removed = submitted.institution.status == Institution.Status.REMOVED
    return ClassRefusal.INSTITUTION_REMOVED if removed else ClassRefusal.INSTITUTION_SUSPENDED


def _facts(course: Course) -> dict[str, Any]:
    """What a class takes over from its course: what it was submitted with, is approved for and counts as."""
    return {
        "kind_key": course.kind.key,
        "line": course.kind.line,
        "brand_id": course.brand_id,
        "occupation_id": course.occupation_id,
        "level_id": course.level_id,
        "claim_key": course.claim_key,
        "hours_theory": course.hours_theory,
        "hours_practice": course.hours_practice,
        "hours_online": course.hours_online,
    }


def _mode(training_class: TrainingClass, *, selective: bool) -> str:
    """A kind that the policy has a scoring sheet for gives its seats by rank, and no other kind can."""
    if selective:
        return TrainingClass.Mode.SELECTED
    asked = TrainingClass.Mode(training_class.mode)
    return TrainingClass.Mode.REVIEWED if asked == TrainingClass.Mode.SELECTED else asked


def send_back(*, by: User, training_class: TrainingClass, reason: str, now: datetime) -> None:
    if not reason.strip():
        raise ClassRefused(ClassRefusal.REASON_MISSING)
    with transaction.atomic():
        _move(by, training_class, Status.RETURNED, now, reason=reason)


def advance(*, by: User | None, training_class: TrainingClass, to: Status, now: datetime, reason: str = "") -> None:
    """Move a class along its life; suspending and cancelling need a reason.

    Refused with ClassRefused too: cancelling a class of which completions stand (they are revoked first) or in which
    somebody has attended or been scored (it is closed instead), starting one before the day of its first lesson or
    whose applicants have not been chosen from, and resuming a class to another status than it was suspended from.
    """
    if training_class.status == Status.SUSPENDED and to in (Status.ENROLLING, Status.RUNNING):
        before = suspended_from(training_class=training_class)
        if to != before:
            raise ClassRefused(ClassRefusal.RESUMED_ELSEWHERE, status=before.label)
    elif to == Status.RUNNING and policies.local_date(now) < training_class.starts_on:
        raise ClassRefused(ClassRefusal.TOO_EARLY, day=dates.day(training_class.starts_on))
    if to in (Status.SUSPENDED, Status.CANCELLED) and not reason.strip():
        raise ClassRefused(ClassRefusal.REASON_MISSING)
    if to == Status.RUNNING and training_class.enrolments.filter(status=Enrolment.Status.CANDIDATE).exists():
        raise ClassRefused(ClassRefusal.SELECTION_OPEN)
    refusal = against_cancelling(training_class=training_class) if to == Status.CANCELLED else None
    if refusal is not None:
        raise refusal
    with transaction.atomic():
        _move(by, training_class, to, now, reason=reason)


def against_cancelling(*, training_class: TrainingClass) -> ClassRefused | None:
    """Why a class is closed and not cancelled: what has been held stays held, and those who did not finish do not
    complete. None where it can be cancelled."""
    stand = Completion.objects.filter(enrolment__training_class=training_class).exclude(status__in=Completion.UNDONE)
    if stand.exists():
        return ClassRefused(ClassRefusal.COMPLETIONS_STAND)
    if Score.objects.filter(enrolment__training_class=training_class).exists():
        return ClassRefused(ClassRefusal.WAS_HELD)
    # Leave is granted ahead of a lesson, and says nothing of whether it was held.
    attended = Attendance.objects.filter(lesson__training_class=training_class)
    return ClassRefused(ClassRefusal.WAS_HELD) if attended.exclude(status__in=NOT_HELD).exists() else None


def suspended_from(*, training_class: TrainingClass) -> Status:
    """The status that a suspended class goes back to."""
    stopped = training_class.events.filter(to_status=Status.SUSPENDED).order_by("-at", "-pk").first()
    return Status.RUNNING if stopped and stopped.from_status == Status.RUNNING else Status.ENROLLING


def _move(
    by: User | None, training_class: TrainingClass, to: Status, now: datetime, *, reason: str = "", **changes: object
) -> None:
    """One conditional update decides between rivals; the event and the audit row go with it."""
    at = Status(training_class.status)
    if to not in MOVES[at]:
        raise ClassRefused(ClassRefusal.WRONG_STATUS, status=at.label)
    changed = TrainingClass.objects.filter(pk=training_class.pk, status=at).update(status=to, **changes)
    if not changed:
        raise ClassRefused(ClassRefusal.WRONG_STATUS, status=at.label)
    for name, value in {"status": to, **changes}.items():
        setattr(training_class, name, value)
    ClassEvent.objects.create(
        training_class=training_class, from_status=at, to_status=to, by=by, at=now, reason=reason[:200]
    )
    audit.record(by=by, verb=f"class_{to}", target=training_class, now=now)
