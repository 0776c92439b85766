"""What phones handed in for a lesson: how much is missing, and what somebody has to look at."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from courses.attendance.kit.words import Why, sentence_of
from courses.models import Kit, KitEntry, KitReport, Lesson

State = KitEntry.State
# A lesson, a learner, and whether of arriving or leaving.
About = tuple[int, int | None, str]


@dataclass(frozen=True)
class Gap:
    """Numbers that never came in, both ends included."""

    first: int
    last: int

    @property
    def many(self) -> int:
        return self.last - self.first + 1


@dataclass(frozen=True)
class Line:
    """An entry that somebody has to look at: disputed, refused, or one that another phone contradicts."""

    number: int
    learner_number: str
    learner_name: str
    said: str
    made_at: datetime | None
    state: str
    why: str
    receipt: str

    @property
    def sentence(self) -> str:
        return sentence_of(self.why)


@dataclass(frozen=True)
class KitView:
    """One phone of a lesson. `made` is what it says, and never less than the highest number that came in."""

    kit: Kit
    made: int
    received: int
    closed: bool
    gaps: tuple[Gap, ...]
    lines: tuple[Line, ...]

    @property
    def missing(self) -> int:
        return sum(gap.many for gap in self.gaps)


def overview(*, lessons: Sequence[Lesson]) -> list[KitView]:
    """Every phone of these lessons, by lesson and in the order of their preparation. Three queries."""
    entries: dict[int, list[KitEntry]] = {}
    rows = KitEntry.objects.filter(kit__lesson__in=lessons).select_related("learner", "kit").order_by("number", "pk")
    for row in rows:
        entries.setdefault(row.kit_id, []).append(row)
    told: dict[int, list[KitReport]] = {}
    for report in KitReport.objects.filter(kit__lesson__in=lessons):
        told.setdefault(report.kit_id, []).append(report)
    contested = {_about(row) for row in rows if row.why == Why.PHONES_DIFFER}
    kits = Kit.objects.filter(lesson__in=lessons).select_related("by", "lesson")
    return [
        _view(kit, entries.get(kit.pk, []), told.get(kit.pk, []), contested)
        for kit in kits.order_by("lesson__number", "prepared_at", "pk")
    ]


def _about(row: KitEntry) -> About:
    return row.kit.lesson_id, row.learner_id, row.way


def _view(kit: Kit, entries: list[KitEntry], told: list[KitReport], contested: set[About]) -> KitView:
    numbers = {row.number for row in entries if row.proven and row.number}
    made = max([*numbers, *(report.made for report in told)], default=0)
    return KitView(
        kit=kit,
        made=made,
        received=len(numbers),
        closed=any(report.closing for report in told),
        gaps=tuple(gaps_of(numbers, made=made)),
        lines=tuple(_line(row) for row in entries if _asks(row, contested)),
    )


def gaps_of(numbers: set[int], *, made: int) -> Iterable[Gap]:
    """The runs of numbers from 1 to `made` that are not there."""
    first = 0
    for number in range(1, made + 2):
        missing = number <= made and number not in numbers
        if missing and not first:
            first = number
        elif not missing and first:
            yield Gap(first, number - 1)
            first = 0


def _asks(row: KitEntry, contested: set[About]) -> bool:
    return row.state != State.ACCEPTED or (_about(row) in contested and row.why != Why.OVERTAKEN)


def _line(row: KitEntry) -> Line:
    """What was taken in before another phone contradicted it is shown as disputed, too."""
    accepted = row.state == State.ACCEPTED
    return Line(
        number=row.number,
        learner_number=row.learner.number if row.learner else "",
        learner_name=row.learner.name if row.learner else "",
        said=row.said,
        made_at=row.made_at,
        state=State.DISPUTED if accepted else row.state,
        why=Why.PHONES_DIFFER if accepted else row.why,
        receipt=row.receipt,
    )
