"""Cards as they stand once two people have shown them, and one that waits."""

from datetime import date, datetime, timedelta
from typing import Any

from courses.models import Card, Institution, TrainingClass, User
from courses.people.numbers import fresh
from courses.supervision import cards
from courses.supervision.cards import Proposal
from tests.factories import people

RED, YELLOW = Card.Colour.RED, Card.Colour.YELLOW


def shown(
    *,
    institution: Institution | None = None,
    training_class: TrainingClass | None = None,
    colour: str = RED,
    on: date,
    now: datetime,
    **fields: Any,
) -> Card:
    """Planted as it stands on a day of the past, which its own door could not give it."""
    of = institution or (training_class.institution if training_class else None)
    assert of is not None
    return Card.objects.create(
        number=fresh(prefix="HP"), institution=of, training_class=training_class, colour=colour, reason="attendance",
        facts="抽查时教室里 12 人，签到 30 人。", status=fields.pop("status", Card.Status.SHOWN),
        proposed_by=people.user(), proposed_at=now, decided_by=people.user(), decided_at=now,
        shown_on=on, object_until=on + timedelta(days=7), **fields,
    )  # fmt: skip


def withdrawn(*, card: Card, now: datetime) -> None:
    cards.ask(by=people.user(), card=card, reason="核对后不属实", now=now)
    cards.agree(by=people.user(), card=card, now=now)


def proposed(
    *, training_class: TrainingClass, now: datetime, by: User | None = None, colour: str = RED, **said: Any
) -> Card:
    proposal = Proposal(colour, "attendance", "抽查时教室里 12 人，签到 30 人。", training_class=training_class, **said)
    institution = training_class.institution
    return cards.propose(by=by or people.user(), institution=institution, proposal=proposal, now=now)
