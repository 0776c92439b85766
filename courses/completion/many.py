"""Many completions at once, each decided on its own; and what approving them would do."""

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime
from functools import partial
from typing import NamedTuple

from courses import ledger
from courses.completion.assessing import assess_all
from courses.completion.deciding import approve, argue, interested, propose_as, submit
from courses.completion.holding import held_back
from courses.completion.refusals import CompletionRefusal, CompletionRefused
from courses.models import Completion, Enrolment, TrainingClass, User
from courses.refusals import Refused


class Foreseen(NamedTuple):
    """What `approve` would do now: refuse; else why the completion would not count, or None where it would."""

    refusal: CompletionRefused | None
    not_counted: ledger.NotCounted | None


def foresee(*, by: User, completions: Sequence[Completion], now: datetime) -> dict[int, Foreseen]:
    """By the id of each, what `approve_all` would do in this order; reads only, a constant number of queries."""
    assessments = assess_all(enrolments=[row.enrolment for row in completions], now=now)
    own = interested(by=by, completions=completions)
    waiting = held_back(completions=completions, now=now)
    refusals: dict[int, CompletionRefused | None] = {}
    for row in completions:
        if row.pk in own:
            refusals[row.pk] = CompletionRefused(CompletionRefusal.SAME_PERSON)
        else:
            against = argue(row.enrolment, assessments[row.enrolment_id])
            refusals[row.pk] = against or waiting.get(row.pk)
    counts = ledger.foresee(completions=[row for row in completions if refusals[row.pk] is None], now=now)
    return {row.pk: Foreseen(refusals[row.pk], counts.get(row.pk)) for row in completions}


class Bulk(NamedTuple):
    """What became of many at once, each on its own: the completions done, and the refusals of the others."""

    done: list[Completion]
    refused: list[Refused]


# What approving reads of each, for one statement.
NEEDED = ledger.NEEDED


def propose_all(*, by: User, enrolments: Sequence[Enrolment], now: datetime) -> Bulk:
    """Assessed together, in a constant number of queries; proposed each in a transaction of its own."""
    bulk, assessed = Bulk([], []), assess_all(enrolments=enrolments, now=now)
    for row in enrolments:
        try:
            bulk.done.append(propose_as(by=by, enrolment=row, assessment=assessed[row.pk], now=now))
        except CompletionRefused as refusal:
            bulk.refused.append(refusal)
    return bulk


def submit_all(
    *, by: User, training_class: TrainingClass, now: datetime, numbers: Collection[str] | None = None
) -> Bulk:
    """Hand in every proposed completion of a class, or those of these numbers; the others stay with the institution."""
    rows = Completion.objects.filter(enrolment__training_class=training_class, status=Completion.Status.PROPOSED)
    if numbers is not None:
        rows = rows.filter(number__in=numbers)
    return _each(rows.select_related(*NEEDED).order_by("number"), partial(submit, by=by, now=now))


def approve_all(*, by: User, completions: Iterable[Completion], now: datetime, reason: str = "") -> Bulk:
    """Approve each, in a transaction of its own."""
    return _each(completions, partial(approve, by=by, now=now, reason=reason))


def _each(completions: Iterable[Completion], step: Callable[..., object]) -> Bulk:
    bulk = Bulk([], [])
    for row in completions:
        try:
            step(completion=row)
            bulk.done.append(row)
        except Refused as refusal:
            bulk.refused.append(refusal)
    return bulk
