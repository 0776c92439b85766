"""The printed personal card of somebody who carries no phone: given, made void, found again by its code.

The code is 16 random characters and stands on the paper alone; the database keeps its keyed digest, so that a copy of
either is worth nothing without the other, and its mark, by which a classroom without network tells the card. Source:
design §5 (the learner's printed card shows a personal code).
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from courses import audit, privacy
from courses.models import Learner, PersonalCard, User
from courses.people.numbers import CROCKFORD, fresh
from courses.refusals import Refused

CODE_LENGTH = 16
# Crockford: read aloud or typed from paper, these three mean digits.
MISREAD = str.maketrans({"O": "0", "I": "1", "L": "1"})


class CardRefusal(StrEnum):
    NOT_VERIFIED = "not_verified"
    ALREADY_VOID = "already_void"


class CardRefused(Refused):
    sentences = {
        CardRefusal.NOT_VERIFIED: _("这位学员还没有实名，没有制卡。请先登记姓名和证件。"),
        CardRefusal.ALREADY_VOID: _("这张学员卡已经作废，未改动。需要的话请重新打印一张。"),
    }


@dataclass(frozen=True)
class Issued:
    """A new card with the code that is to be printed on it; nobody can read the code again later."""

    card: PersonalCard
    code: str


def issue(*, learner: Learner, by: User, now: datetime) -> Issued:
    """A card for printing; the one that the learner had is void from now on. Each is in the audit book.

    Refused with CardRefused for somebody whose document nobody has seen.
    """
    if learner.verified_at is None:
        raise CardRefused(CardRefusal.NOT_VERIFIED)
    code = fresh(prefix="", length=CODE_LENGTH)
    with transaction.atomic():
        # Two who print at once: the second waits here and replaces the first's card.
        Learner.objects.select_for_update(no_key=True).get(pk=learner.pk)
        former = live_card(learner=learner)
        if former is not None:
            void(card=former, by=by, why=PersonalCard.Why.REPLACED, now=now)
        card = PersonalCard.objects.create(
            number=fresh(prefix="K"),
            learner=learner,
            digest=_digest(code),
            mark=mark_of(code),
            issued_at=now,
            issued_by=by,
        )
        audit.record(by=by, verb="card_issued", target=card, now=now, detail={"learner": learner.number})
    return Issued(card, code)


def void(*, card: PersonalCard, by: User, now: datetime, why: str = PersonalCard.Why.LOST) -> None:
    """From now on nobody is found by this card. Refused with CardRefused where it is void already."""
    with transaction.atomic():
        live = PersonalCard.objects.filter(pk=card.pk, voided_at__isnull=True)
        if not live.update(voided_at=now, voided_by=by, why=why):
            raise CardRefused(CardRefusal.ALREADY_VOID)
        audit.record(by=by, verb="card_voided", target=card, now=now, detail={"why": why})
    card.voided_at, card.voided_by, card.why = now, by, why


def live_card(*, learner: Learner) -> PersonalCard | None:
    return PersonalCard.objects.filter(learner=learner, voided_at__isnull=True).first()


def find(*, code: str) -> PersonalCard | None:
    """The live card of a scanned or typed code, with its learner; None for any other, void ones included."""
    plain = "".join(code.upper().split()).replace("-", "").translate(MISREAD)
    if len(plain) != CODE_LENGTH or set(plain) - set(CROCKFORD):
        return None
    live = PersonalCard.objects.filter(digest=_digest(plain), voided_at__isnull=True)
    return live.select_related("learner__user").first()


def mark_of(code: str) -> str:
    """What the phone of a classroom without network makes of a card that it reads (`static/js/kit-codes.js`)."""
    return hashlib.sha256(f"tideline card {code}".encode()).hexdigest()


def _digest(code: str) -> str:
    return privacy.digest(code, purpose="card")
