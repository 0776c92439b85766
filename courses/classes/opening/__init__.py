"""The opening of a class: what its checks look at, and what they find."""

from courses.classes.opening.findings import (
    CHECKS,
    OF_STANDING,
    Check,
    CheckCode,
    Finding,
    checks,
    checks_of,
    findings_of,
)
from courses.classes.opening.subject import Opening, opening_of
from courses.classes.opening.timetable import approved_hours, clash_words

__all__ = [
    "CHECKS",
    "OF_STANDING",
    "Check",
    "CheckCode",
    "Finding",
    "Opening",
    "approved_hours",
    "checks",
    "checks_of",
    "clash_words",
    "findings_of",
    "opening_of",
]
