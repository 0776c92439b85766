"""A card is withdrawn as it was shown: one person says why, another confirms. It stays on the list, and counts no
more."""

from datetime import datetime

from django.db import transaction

from courses import ledger
from courses.models import Card, User
from courses.supervision.cards.refusals import CardRefusal, CardRefused
from courses.supervision.cards.steps import Status, Verb, become, keep, reasoned, refuse_inside, tell_institution

ASKED = Card.objects.filter(Card.WITHDRAWAL_ASKED)
NOT_ASKED = {"withdrawal_by": None, "withdrawal_at": None, "withdrawal_reason": ""}


def ask(*, by: User, card: Card, reason: str, now: datetime) -> None:
    """Refused with CardRefused: no reason, by somebody from inside, asked already, or not shown."""
    said = reasoned(reason)
    refuse_inside(by=by, card=card, now=now)
    if card.status != Status.SHOWN:
        raise CardRefused(CardRefusal.DECIDED)
    with transaction.atomic():
        fresh = Card.objects.filter(status=Status.SHOWN, withdrawal_at__isnull=True)
        changes = {"withdrawal_by": by, "withdrawal_at": now, "withdrawal_reason": said}
        become(card, fresh, changes, refusal=CardRefusal.WITHDRAWAL_ASKED)
        keep(card=card, verb=Verb.WITHDRAWAL_ASKED, by=by, now=now, text=said)


def agree(*, by: User, card: Card, now: datetime) -> int:
    """It counts no more. What a red card alone kept from being counted waits for somebody's decision, and is not
    counted by itself; gives how many that are.

    Refused with CardRefused: by who put the withdrawal forward or belongs to the institution, decided already.
    """
    refuse_inside(by=by, card=card, now=now)
    kept_out = card.training_class if card.colour == Card.Colour.RED else None
    with transaction.atomic():
        if kept_out is not None:
            # Alone with the books before any row is held, as whoever takes a completion back.
            ledger.exclude()
        # As the row stands now: what is in hand may have been read before it was asked.
        if ASKED.filter(pk=card.pk, withdrawal_by=by).exists():
            raise CardRefused(CardRefusal.SAME_PERSON)
        others = ASKED.exclude(withdrawal_by=by)
        become(card, others, {"status": Status.WITHDRAWN, "withdrawn_by": by, "withdrawn_at": now})
        keep(card=card, verb=Verb.WITHDRAWN, by=by, now=now)
        tell_institution(card=card, kind="card_withdrawn", now=now)
        return ledger.release(training_class=kept_out) if kept_out is not None else 0


def refuse(*, by: User, card: Card, reason: str, now: datetime) -> None:
    """The card stays, as who put the withdrawal forward may say too. An institution that objected is told.

    Refused with CardRefused: no reason, by somebody from inside, decided already.
    """
    said = reasoned(reason)
    refuse_inside(by=by, card=card, now=now)
    if card.answered_at is not None and by.pk == card.proposed_by_id and by.pk != card.withdrawal_by_id:
        raise CardRefused(CardRefusal.PROPOSER)
    # An answer that grants the objection asks for the withdrawal at the same moment.
    objected = card.answered_at is not None and card.withdrawal_at == card.answered_at
    with transaction.atomic():
        become(card, ASKED, NOT_ASKED)
        keep(card=card, verb=Verb.WITHDRAWAL_REFUSED, by=by, now=now, text=said)
        if objected:
            tell_institution(card=card, kind="card_kept", now=now, reason=said)
