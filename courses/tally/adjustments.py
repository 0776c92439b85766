"""Why a closed month changed: the snapshot, every line that came after, and both together; the month before beside.
With a `district`, of this one alone."""

from dataclasses import dataclass

from django.db.models import Q, QuerySet, Sum

from courses.models import CountEntry, MonthClose, YearClose
from courses.tally.closes import standing_close
from courses.tally.quality import Quality, kept
from courses.tally.snapshots import by_line, of_line, rank


@dataclass(frozen=True)
class Adjusted:
    """One line of a close beside what came after: 人次 in the snapshot, by adjustments, and both together."""

    line: str
    snapshot: int
    adjustments: int

    @property
    def now(self) -> int:
        return self.snapshot + self.adjustments


def adjustments_of(*, close: MonthClose | YearClose, district: str = "") -> QuerySet[CountEntry]:
    """Why its figures changed: every line posted into it after the snapshot, oldest first."""
    return CountEntry.objects.filter(_after(close, district)).select_related("by", "reverses").order_by("pk")


def adjusted(*, close: MonthClose | YearClose, district: str = "") -> list[Adjusted]:
    """Snapshot, adjustments and their sum by line; a year in all of its months."""
    place = 2 if isinstance(close, MonthClose) else 3
    kept = {row[0]: row[place] for row in by_line(close.snapshot, district)}
    later = (
        CountEntry.objects.filter(_after(close, district)).order_by().values_list("line").annotate(told=Sum("amount"))
    )
    changed = dict(later)
    return [Adjusted(line, kept.get(line, 0), changed.get(line, 0)) for line in sorted({*kept, *changed}, key=rank)]


def _after(close: MonthClose | YearClose, district: str) -> Q:
    own = Q(year=close.year, posted_on__gt=close.cut_off)
    own &= Q(district=district) if district else Q()
    return own & Q(month=close.month) if isinstance(close, MonthClose) else own


@dataclass(frozen=True)
class Compared:
    """One line of a close: the month, the month before where that is closed, the year so far and its target; 人次."""

    line: str
    month: int
    before: int | None
    year: int
    target: int | None

    @property
    def change(self) -> int | None:
        return None if self.before is None else self.month - self.before


def compared(*, close: MonthClose | YearClose, district: str = "") -> list[Compared]:
    """What the close says of each line, beside what the close before it said; of a year, beside the year before."""
    former = _former(close)
    targets = {line: amount for line, owes, amount in close.snapshot["targets"] if owes == district}
    found = []
    for line, _value, month, year in by_line(close.snapshot, district):
        own = month if isinstance(close, MonthClose) else year
        before = of_line(former.snapshot, line, district)[0 if isinstance(close, MonthClose) else 1] if former else None
        found.append(Compared(line, own, before, year, targets.get(line)))
    return found


def quality_beside(*, close: MonthClose, district: str = "") -> tuple[Quality | None, Quality | None]:
    """What the close says of the records of its month, and the close before it of its own; None where none says it."""
    former = _former(close)
    before = kept(close=former, district=district) if isinstance(former, MonthClose) else None
    return kept(close=close, district=district), before


def _former(close: MonthClose | YearClose) -> MonthClose | YearClose | None:
    if isinstance(close, YearClose):
        return standing_close(year=close.year - 1, month=None)
    year, month = (close.year, close.month - 1) if close.month > 1 else (close.year - 1, 12)
    return standing_close(year=year, month=month)
