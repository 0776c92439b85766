"""What every deed about a card leaves behind: how the card stands now, the step that led there, the audit's line."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from courses import access, audit, notices
from courses.access import Role
from courses.models import Card, CardStep, Post, User
from courses.supervision.cards.refusals import CardRefusal, CardRefused

Status, Verb = Card.Status, CardStep.Verb
FACTS_MAX, REASON_MAX = 500, 200


def words(text: str, most: int = REASON_MAX) -> str:
    return " ".join(text.split())[:most]


def reasoned(text: str, most: int = REASON_MAX) -> str:
    said = words(text, most)
    if not said:
        raise CardRefused(CardRefusal.REASON_MISSING)
    return said


def is_inside(*, by: User, card: Card, now: datetime) -> bool:
    """Whether somebody belongs to the institution, or teaches the class that the card is about."""
    if card.institution_id in {post.institution_id for post in access.held(user=by, now=now)}:
        return True
    return card.training_class is not None and card.training_class.trainers.filter(pk=by.pk).exists()


def refuse_inside(*, by: User, card: Card, now: datetime) -> None:
    if is_inside(by=by, card=card, now=now):
        raise CardRefused(CardRefusal.INSIDE)


def become(
    card: Card, rows: QuerySet[Card], changes: Mapping[str, Any], *, refusal: CardRefusal = CardRefusal.DECIDED
) -> None:
    """One conditional update decides between rivals: `rows` are the cards to which this may still be done."""
    if not rows.filter(pk=card.pk).update(**changes):
        raise CardRefused(refusal)
    for name, value in changes.items():
        setattr(card, name, value)


def keep(*, card: Card, verb: CardStep.Verb, by: User, now: datetime, text: str = "") -> None:
    """The step, in the transaction of what was done."""
    CardStep.objects.create(card=card, verb=verb, by=by, at=now, text=text)
    audit.record(by=by, verb=f"card_{verb}", target=card, now=now, detail={"institution": card.institution.number})


def tell_institution(*, card: Card, kind: str, now: datetime, **params: Any) -> None:
    """Everybody who holds the institution's post reads it at the desk, and on the phone where there is one."""
    held = Q(until__isnull=True) | Q(until__gt=now)
    posts = Post.objects.filter(held, role=Role.INSTITUTION, institution=card.institution, since__lte=now)
    for user in User.objects.filter(pk__in=posts.values("user"), is_active=True).order_by("pk"):
        notices.tell_staff(user=user, kind=kind, params={"number": card.number, **params}, now=now)
