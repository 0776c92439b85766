"""红黄牌: proposed by one person, shown by another; objected to and answered; withdrawn by two again, never deleted.

A district, the city and its inspectors propose; the city decides; nobody from inside the institution does either.
"""

from courses.supervision.cards.following import Follows, follows
from courses.supervision.cards.objecting import answer, may_object, object_to
from courses.supervision.cards.refusals import CardRefusal, CardRefused
from courses.supervision.cards.showing import Proposal, confirm, drop, propose
from courses.supervision.cards.steps import is_inside
from courses.supervision.cards.withdrawing import agree, ask, refuse

__all__ = [
    "CardRefusal",
    "CardRefused",
    "Follows",
    "Proposal",
    "agree",
    "answer",
    "ask",
    "confirm",
    "drop",
    "follows",
    "is_inside",
    "may_object",
    "object_to",
    "propose",
    "refuse",
]
