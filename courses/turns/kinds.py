"""The kinds of turns, whose each is, and what a list of them is narrowed to."""

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from django.db.models import CharField, Q, Value

from courses.access import Permission


class Wanted(NamedTuple):
    """What a list is narrowed to: conditions on classes, and the same in terms of registrations."""

    classes: Q = Q()
    registrations: Q = Q()

    @property
    def is_everything(self) -> bool:
        return not self.classes and not self.registrations


EVERYTHING = Wanted()


class Turn(StrEnum):
    REGISTRATION_REVIEW = "registration_review"
    CLASS_REVIEW = "class_review"
    CHANGE_REVIEW = "change_review"
    COMPLETION_REVIEW = "completion_review"
    SCORE_REVIEW = "score_review"
    WORK_REVIEW = "work_review"
    UNDERCUT_REVIEW = "undercut_review"
    REVOCATION_REVIEW = "revocation_review"
    CERTIFICATE_REVIEW = "certificate_review"
    SELECTION_SCORE = "selection_score"
    SELECTION_RESULT = "selection_result"
    COMPLETION_SUBMIT = "completion_submit"
    TRANSFER_REQUEST = "transfer_request"
    CLASS_MEND = "class_mend"
    COMPLETION_MEND = "completion_mend"
    DISPUTE_REVIEW = "dispute_review"
    DISPUTE_ANSWER = "dispute_answer"
    LEAVE_REVIEW = "leave_review"
    APPLICATION_REVIEW = "application_review"
    CALL_IN = "call_in"
    NO_SHOW = "no_show"
    REGISTRATION_MEND = "registration_mend"
    SHEET_CONFIRM = "sheet_confirm"
    REGISTER_CONFIRM = "register_confirm"
    PRESENCE_CONFIRM = "presence_confirm"
    MAKE_UP_ANSWER = "make_up_answer"
    MAKE_UP_COUNT = "make_up_count"
    MERGE_REVIEW = "merge_review"
    CORRECTION_REVIEW = "correction_review"
    ERASURE_REVIEW = "erasure_review"
    ERASURE_TELL = "erasure_tell"
    RULE_REVIEW = "rule_review"
    MONTH_CLOSE = "month_close"
    YEAR_CLOSE = "year_close"
    SAMPLE_CHECK = "sample_check"
    EXPORT_REVIEW = "export_review"
    STAFF_REVIEW = "staff_review"
    CARD_REVIEW = "card_review"
    CARD_ANSWER = "card_answer"
    CARD_WITHDRAWAL = "card_withdrawal"
    CERTIFICATE_ISSUE = "certificate_issue"
    GROUP_LIST = "group_list"
    CALL_BACK = "call_back"
    FOLLOW_UP = "follow_up"
    TELL = "tell"


