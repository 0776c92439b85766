"""Classes: plan, papers, checks, submit, approve, change of status, changes after approval."""

from courses.classes.changes import (
    CHANGEABLE,
    ask_cancel,
    ask_change,
    ask_replacement,
    decide_change,
    settle_request,
)
from courses.classes.life import (
    MOVES,
    NOT_HELD,
    advance,
    against_cancelling,
    allow_size,
    approve,
    send_back,
    submit,
    suspended_from,
)
from courses.classes.opening import (
    CHECKS,
    Check,
    CheckCode,
    Finding,
    approved_hours,
    checks,
    checks_of,
    clash_words,
)
from courses.classes.outlook import Foreseen, foresee_change
from courses.classes.papers import Paper, accept_commitment, commitment_text, keep_papers, papers_of
from courses.classes.planning import ClassFacts, LessonPlan, correct, next_number, pays_for, plan, reschedule
from courses.classes.refusals import ChangeRefusal, ChangeRefused, ClassRefusal, ClassRefused
from courses.classes.review import Deadline, deadline_after, escalate_overdue, review_deadlines
from courses.classes.several import ask_changes
from courses.classes.timetable import Fault, Reading, TimetableRefusal, TimetableRefused, import_timetable
from courses.classes.workbook import timetable_workbook

__all__ = [
    "CHANGEABLE",
    "CHECKS",
    "MOVES",
    "NOT_HELD",
    "ChangeRefusal",
    "ChangeRefused",
    "Check",
    "CheckCode",
    "ClassFacts",
    "ClassRefusal",
    "ClassRefused",
    "Deadline",
    "Fault",
    "Finding",
    "Foreseen",
    "LessonPlan",
    "Paper",
    "Reading",
    "TimetableRefusal",
    "TimetableRefused",
    "accept_commitment",
    "advance",
    "against_cancelling",
    "allow_size",
    "approve",
    "approved_hours",
    "ask_cancel",
    "ask_change",
    "ask_changes",
    "ask_replacement",
    "checks",
    "checks_of",
    "clash_words",
    "commitment_text",
    "correct",
    "deadline_after",
    "decide_change",
    "escalate_overdue",
    "foresee_change",
    "import_timetable",
    "keep_papers",
    "next_number",
    "papers_of",
    "pays_for",
    "plan",
    "reschedule",
    "review_deadlines",
    "send_back",
    "settle_request",
    "submit",
    "suspended_from",
    "timetable_workbook",
]
