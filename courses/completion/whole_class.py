"""全班撤销: what counts of a class is taken back together, with one reason; each line by two people, on its own."""

from collections.abc import Callable, Collection, Iterable
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple

from django.db.models import Exists, OuterRef, Q, QuerySet

from courses import ledger
from courses.completion.refusals import CompletionRefusal, CompletionRefused
from courses.completion.revoking import confirm_revocation, propose_revocation
from courses.models import Card, Completion, Revocation, TrainingClass, User
from courses.refusals import Refused

Status = Revocation.Status


class Taken(NamedTuple):
    """What became of many at once: how many were done, and the refusals of the others."""

    done: int
    refused: list[Refused]


def counted(*, training_class: TrainingClass) -> QuerySet[Completion]:
    """What counts of a class, and what people have said of taking it back."""
    return Completion.objects.filter(ledger.counts_q(), enrolment__training_class=training_class).order_by("number")


def undecided_q() -> Q:
    """Nobody has proposed to take it back, nor decided that it stays."""
    said = Revocation.objects.filter(completion=OuterRef("pk"), status__in=[Status.PROPOSED, Status.DROPPED])
    return Q(~Exists(said))


def red_carded_q() -> Q:
    """Counts although a red card of its class stands."""
    red = Card.objects.filter(Card.STANDS, training_class=OuterRef("enrolment__training_class"), colour=Card.Colour.RED)
    return ledger.counts_q() & Q(Exists(red))


def propose_class(*, by: User, training_class: TrainingClass, reason: str, now: datetime) -> Taken:
    """Propose the revocation of everything that counts of a class and that nobody has decided on; it counts until
    somebody else confirms. Refused with CompletionRefused without a reason."""
    if not reason.strip():
        raise CompletionRefused(CompletionRefusal.REASON_MISSING)
    rows = counted(training_class=training_class).filter(undecided_q())
    return _each(({"completion": row} for row in rows), partial(propose_revocation, by=by, reason=reason, now=now))


def confirm_class(*, by: User, training_class: TrainingClass, numbers: Collection[str], now: datetime) -> Taken:
    """Confirm those proposals for a class that this person has read, each in a transaction of its own. What they
    proposed or approved themselves is among the refused."""
    waits = Revocation.objects.filter(status=Status.PROPOSED, completion__enrolment__training_class=training_class)
    rows = waits.filter(number__in=numbers).select_related("completion").order_by("pk")
    return _each(({"revocation": row} for row in rows), partial(confirm_revocation, by=by, now=now))


def _each(rows: Iterable[dict[str, Any]], step: Callable[..., object]) -> Taken:
    done, refused = 0, []
    for row in rows:
        try:
            step(**row)
            done += 1
        except Refused as refusal:
            refused.append(refusal)
    return Taken(done, refused)
