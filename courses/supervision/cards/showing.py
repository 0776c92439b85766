"""A card is proposed by one person and shown, or not, by another; from then on it counts."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import translation

from courses import ledger, notices
from courses import policy as policies
from courses.models import Card, Institution, RoomCheck, Signal, TrainingClass, User
from courses.people.numbers import fresh
from courses.supervision.cards.refusals import CardRefusal, CardRefused
from courses.supervision.cards.steps import (
    FACTS_MAX,
    Status,
    Verb,
    become,
    keep,
    reasoned,
    refuse_inside,
    tell_institution,
    words,
)

TOLD_AS = {Card.Colour.YELLOW.value: "yellow_card_shown", Card.Colour.RED.value: "red_card_shown"}


@dataclass(frozen=True)
class Proposal:
    """What a card would say: `facts` are read by the institution; `signal` and `room_check` are what it rests on."""

    colour: str
    reason: str
    facts: str
    training_class: TrainingClass | None = None
    signal: Signal | None = None
    room_check: RoomCheck | None = None


def propose(*, by: User, institution: Institution, proposal: Proposal, now: datetime) -> Card:
    """Nothing follows before another person shows it.

    Refused with CardRefused: no colour or reason, no facts, a class or a ground of another institution, by somebody
    from inside, or while another card on the class waits.
    """
    if proposal.colour not in Card.Colour.values or proposal.reason not in Card.Reason.values:
        raise CardRefused(CardRefusal.HALF)
    facts = words(proposal.facts, FACTS_MAX)
    if not facts:
        raise CardRefused(CardRefusal.FACTS_MISSING)
    _refuse_foreign(institution, proposal)
    card = Card(
        number=fresh(prefix="HP"),
        institution=institution,
        training_class=proposal.training_class,
        signal=proposal.signal,
        room_check=proposal.room_check,
        colour=proposal.colour,
        reason=proposal.reason,
        facts=facts,
        proposed_by=by,
        proposed_at=now,
    )
    refuse_inside(by=by, card=card, now=now)
    try:
        with transaction.atomic():
            card.save(force_insert=True)
            keep(card=card, verb=Verb.PROPOSED, by=by, now=now, text=facts)
    except IntegrityError as error:
        raise CardRefused(CardRefusal.ALREADY) from error
    return card


def _refuse_foreign(institution: Institution, proposal: Proposal) -> None:
    a_class = proposal.training_class
    grounds = [
        proposal.signal.lesson.training_class_id if proposal.signal else None,
        proposal.room_check.room_count.lesson.training_class_id if proposal.room_check else None,
    ]
    own = a_class is None or a_class.institution_id == institution.pk
    same = all(ground is None or (a_class is not None and ground == a_class.pk) for ground in grounds)
    if not (own and same):
        raise CardRefused(CardRefusal.OTHER_CLASS)


def confirm(*, by: User, card: Card, now: datetime) -> None:
    """Show it: it counts against the institution from today, who is told and may object for some working days.

    Refused with CardRefused: by who proposed it, made the check that it rests on or belongs to the institution, and
    when it was decided.
    """
    if by.pk == card.proposed_by_id:
        raise CardRefused(CardRefusal.SAME_PERSON)
    if card.room_check is not None and card.room_check.by_id == by.pk:
        raise CardRefused(CardRefusal.OWN_CHECK)
    refuse_inside(by=by, card=card, now=now)
    today = policies.local_date(now)
    days = policies.current(on=today).card_objection_days
    until = policies.working_days_after(start=today, days=days)
    with transaction.atomic():
        if card.colour == Card.Colour.RED and card.training_class_id is not None:
            # Alone with the books: who is approved at this moment is counted before it, or kept out.
            ledger.exclude()
        changes = {"decided_by": by, "decided_at": now, "shown_on": today, "object_until": until}
        become(card, Card.objects.filter(status=Status.PROPOSED), {"status": Status.SHOWN, **changes})
        keep(card=card, verb=Verb.SHOWN, by=by, now=now)
        said = {"reason": _reason_kept(card), "object_until": until.isoformat()}
        tell_institution(card=card, kind=TOLD_AS[card.colour], now=now, **said)


def _reason_kept(card: Card) -> str:
    """In the language of the house, whoever's request brought it about."""
    with translation.override(settings.LANGUAGE_CODE):
        return str(card.get_reason_display())


def drop(*, by: User, card: Card, reason: str, now: datetime) -> None:
    """It is not shown, as who proposed it may say too; who did is told. Refused with CardRefused: no reason, by
    somebody from inside, decided."""
    said = reasoned(reason)
    refuse_inside(by=by, card=card, now=now)
    with transaction.atomic():
        changes = {"status": Status.DROPPED, "decided_by": by, "decided_at": now}
        become(card, Card.objects.filter(status=Status.PROPOSED), changes)
        keep(card=card, verb=Verb.DROPPED, by=by, now=now, text=said)
        if by.pk != card.proposed_by_id:
            params = {"number": card.number, "reason": said}
            notices.queue(kind="card_dropped", channel="site", user=card.proposed_by, params=params, now=now)
