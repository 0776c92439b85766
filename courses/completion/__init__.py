"""结业: whether an enrolment fulfils its class's rules, argued line by line; and the steps that let it count.

`holding`   what keeps an approval waiting: open signals about the learner, signals that are still to be found
`freshness` whether the signals of a lesson are as new as what is recorded
`reaching`  what a learner still lacks, whether it can be reached, and what attending would lead to
`undercut`  an approved completion that its rules no longer bear out, looked at by people
`batches`   many approved together, to be taken back until they count
`steps`     every step in a book that nobody changes, with what each value rested on
`revoking`  a counted completion taken back by two people; one that was freed counted by a decision
`whole_class`  everything that counts of a class, taken back together
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
    scores_asked,
    works_asked,
)
from courses.completion.deciding import approve, propose, return_proposal, send_back, submit, withdraw
from courses.completion.holding import held, pending
from courses.completion.many import NEEDED, Bulk, Foreseen, approve_all, foresee, propose_all, submit_all
from courses.completion.reaching import Next, Reach, Standing, reach, what_if
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
    "Next",
    "Reach",
    "Requirement",
    "Standing",
    "approve",
    "approve_all",
    "assess",
    "assess_all",
    "differences",
    "foresee",
    "held",
    "marks_of",
    "of_class",
    "pending",
    "propose",
    "propose_all",
    "reach",
    "return_proposal",
    "scores_asked",
    "send_back",
    "submit",
    "submit_all",
    "what_if",
    "withdraw",
    "works_asked",
]
