"""来过但没有签上: scans that were turned away, for whoever decides what becomes of those who made them."""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from courses.attendance.codes import ScanRefusal
from courses.models import Attendance, Direction, Lesson, RefusedScan

READ, MOST = 200, 50


class TurnedAway(NamedTuple):
    """One person, or one phone that nobody is known by, and why; `at` is the last time. The name is masked."""

    name: str
    code: str
    direction: str
    at: datetime


def turned_away(*, lesson: Lesson) -> list[TurnedAway]:
    """Who scanned at a lesson and was not recorded since, the newest first. One statement."""
    came = Attendance.objects.filter(lesson=lesson, in_at__isnull=False)
    left = came.filter(out_at__isnull=False)
    rows = (
        RefusedScan.objects.filter(lesson=lesson)
        .exclude(code=ScanRefusal.GUEST)
        .exclude(direction__in=("", Direction.IN), learner__isnull=False, learner__in=came.values("learner"))
        .exclude(direction=Direction.OUT, learner__isnull=False, learner__in=left.values("learner"))
        .select_related("learner")
        .order_by("-pk")[:READ]
    )
    found: dict[tuple[object, str, str], TurnedAway] = {}
    for row in rows:
        found.setdefault((row.learner_id or row.device, row.code, row.direction), _shown(row))
    return list(found.values())[:MOST]


def turned_away_of(*, pairs: Collection[tuple[int, int]]) -> dict[tuple[int, int], list[TurnedAway]]:
    """Every such scan of these learners at these lessons, `pairs` of lesson and learner, in their order. One
    statement."""
    rows = RefusedScan.objects.filter(lesson__in={pair[0] for pair in pairs}, learner__in={pair[1] for pair in pairs})
    found: dict[tuple[int, int], list[TurnedAway]] = {}
    for row in rows.select_related("learner").order_by("pk"):
        found.setdefault((row.lesson_id or 0, row.learner_id or 0), []).append(_shown(row))
    return {pair: found[pair] for pair in pairs if pair in found}


def _shown(row: RefusedScan) -> TurnedAway:
    return TurnedAway(row.learner.masked_name if row.learner else "", row.code, row.direction, row.scanned_at or row.at)
