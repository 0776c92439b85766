"""Supervision of lessons: heads counted in a room, and signals for somebody to look at. Nothing follows of itself."""

from courses.supervision.counting import CountRefusal, CountRefused, begin_count, count_room, is_counting
from courses.supervision.rules import Facts, Found, find
from courses.supervision.signals import (
    NoteRefusal,
    NoteRefused,
    compute,
    compute_due,
    explain,
    latest,
    look_at,
)

__all__ = [
    "CountRefusal",
    "CountRefused",
    "Facts",
    "Found",
    "NoteRefusal",
    "NoteRefused",
    "begin_count",
    "compute",
    "compute_due",
    "count_room",
    "explain",
    "find",
    "is_counting",
    "latest",
    "look_at",
]
