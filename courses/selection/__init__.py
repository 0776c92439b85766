"""评选: camps give their seats by rank. Project papers, scoring sheets of two reviewers, ranking, notice, admission."""

from courses.selection.ranking import ARRIVAL, POINT, Criterion, sheet_of
from courses.selection.refusals import SelectionRefusal, SelectionRefused
from courses.selection.results import (
    Own,
    confirm,
    current,
    lines_of,
    own_result,
    propose,
    published,
    send_back,
    settle,
    settle_due,
    tie_words,
)
from courses.selection.sheets import (
    SUMMARY_MAX,
    Candidate,
    Stage,
    candidates,
    candidates_of,
    hand_in,
    has_interest,
    pitch_of,
    score,
)

__all__ = [
    "ARRIVAL",
    "POINT",
    "SUMMARY_MAX",
    "Candidate",
    "Criterion",
    "Own",
    "SelectionRefusal",
    "SelectionRefused",
    "Stage",
    "candidates",
    "candidates_of",
    "confirm",
    "current",
    "hand_in",
    "has_interest",
    "lines_of",
    "own_result",
    "pitch_of",
    "propose",
    "published",
    "score",
    "send_back",
    "settle",
    "settle_due",
    "sheet_of",
    "tie_words",
]
