"""结业: whether an enrolment fulfils its class's rules, argued line by line; and the steps that let it count.

`batches`   many approved together, to be taken back until they count
`revoking`  a counted completion taken back by two people; one that was freed counted by a decision
`sampling`  approved completions drawn by lot and looked at once more
"""

from courses.completion.assessing import (
    REQUIREMENT_WORDS,
    Assessment,
    Finding,
    Requirement,
    assess,
    assess_all,
    differences,
    marks_of,
    of_class,
    parts_asked,
)
from courses.completion.deciding import approve, propose, send_back, submit
from courses.completion.many import NEEDED, Bulk, Foreseen, approve_all, foresee, propose_all, submit_all
from courses.completion.refusals import CompletionRefusal, CompletionRefused

__all__ = [
    "NEEDED",
    "REQUIREMENT_WORDS",
    "Assessment",
    "Bulk",
    "CompletionRefusal",
    "CompletionRefused",
    "Finding",
    "Foreseen",
    "Requirement",
    "approve",
    "approve_all",
    "assess",
    "assess_all",
    "differences",
    "foresee",
    "marks_of",
    "of_class",
    "parts_asked",
    "propose",
    "propose_all",
    "send_back",
    "submit",
    "submit_all",
]
