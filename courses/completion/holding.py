"""What keeps an approval waiting: signals about this very learner that nobody has looked at yet, and signals that have
yet to be found.

Nothing is decided by it: who looks says in a sentence what was found (`supervision.look_at`), and then the district
approves, returns, or lets it be. Signals are facts that `supervision` leaves; they are read here and not called for.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from courses import dates
from courses import policy as policies
from courses.completion.freshness import runs
from courses.completion.refusals import CompletionRefusal, CompletionRefused
from courses.models import Completion, Lesson, Signal

# How often the background looks for lessons whose signals are due (lms/celery.py).
SWEEP = timedelta(minutes=10)


def refuse_held(*, completion: Completion, now: datetime) -> None:
    """Whom an open signal names, or about whom signals are still to be found, is not approved."""
    if refusal := held_back(completions=[completion], now=now).get(completion.pk):
        raise refusal


def held_back(*, completions: Sequence[Completion], now: datetime) -> dict[int, CompletionRefused]:
    """By the id of each that cannot be approved yet, why; a constant number of statements."""
    found: dict[int, CompletionRefused] = {}
    for pk, ready in pending(completions=completions, now=now).items():
        found[pk] = CompletionRefused(CompletionRefusal.SIGNALS_PENDING, ready=dates.moment(ready))
    for pk, kinds in held(completions=completions, now=now).items():
        words = "、".join(str(Signal.Kind(kind).label) for kind in kinds)
        found[pk] = CompletionRefused(CompletionRefusal.SIGNAL_OPEN, kinds=words)
    return found


def pending(*, completions: Sequence[Completion], now: datetime) -> dict[int, datetime]:
    """By the id of each whose class has lessons with signals older than what is recorded, by when they are found.

    Where the pinned policy lets no signal hold anybody, nothing is waited for.
    """
    waits = {row.pk: row.enrolment.training_class_id for row in completions if _holds(row, now)}
    planned = Lesson.objects.filter(training_class__in=set(waits.values()), status=Lesson.Status.PLANNED)
    ready: dict[int, datetime] = {}
    for run in runs(lessons=planned) if waits else ():
        if run.is_behind:
            by = (max(run.due_at, now) + SWEEP + timedelta(minutes=1)).replace(second=0, microsecond=0)
            ready[run.training_class] = max(by, ready.get(run.training_class, by))
    return {pk: ready[of] for pk, of in waits.items() if of in ready}


def held(*, completions: Sequence[Completion], now: datetime) -> dict[int, list[str]]:
    """By the id of each that is held, the kinds of open signals that name its learner, as the pinned policy's `holds`
    lists them. One statement; wants enrolment, learner and class at hand."""
    classes = {row.enrolment.training_class_id for row in completions}
    named = _named(classes)
    found: dict[int, list[str]] = {}
    for row in completions:
        own = row.enrolment
        kinds = named.get((own.training_class_id, own.learner.number), set()) & _holds(row, now)
        if kinds:
            found[row.pk] = sorted(kinds)
    return found


def _holds(row: Completion, now: datetime) -> set[str]:
    return set(policies.of_class(training_class=row.enrolment.training_class, on=policies.local_date(now)).holds)


def _named(classes: set[int]) -> dict[tuple[int, str], set[str]]:
    """Who stands in the newest version of a signal that no note closes: (class, learner) → kinds."""
    rows = Signal.objects.filter(lesson__training_class__in=classes).exclude(Signal.newer()).exclude(Signal.looked())
    named: dict[tuple[int, str], set[str]] = {}
    for class_id, kind, lines in rows.values_list("lesson__training_class", "kind", "rows"):
        for line in lines:
            if "learner" in line:
                named.setdefault((class_id, line["learner"]), set()).add(kind)
    return named
