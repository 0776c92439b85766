"""The outlook of an approval: which completions it would approve, what each would add to a target, and what not."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import QuerySet

from courses import completion as completions_module
from courses import ledger
from courses.completion import CompletionRefusal, Foreseen
from courses.ledger.post import NOT_COUNTED_WORDS, NotCounted
from courses.models import Completion, Line, TrainingClass, User

# Everything that approving and posting reads, fetched with the rows.
NEEDED = (
    "proposed_by",
    "submitted_by",
    "enrolment__learner__education",
    "enrolment__category",
    "enrolment__training_class__policy",
    "enrolment__training_class__course",
    "enrolment__training_class__district",
    "enrolment__training_class__institution",
    "enrolment__training_class__brand",
    "enrolment__training_class__occupation",
    "enrolment__training_class__level",
)


@dataclass(frozen=True)
class Item:
    """One completion: it would be refused for a reason, or approved; if approved, counted or not for a reason."""

    completion: Completion
    name: str
    refusal: str
    not_counted: NotCounted | None
    held: bool = False

    @property
    def refused(self) -> bool:
        return bool(self.refusal)

    @property
    def not_counted_words(self) -> str:
        return str(NOT_COUNTED_WORDS[self.not_counted]) if self.not_counted else ""


@dataclass
class ClassItems:
    training_class: TrainingClass
    items: list[Item] = field(default_factory=list)

    @property
    def approvable(self) -> list[Item]:
        return [item for item in self.items if not item.refused]

    @property
    def counted(self) -> int:
        return sum(item.not_counted is None for item in self.approvable)


@dataclass(frozen=True)
class Outlook:
    classes: list[ClassItems]

    @property
    def approvable(self) -> list[Item]:
        return [item for each in self.classes for item in each.approvable]

    @property
    def refused(self) -> list[Item]:
        return [item for each in self.classes for item in each.items if item.refused]

    @property
    def held(self) -> bool:
        """Whether somebody waits for a look at a signal."""
        return any(item.held for item in self.refused)

    @property
    def adjusts(self) -> bool:
        """Whether one of them ended in a month that is closed, so that a reason is asked for."""
        months = {(day.year, day.month) for day in (each.training_class.ends_on for each in self.classes)}
        return any(ledger.is_closed(year=year, month=month) for year, month in months)

    @property
    def counted(self) -> int:
        """人次 that the targets would gain."""
        return sum(each.counted for each in self.classes)

    @property
    def by_line(self) -> list[tuple[str, int]]:
        totals = Counter(
            item.completion.enrolment.training_class.line for item in self.approvable if item.not_counted is None
        )
        return [(str(Line(line).label), number) for line, number in sorted(totals.items())]

    @property
    def uncounted(self) -> list[tuple[str, int]]:
        return gather(item.not_counted_words for item in self.approvable if item.not_counted)


def gather(sentences: Iterable[str]) -> list[tuple[str, int]]:
    """Each sentence once, with how often it was said."""
    return list(Counter(sentences).items())


def foresee(*, completions: QuerySet[Completion], class_numbers: list[str], by: User, now: datetime) -> Outlook:
    """The submitted completions of these classes, as an approval at this moment would treat them."""
    chosen = completions.filter(status=Completion.Status.SUBMITTED, enrolment__training_class__number__in=class_numbers)
    chosen = chosen.exclude(approval_lines__is_open=True)
    rows = list(Completion.objects.filter(pk__in=chosen.values("pk")).select_related(*NEEDED).order_by("number"))
    foreseen = completions_module.foresee(by=by, completions=rows, now=now)
    grouped: dict[int, ClassItems] = {}
    for row in rows:
        training_class = row.enrolment.training_class
        group = grouped.setdefault(training_class.pk, ClassItems(training_class))
        group.items.append(_item(row, foreseen[row.pk]))
    return Outlook(sorted(grouped.values(), key=lambda group: group.training_class.number))


def _item(row: Completion, foreseen: Foreseen) -> Item:
    return Item(
        completion=row,
        name=row.enrolment.learner.masked_name,
        refusal=foreseen.refusal.sentence if foreseen.refusal else "",
        not_counted=foreseen.not_counted,
        held=foreseen.refusal is not None and foreseen.refusal.code == CompletionRefusal.SIGNAL_OPEN,
    )
