"""The ledger lines behind a figure: which they are, how many, and one page of them from any depth of the ledger."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property, reduce
from itertools import groupby
from operator import or_
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum

from courses.models import CountEntry, DailyBreakdown, DailyTotal
from courses.tally.settings import is_inside, met_by

# What the daily totals are kept by, and what only a breakdown knows.
TOTALS = ("line", "district", "month", "institution", "kind", "brand")
PLACES = TOTALS[1:]
FURTHER = ("category", "sex", "age_band", "education", "occupation", "level", "project", "online", "proof")
# What names one thing and needs no year beside it, and its column.
SINGLE = {"class": "class_number", "completion": "completion__number", "batch": "batch__number"}
# How an address or a record writes a value that was never told.
BLANK = "-"
ONLINE = {
    "offline": Q(online_share=0),
    "blended": Q(online_share__gt=0, online_share__lt=100),
    "online": Q(online_share__gte=100),
}


@dataclass(frozen=True)
class Cut:
    """What a figure was cut by: None says nothing, "" is what was never told. `as_of` is the last day of posting that
    it knew, `today` the day whose settings hold where there is none."""

    year: int
    line: str | None = None
    district: str | None = None
    month: int | None = None
    institution: str | None = None
    kind: str | None = None
    brand: str | None = None
    category: str | None = None
    sex: str | None = None
    age_band: str | None = None
    education: str | None = None
    occupation: str | None = None
    level: str | None = None
    project: str | None = None
    online: str | None = None
    proof: str | None = None
    class_number: str | None = None
    as_of: date | None = None
    today: date | None = None

    @cached_property
    def lines_met(self) -> dict[str, Any]:
        """The filter for the lines that meet the target of `line`; one statement, and none without a line."""
        if self.line is None:
            return {}
        inside = is_inside(year=self.year, day=self.as_of or self.today or date(self.year, 12, 31))
        return {"line__in": met_by(line=self.line, inside=inside)}

    def given(self, names: Iterable[str]) -> dict[str, Any]:
        return {name: value for name in names if (value := getattr(self, name)) is not None}


def entries(*, visible: QuerySet[CountEntry], cut: Cut) -> QuerySet[CountEntry]:
    """Exactly the lines whose amounts add up to the figure of this cut, newest first; `visible` is the reader's
    scope."""
    rows = visible.filter(
        year=cut.year, **cut.given((*PLACES, *FURTHER[:-2], "proof", "class_number")), **cut.lines_met
    )
    if cut.online is not None:
        rows = rows.filter(ONLINE.get(cut.online, Q(pk__in=[])))
    if cut.as_of is not None:
        rows = rows.filter(posted_on__lte=cut.as_of)
    return rows.order_by("-posted_on", "-id")


@dataclass(frozen=True)
class Sums:
    """人次 of a cut: what was counted, what was taken back, and what is left."""

    total: int
    reversed: int

    @property
    def posted(self) -> int:
        return self.total + self.reversed


class Lines:
    """The lines of a cut as a paginator wants them: their number, and any stretch of them.

    Where the roll-ups know how many lines each day holds, a page far down is fetched by its days, so that it costs what
    the first one costs. Otherwise the database counts and skips.
    """

    def __init__(self, rows: QuerySet[CountEntry], days: list["Day"] | None) -> None:
        self.rows, self.days = rows, days
        self.sums = _counted(rows) if days is None else _summed(days)

    def __len__(self) -> int:
        return self.sums.posted + self.sums.reversed

    def __iter__(self) -> Iterator[CountEntry]:
        return iter(self.rows)

    def __getitem__(self, place: slice) -> QuerySet[CountEntry]:
        first, last = place.start or 0, len(self) if place.stop is None else place.stop
        if self.days is None:
            return self.rows[first:last]
        chosen, before = _window(self.days, first, last)
        return self.rows.filter(_of_days(chosen))[first - before : last - before]


@dataclass(frozen=True)
class Day:
    """One day of posting of one line and district: its net 人次 and how many lines take one back."""

    on: date
    line: str
    district: str
    total: int
    reversed: int

    @property
    def rows(self) -> int:
        return self.total + 2 * self.reversed


def lines(*, visible: QuerySet[CountEntry], cut: Cut, scope: str | None) -> Lines:
    """The lines of a cut. `scope` is the district that `visible` is confined to, "" the whole city, None neither: then
    no roll-up may stand for what is visible."""
    own = entries(visible=visible, cut=cut)
    if scope is None or not _is_rolled_up(cut):
        return Lines(own, None)
    return Lines(own, _days(cut, scope))


def _is_rolled_up(cut: Cut) -> bool:
    """Whether one roll-up is cut in every way that the figure is."""
    further = cut.given(FURTHER)
    beside = cut.given(("month", "institution", "kind", "brand"))
    return cut.class_number is None and len(further) <= 1 and not (further and beside)


def _days(cut: Cut, scope: str) -> list[Day]:
    """Newest first. Two statements: the roll-up, and the few lines that take one back."""
    kept = {**cut.lines_met, **cut.given(PLACES), **({"posted_on__lte": cut.as_of} if cut.as_of else {})}
    own = {"district": scope} if scope else {}
    further = cut.given(FURTHER)
    cells: QuerySet[Any] = DailyTotal.objects.filter(year=cut.year, **kept)
    for dimension, value in further.items():
        cells = DailyBreakdown.objects.filter(year=cut.year, dimension=dimension, value=value, **kept)
    keys = ("posted_on", "line", "district")
    backwards = CountEntry.objects.filter(reverses__isnull=False, **own)
    taken = entries(visible=backwards, cut=cut).order_by().values_list(*keys).annotate(told=Count("pk"))
    back = {(on, line, district): told for on, line, district, told in taken}
    counts = cells.filter(**own).order_by().values_list(*keys).annotate(told=Sum("count"))
    days = [Day(on, line, district, told, back.get((on, line, district), 0)) for on, line, district, told in counts]
    return sorted((day for day in days if day.rows), key=lambda day: day.on, reverse=True)


def _summed(days: list[Day]) -> Sums:
    return Sums(sum(day.total for day in days), sum(day.reversed for day in days))


def _counted(rows: QuerySet[CountEntry]) -> Sums:
    told = rows.order_by().aggregate(total=Sum("amount", default=0), back=Count("pk", filter=Q(amount=-1)))
    return Sums(told["total"], told["back"])


def _window(days: list[Day], first: int, last: int) -> tuple[list[Day], int]:
    """The days that hold the lines from `first` to `last`, and how many lines are newer than these days."""
    chosen: list[Day] = []
    seen = before = 0
    for _on, group in groupby(days, key=lambda day: day.on):
        of_day = list(group)
        size = sum(day.rows for day in of_day)
        if seen + size <= first:
            before = seen + size
        elif seen < last:
            chosen += of_day
        seen += size
    return chosen, before


def _of_days(chosen: list[Day]) -> Q:
    """Each line and district with its days, as the index of the ledger has them."""
    places: dict[tuple[str, str], list[date]] = defaultdict(list)
    for day in chosen:
        places[day.line, day.district].append(day.on)
    if not chosen:
        return Q(pk__in=[])
    # The range lets the index of days begin and end there; the places then leave out what else was posted.
    between = Q(posted_on__range=(chosen[-1].on, chosen[0].on))
    return between & reduce(or_, (Q(line=line, district=at, posted_on__in=on) for (line, at), on in places.items()))