OF_REVIEWERS = (Turn.CLASS_REVIEW, Turn.CHANGE_REVIEW, Turn.COMPLETION_REVIEW, Turn.REGISTRATION_REVIEW)
# What was done about one learner of a class and needs a second person.
OF_SECONDS = (
    Turn.WORK_REVIEW,
    Turn.SCORE_REVIEW,
    Turn.UNDERCUT_REVIEW,
    Turn.REVOCATION_REVIEW,
    Turn.CERTIFICATE_REVIEW,
)
# Two steps of a camp: its applications are scored, its result is put forward and confirmed.
OF_CAMPS = (Turn.SELECTION_SCORE, Turn.SELECTION_RESULT)
# What reached a lesson on paper, in a file, late or in another class; who entered or saw it leaves it to the others.
OF_PRESENCE = (
    Turn.SHEET_CONFIRM,
    Turn.REGISTER_CONFIRM,
    Turn.PRESENCE_CONFIRM,
    Turn.MAKE_UP_ANSWER,
    Turn.MAKE_UP_COUNT,
)
# Begun and not finished: a completion that was approved lacks its certificate, a booking of an employer its list, and
# what reached a learner by no carrier is to be said.
OF_RESTS = (Turn.CERTIFICATE_ISSUE, Turn.GROUP_LIST, Turn.TELL)
# After a class: learners who were drawn are called, and those who completed are asked what became of them.
AFTERWARDS = (Turn.CALL_BACK, Turn.FOLLOW_UP)
OF_INSTITUTIONS = (
    Turn.COMPLETION_SUBMIT,
    Turn.DISPUTE_REVIEW,
    *OF_PRESENCE,
    Turn.TRANSFER_REQUEST,
    Turn.CLASS_MEND,
    *OF_RESTS,
)
OF_SEATS = (Turn.APPLICATION_REVIEW, Turn.CALL_IN, Turn.NO_SHOW)
# A learner is admitted, by another than who handed the proof in for them at the counter.
OF_PROOFS = (Turn.APPLICATION_REVIEW, Turn.CALL_IN)
OF_REGISTRATIONS = (Turn.REGISTRATION_REVIEW, Turn.REGISTRATION_MEND)
# A card waits for the city to show it, to answer the institution, or to withdraw it.
OF_CARDS = (Turn.CARD_REVIEW, Turn.CARD_ANSWER, Turn.CARD_WITHDRAWAL)
# Of no class; the city's alone.
OF_CITY = (
    Turn.MERGE_REVIEW,
    Turn.CORRECTION_REVIEW,
    Turn.ERASURE_REVIEW,
    Turn.ERASURE_TELL,
    Turn.RULE_REVIEW,
    Turn.MONTH_CLOSE,
    Turn.YEAR_CLOSE,
    Turn.SAMPLE_CHECK,
    Turn.EXPORT_REVIEW,
    Turn.STAFF_REVIEW,
    *OF_CARDS,
)
OF_CLASSES = tuple(turn for turn in Turn if turn not in (*OF_REGISTRATIONS, *OF_CITY))
# Who never came is too dear to find in a whole city; what comes after a class stands in its own lists.
FOLLOWED = tuple(turn for turn in OF_CLASSES if turn not in (Turn.NO_SHOW, *AFTERWARDS))
# A trainer proposes anew, answers and decides on leave under 我的班; at the desk that is always somebody else's turn.
PERMISSION = {
    Turn.REGISTRATION_REVIEW: Permission.REVIEW,
    Turn.CLASS_REVIEW: Permission.REVIEW,
    Turn.CHANGE_REVIEW: Permission.REVIEW,
    Turn.COMPLETION_REVIEW: Permission.REVIEW,
    Turn.SCORE_REVIEW: Permission.REVIEW,
    Turn.WORK_REVIEW: Permission.REVIEW,
    Turn.UNDERCUT_REVIEW: Permission.REVIEW,
    Turn.REVOCATION_REVIEW: Permission.REVIEW,
    Turn.CERTIFICATE_REVIEW: Permission.DECIDE_CERTIFICATES,
    Turn.SELECTION_SCORE: Permission.REVIEW,
    Turn.SELECTION_RESULT: Permission.REVIEW,
    Turn.COMPLETION_SUBMIT: Permission.RUN_CLASSES,
    Turn.TRANSFER_REQUEST: Permission.RUN_CLASSES,
    Turn.CLASS_MEND: Permission.RUN_CLASSES,
    Turn.COMPLETION_MEND: Permission.TEACH,
    Turn.DISPUTE_REVIEW: Permission.RUN_CLASSES,
    Turn.DISPUTE_ANSWER: Permission.TEACH,
    Turn.LEAVE_REVIEW: Permission.TEACH,
    **dict.fromkeys((*OF_PRESENCE, *OF_RESTS, *OF_SEATS, Turn.REGISTRATION_MEND), Permission.RUN_CLASSES),
    Turn.MERGE_REVIEW: Permission.MERGE_PEOPLE,
    Turn.CORRECTION_REVIEW: Permission.CORRECT_PEOPLE,
    Turn.ERASURE_REVIEW: Permission.ERASE_PEOPLE,
    Turn.ERASURE_TELL: Permission.ERASE_PEOPLE,
    Turn.RULE_REVIEW: Permission.SET_RULES,
    Turn.MONTH_CLOSE: Permission.CLOSE_MONTH,
    Turn.YEAR_CLOSE: Permission.CLOSE_MONTH,
    Turn.SAMPLE_CHECK: Permission.SAMPLE,
    Turn.EXPORT_REVIEW: Permission.EXPORT_FULL,
    Turn.STAFF_REVIEW: Permission.CONFIRM_STAFF,
    **dict.fromkeys(OF_CARDS, Permission.DECIDE_CARDS),
    Turn.CALL_BACK: Permission.CALL_BACK,
    Turn.FOLLOW_UP: Permission.FOLLOW_UP,
}


class Waiting(NamedTuple):
    """What waits, by the id of its class, of the registration for its review, or of what concerns the whole city;
    `people` are the completions that wait, none where something else does."""

    subject: int
    turn: str
    people: int
    since: datetime


class Of(StrEnum):
    """What a deed was done to."""

    CLASS = "class"
    CHANGES = "changes"
    COMPLETIONS = "completions"
    SCORES = "scores"
    WORKS = "works"
    UNDERCUTS = "undercuts"
    REVOCATIONS = "revocations"
    CERTIFICATES = "certificates"
    CAMP = "camp"
    SHEETS = "sheets"
    REGISTERS = "registers"
    PRESENCE = "presence"
    REGISTRATION = "registration"
    MERGE = "merge"
    CORRECTION = "correction"
    ERASURE = "erasure"
    RULE = "rule"
    MONTH = "month"
    YEAR = "year"
    SAMPLE = "sample"
    EXPORT = "export"
    STAFF = "staff"
    CARD = "card"
    CALL_BACKS = "call_backs"
    FOLLOW_UPS = "follow_ups"


class Handled(NamedTuple):
    """What somebody did, the last time: to a class, to `people` of its completions or applications, to what concerns
    the whole city, or to a registration, whose `subject` is the event that tells of it."""

    subject: int
    status: str
    people: int
    at: datetime
    of: str


def word(text: str) -> Value:
    return Value(str(text), CharField())
