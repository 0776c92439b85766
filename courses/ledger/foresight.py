"""What posting would do, asked before it is done: for a page that shows the consequences of an approval."""

from collections.abc import Sequence

from courses.ledger.post import NotCounted, judge
from courses.models import Card, Completion, CountClaim, PersonMerge


def foresee(*, completions: Sequence[Completion]) -> dict[int, NotCounted | None]:
    """By the id of each completion, the reason that `post` would keep, or None where it would write a line.

    In the order given, so that of two completions of one person for the same module the second is the duplicate. Three
    statements however many there are. Wants learner and class at hand; a rival's approval meanwhile is not foreseen.
    """
    classes = {row.enrolment.training_class_id for row in completions}
    red = set(
        Card.objects.filter(training_class__in=classes, colour=Card.Colour.RED, withdrawn_at__isnull=True).values_list(
            "training_class_id", flat=True
        )
    )
    kept = dict(
        PersonMerge.objects.filter(merged__in=[row.enrolment.learner_id for row in completions]).values_list(
            "merged", "kept__person"
        )
    )
    people = {kept.get(row.enrolment.learner_id, row.enrolment.learner.person) for row in completions}
    claimed = set(CountClaim.objects.filter(person__in=people).values_list("person", "key"))
    found: dict[int, NotCounted | None] = {}
    for row in completions:
        training_class = row.enrolment.training_class
        learner = row.enrolment.learner
        claim = (kept.get(learner.pk, learner.person), training_class.claim_key)
        found[row.pk] = judge(line=training_class.line, red=training_class.pk in red, claimed=claim in claimed)
        if found[row.pk] is None:
            claimed.add(claim)
    return found
