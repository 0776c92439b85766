"""What a card brings about, as it stands now; reads only. Beyond what is told here nothing happens by itself."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Sum

from courses import institutions
from courses.institutions import Block
from courses.ledger import NotCounted
from courses.models import Card, Completion, CountEntry


@dataclass(frozen=True)
class Follows:
    """`block` keeps the institution from opening classes. Of a red card's class: `counted` are person-times that count
    still, which somebody has to take back; `kept_out` what it keeps from counting; `freed` what waits for a decision
    since it was withdrawn."""

    block: Block | None
    counted: int = 0
    kept_out: int = 0
    freed: int = 0


def follows(*, card: Card, on: date) -> Follows:
    block = institutions.blocked(institution=card.institution, on=on)
    a_class = card.training_class
    if a_class is None or card.colour != Card.Colour.RED or card.status not in Card.TOLD:
        return Follows(block)
    counted = CountEntry.objects.filter(class_number=a_class.number).aggregate(told=Sum("amount"))["told"] or 0
    approved = Completion.objects.filter(status=Completion.Status.APPROVED, enrolment__training_class=a_class)
    kept_out = approved.filter(not_counted=NotCounted.RED_CARD).count()
    return Follows(block, counted, kept_out, approved.filter(not_counted=NotCounted.FREED).count())
