"""Supervision: heads counted in a room and what was found in it, signals for somebody to look at, learners called back
after a class, what became of those who completed it, and cards (`cards`). Nothing follows of itself."""

from courses.supervision.callbacks import (
    Answers,
    CallBackRefusal,
    CallBackRefused,
    answer,
    draw,
    draw_due,
    drawn_as_kept,
    unreachable,
)
from courses.supervision.callbacks import number_to_call as number_of_call_back
from courses.supervision.counting import CountRefusal, CountRefused, begin_count, count_room, is_counting
from courses.supervision.due import compute_due
from courses.supervision.followups import (
    Asked,
    FollowUpRefusal,
    FollowUpRefused,
    Said,
    bounds_of_year,
    by_institution,
    enter,
    open_now,
    plan_due,
    working_at_all,
    working_of,
)
from courses.supervision.followups import number_to_call as number_of_follow_up
from courses.supervision.inspecting import (
    CheckRefusal,
    CheckRefused,
    Inspected,
    current_checks,
    own_count,
    record_check,
)
from courses.supervision.rules import Facts, Found, find
from courses.supervision.signals import (
    NoteRefusal,
    NoteRefused,
    compute,
    explain,
    latest,
    look_at,
)

__all__ = [
    "Answers",
    "Asked",
    "CallBackRefusal",
    "CallBackRefused",
    "CheckRefusal",
    "CheckRefused",
    "CountRefusal",
    "CountRefused",
    "Facts",
    "FollowUpRefusal",
    "FollowUpRefused",
    "Found",
    "Inspected",
    "NoteRefusal",
    "NoteRefused",
    "Said",
    "answer",
    "begin_count",
    "bounds_of_year",
    "by_institution",
    "compute",
    "compute_due",
    "count_room",
    "current_checks",
    "draw",
    "draw_due",
    "drawn_as_kept",
    "enter",
    "explain",
    "find",
    "is_counting",
    "latest",
    "look_at",
    "number_of_call_back",
    "number_of_follow_up",
    "open_now",
    "own_count",
    "plan_due",
    "record_check",
    "unreachable",
    "working_at_all",
    "working_of",
]
