"""A seat: who may have one, who gets it, who waits."""

from courses.enrolment.decisions import place, still_blocked, waiting_list
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
from courses.enrolment.offers import (
    accept,
    by_code,
    call_in,
    cut_off,
    decline,
    digest_of,
    promote_next,
    tend_offers,
    void,
)
from courses.enrolment.refusals import EnrolmentRefusal, EnrolmentRefused
from courses.enrolment.seats import (
    TAKE_A_PLACE,
    Eligibility,
    admit,
    apply,
    apply_for,
    check,
    occupancy_differences,
    refuse,
    withdraw,
)
from courses.enrolment.timetable import calendar, starts_soon
from courses.enrolment.transfer import classes_to_choose, transfer

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
    "accept",
    "admit",
    "answer_category",
    "answer_criteria",
    "answer_graduation",
    "answer_phone",
    "apply",
    "apply_for",
    "by_code",
    "calendar",
    "call_in",
    "check",
    "classes_to_choose",
    "criteria_of",
    "cut_off",
    "decline",
    "digest_of",
    "from_rows",
    "occupancy_differences",
    "place",
    "promote_next",
    "prune_drafts",
    "refuse",
    "starts_soon",
    "still_blocked",
    "tend_offers",
    "transfer",
    "void",
    "waiting_list",
    "withdraw",
]
