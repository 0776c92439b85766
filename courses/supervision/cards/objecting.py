"""The institution objects once, within its days; somebody else than proposed the card answers."""

from datetime import datetime

from django.db import transaction

from courses import dates
from courses import policy as policies
from courses.models import Card, User
from courses.supervision.cards.refusals import CardRefusal, CardRefused
from courses.supervision.cards.steps import (
    FACTS_MAX,
    Status,
    Verb,
    become,
    is_inside,
    keep,
    reasoned,
    refuse_inside,
    tell_institution,
)


def may_object(*, card: Card, now: datetime) -> bool:
    open_still = card.object_until is not None and policies.local_date(now) <= card.object_until
    return card.status == Status.SHOWN and card.objected_at is None and open_still


def object_to(*, by: User, card: Card, text: str, now: datetime) -> None:
    """Refused with CardRefused: no words, by nobody of the institution, objected before, after the last day, or not
    shown."""
    said = reasoned(text, FACTS_MAX)
    if not is_inside(by=by, card=card, now=now):
        raise CardRefused(CardRefusal.NOT_INSIDE)
    if card.object_until is not None and policies.local_date(now) > card.object_until:
        raise CardRefused(CardRefusal.TOO_LATE, day=dates.day(card.object_until))
    if card.status != Status.SHOWN:
        raise CardRefused(CardRefusal.DECIDED)
    with transaction.atomic():
        fresh = Card.objects.filter(status=Status.SHOWN, objected_at__isnull=True)
        changes = {"objection": said, "objected_by": by, "objected_at": now}
        become(card, fresh, changes, refusal=CardRefusal.OBJECTED)
        keep(card=card, verb=Verb.OBJECTED, by=by, now=now, text=said)


def answer(*, by: User, card: Card, stays: bool, text: str, now: datetime) -> None:
    """The card stays, and the institution is told why; or its withdrawal is put forward, which another confirms.

    Refused with CardRefused: no words, by who proposed it or belongs to the institution, nothing to answer.
    """
    said = reasoned(text)
    if by.pk == card.proposed_by_id:
        raise CardRefused(CardRefusal.PROPOSER)
    refuse_inside(by=by, card=card, now=now)
    changes: dict[str, object] = {"answered_by": by, "answered_at": now}
    rows = Card.objects.filter(Card.UNANSWERED)
    if not stays:
        rows = rows.filter(withdrawal_at__isnull=True)
        changes |= {"withdrawal_by": by, "withdrawal_at": now, "withdrawal_reason": said}
    with transaction.atomic():
        become(card, rows, changes)
        keep(card=card, verb=Verb.KEPT if stays else Verb.WITHDRAWAL_ASKED, by=by, now=now, text=said)
        if stays:
            tell_institution(card=card, kind="card_kept", now=now, reason=said)
