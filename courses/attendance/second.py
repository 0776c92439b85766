"""The second direction: whom the trainer scans beside the wall, and how two halves become one arrival.

A class asks for it of everybody, of a share drawn anew at each lesson, or of nobody. With a share each learner is
looked at once at least: from a lesson of the first half that is drawn for them, until somebody has. What comes first
waits, and the other half confirms it by a row of its own; nothing but evidence changes. A kiosk is no second pair of
eyes: the half of the staff is a scan that a trainer made in person.
"""

from datetime import datetime
from typing import Any

from courses import privacy
from courses.attendance.derive import MARKED_AWAY
from courses.attendance.evidence import append
from courses.models import Attendance, Evidence, TrainingClass
from courses.policy import Policy

SECOND = "second_scan"
# What a scan of its own may lack and still be the other half.
SOUND = ("", SECOND)
Mode = TrainingClass.SecondScan


def asks_second(*, lesson: Any, policy: Policy) -> bool:
    """Whether this learner is to be scanned by the trainer too; `lesson` comes with its class and learner at hand."""
    share = policy.second_scan_share
    if lesson.second_scan != Mode.SHARE or not share:
        return bool(lesson.second_scan == Mode.BOTH)
    if not lesson.looked_at and lesson.number >= turn_of(
        class_id=lesson.training_class_id, learner_id=lesson.learner_id, lessons=lesson.lessons
    ):
        return True
    return drawn(lesson_code=lesson.code, learner_id=lesson.learner_id, share=share)


def turn_of(*, class_id: int, learner_id: int, lessons: int) -> int:
    """The number of the lesson of the first half from which on somebody of the staff wants to see this learner."""
    digest = privacy.sign(f"{class_id}:{learner_id}".encode(), purpose="second", length=4)
    return 1 + int.from_bytes(digest, "big") % max(1, (lessons + 1) // 2)


def drawn(*, lesson_code: int, learner_id: int, share: int) -> bool:
    """Drawn by a keyed hash: the same answer at every look, and nobody can tell it beforehand. `share` in percent."""
    digest = privacy.sign(f"{lesson_code}:{learner_id}".encode(), purpose="second", length=4)
    return int.from_bytes(digest, "big") * 100 >> 32 < share


def completed(*, scan: Evidence, lesson: Any, policy: Policy, now: datetime) -> bool:
    """Let the scan that stands wait no longer where `scan`, which a unique constraint kept out, is its other half.

    A trainer's own scan settles whatever waits; the scan of the wall settles what the trainer scanned before it.
    """
    first = (
        Evidence.objects.filter(
            lesson_id=scan.lesson_id,
            learner_id=scan.learner_id,
            direction=scan.direction,
            kind__in=Evidence.SCANS,
            strength=Evidence.Strength.AWAITING,
            superseded_by__isnull=True,
        )
        .order_by("pk")
        .last()
    )
    if first is None or scan.reason not in SOUND or not _is_other_half(first, scan):
        return False
    row = Evidence(
        lesson_id=first.lesson_id,
        learner_id=first.learner_id,
        enrolment_id=first.enrolment_id,
        kind=Evidence.Kind.CONFIRM,
        direction=first.direction,
        strength=Evidence.Strength.PROVED,
        round=first.round,
        origin=scan.origin,
        happened_at=first.happened_at,
        claimed_at=scan.claimed_at,
        received_at=now,
        ticket=scan.ticket,
        device=scan.device,
        by_id=scan.by_id or first.by_id,
        reason=SECOND,
        note=scan.note,
        supersedes=first,
    )
    known = Attendance.objects.filter(lesson_id=first.lesson_id, learner_id=first.learner_id).first()
    return append(row=row, lesson=lesson, policy=policy, known=known, now=now) is not None


def _is_other_half(first: Evidence, scan: Evidence) -> bool:
    """Who was marked away waits for a word, whoever scans them again."""
    if first.reason == MARKED_AWAY:
        return False
    if scan.by_id is not None:
        return first.by_id is None or scan.kind == Evidence.Kind.CARD
    return scan.kind == Evidence.Kind.WALL and first.by_id is not None and first.reason == SECOND
