"""A seat: who may have one, who gets it, who waits."""

from courses.enrolment.drafts import (
    Answers,
    DraftRefusal,
    DraftRefused,
    answer_category,
    answer_criteria,
    answer_graduation,
    answer_phone,
    prune_drafts,
)
from courses.enrolment.eligibility import Code, Finding, Severity, Step, criteria_of, from_rows
from courses.enrolment.refusals import EnrolmentRefusal, EnrolmentRefused
from courses.enrolment.seats import (
    TAKE_A_PLACE,
    Eligibility,
    admit,
    apply,
    apply_for,
    check,
    occupancy_differences,
    place,
    promote_next,
    refuse,
    still_blocked,
    waiting_list,
    withdraw,
)
from courses.enrolment.timetable import calendar, starts_soon

__all__ = [
    "TAKE_A_PLACE",
    "Answers",
    "Code",
    "DraftRefusal",
    "DraftRefused",
    "Eligibility",
    "EnrolmentRefusal",
    "EnrolmentRefused",
    "Finding",
    "Severity",
    "Step",
    "admit",
    "answer_category",
    "answer_criteria",
    "answer_graduation",
    "answer_phone",
    "apply",
    "apply_for",
    "calendar",
    "check",
    "criteria_of",
    "from_rows",
    "occupancy_differences",
    "place",
    "promote_next",
    "prune_drafts",
    "refuse",
    "starts_soon",
    "still_blocked",
    "waiting_list",
    "withdraw",
]
