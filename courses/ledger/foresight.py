"""What posting would do, asked before it is done: for a page that shows the consequences of an approval."""

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from courses.ledger.post import NotCounted, counted_on, counts_by_certificate, judge, limit_of
from courses.models import Card, Certificate, Completion, CountClaim, CountEntry, PersonMerge


def foresee(*, completions: Sequence[Completion], now: datetime) -> dict[int, NotCounted | None]:
    """By the id of each completion, the reason that `post` would keep, or None where it would write a line.

    In the order given, so that of two completions of one person for the same module the second is the duplicate. Four
    statements however many there are, five where a policy limits how often one person counts in a year. Wants learner
    and class at hand; a rival's approval meanwhile is not foreseen.
    """
    red = _red({row.enrolment.training_class_id for row in completions})
    kept = dict(
        PersonMerge.objects.filter(merged__in=[row.enrolment.learner_id for row in completions]).values_list(
            "merged", "kept__person"
        )
    )
    people = {kept.get(row.enrolment.learner_id, row.enrolment.learner.person) for row in completions}
    claimed = set(CountClaim.objects.filter(person__in=people).values_list("person", "key"))
    certified = set(Certificate.objects.filter(completion__in=completions).values_list("completion_id", flat=True))
    limited = any(limit_of(row.enrolment.training_class) for row in completions)
    told = _told(people if limited else ())
    found: dict[int, NotCounted | None] = {}
    for row in completions:
        training_class = row.enrolment.training_class
        learner = row.enrolment.learner
        person = kept.get(learner.pk, learner.person)
        claim = (person, training_class.claim_key)
        waits = counts_by_certificate(training_class) and row.pk not in certified
        limit, year = limit_of(training_class), counted_on(row, now).year if limited and not waits else 0
        found[row.pk] = judge(
            line=training_class.line,
            red=training_class.pk in red,
            waits=waits,
            claimed=claim in claimed,
            over=bool(limit) and told[person, year] >= limit,
        )
        if found[row.pk] is None:
            claimed.add(claim)
            told[person, year] += 1
    return found


def _red(classes: set[int]) -> set[int | None]:
    shown = Card.objects.filter(Card.STANDS, training_class__in=classes, colour=Card.Colour.RED)
    return set(shown.values_list("training_class_id", flat=True))


def _told(people: Collection[UUID]) -> Counter[tuple[Any, int]]:
    """How often each of them stands in the ledger by year."""
    if not people:
        return Counter()
    standing = CountEntry.objects.filter(person__in=people, amount=1, reversal__isnull=True)
    return Counter(standing.values_list("person", "year"))
