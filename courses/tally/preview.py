"""What another setting of what counts would make of a year's figures; reads, and writes nothing.

A setting holds for classes approved after its day, so the whole effect is seen only in a year that begins under it: the
figures here are those that the year would have if it had held all along.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import groupby, islice
from operator import itemgetter
from typing import Any, NamedTuple
from uuid import UUID

from django.db import models
from django.db.models import Case, Count, F, OuterRef, Q, QuerySet, Subquery, Value, When

from courses import policy as policies
from courses.ledger import NotCounted
from courses.models import Card, Certificate, Completion, CountClaim, CountEntry, DailyTotal, Line, ProgrammeKind
from courses.policy import APPROVAL, CERTIFICATE, CITY_TIME, Policy, local_date
from courses.tally.settings import meets

Cell = tuple[str, str, int]
# Line, district and month with how many 人次.
Sum = tuple[str, str, int, int]
# A year of which more lines count is not gone through line by line while somebody waits for a page.
LINES_AT_ONCE = 400_000


@dataclass(frozen=True)
class Setting:
    """The three answers of domain §9.11: inside or beside, which day decides, toward what each kind counts; and as
    how many 人次 one person counts in a year at most, 0 is no limit."""

    inside: bool
    count_date: str
    counts_as: dict[str, str]
    per_year: int = 0


@dataclass(frozen=True)
class Side:
    """人次 of a year by (line, district, month) under one setting."""

    cells: Counter[Cell]

    def of(self, *, line: str, district: str = "", month: int = 0) -> int:
        return sum(
            told
            for (of_line, where, of_month), told in self.cells.items()
            if of_line == line and district in ("", where) and month in (0, of_month)
        )


@dataclass(frozen=True)
class Preview:
    """`too_many` says that what was asked is to be read from single lines, and the year has too many of them for a
    page: then both sides are empty."""

    year: int
    present: Side
    proposed: Side
    too_many: bool = False


def setting_of(policy: Policy) -> Setting:
    return Setting(
        policy.entrepreneurship_in_skills, policy.count_date, dict(policy.counts_as), policy.counted_per_year
    )


def year_seen(*, today: date) -> int:
    """The year that shows what a change would make of one: this one, in its first quarter the last, which is full."""
    return today.year if today.month > 3 else today.year - 1


def preview(*, year: int, proposed: Setting, today: date) -> Preview:
    """A year's 人次 as the ledger stands, and as they would be; both met by the same lines of the same ledger.

    Which day decides, and how often one person counts, is read from single lines: for up to `LINES_AT_ONCE` of them.
    """
    present = setting_of(policies.current(on=min(today, date(year, 12, 31))))
    by_line = (proposed.count_date, proposed.per_year) != (present.count_date, present.per_year)
    if by_line and _lines_about(year) > LINES_AT_ONCE:
        return Preview(year, Side(Counter()), Side(Counter()), too_many=True)
    return Preview(year, _side(year, present, present), _side(year, present, proposed))


def _lines_about(year: int) -> int:
    """As many as count in the year and the two beside it, by the roll-up."""
    rows = DailyTotal.objects.filter(year__range=(year - 1, year + 1))
    return rows.aggregate(told=models.Sum("count"))["told"] or 0


def _side(year: int, present: Setting, wanted: Setting) -> Side:
    cells: Counter[Cell] = Counter()
    for line, district, month, told in [
        *_standing(year, present, wanted),
        *_over_limit(year, present, wanted),
        *_days_of_year(year, _own_lines(present, wanted)),
        *_days_of_year(year, _uncertified(present, wanted)),
        *_days_of_year(year, _let_in(year, present, wanted)),
    ]:
        if line != Line.OWN:
            for target in meets(line=line, inside=wanted.inside):
                cells[target, district, month] += told
    return Side(cells)


def _days_of_year(year: int, rows: Iterable[tuple[str, str, date]]) -> Iterator[Sum]:
    return ((line, district, day.month, 1) for line, district, day in rows if day.year == year)


def _standing(year: int, present: Setting, wanted: Setting) -> Iterator[Sum]:
    """Every line that counts now, with the line and month that the setting gives it; a batch keeps its day. Added up by
    the database: from the roll-up where the days stay, from the lines themselves where they move."""
    lines = _lines_of_changed_kinds(present, wanted)
    moved = wanted.count_date != present.count_date
    for line, kind, district, month, told in _of_moved_days(year, wanted) if moved else _of_roll_up(year):
        yield lines.get(kind, line), district, month, told


def _of_roll_up(year: int) -> QuerySet[Any, Any]:
    rows = DailyTotal.objects.filter(year=year).order_by().values_list("line", "kind", "district", "month")
    return rows.annotate(told=models.Sum("count"))


def _of_moved_days(year: int, wanted: Setting) -> QuerySet[Any, Any]:
    """A line of the years beside may come into this one; twelve ranges of days instead of a function of the date."""
    rows = CountEntry.objects.filter(amount=1, reversal__isnull=True, year__range=(year - 1, year + 1))
    if wanted.count_date == CERTIFICATE:
        first = Certificate.objects.filter(completion=OuterRef("completion"), version=1).values("issued_at")
        rows, day = rows.annotate(certified_at=Subquery(first)), "certified_at"
    else:
        of_class = "completion__enrolment__training_class__ends_on"
        day = "completion__approved_at" if wanted.count_date == APPROVAL else of_class
    whens = [When(_within(day, year, month), then=Value(month)) for month in range(1, 13)]
    kept = Case(When(year=year, then=F("month")), default=Value(0))
    place = Case(When(completion__isnull=True, then=kept), *whens, default=Value(0))
    found = rows.annotate(place=place).exclude(place=0).order_by()
    return found.values_list("line", "kind", "district", "place").annotate(told=Count("pk"))


def _within(day: str, year: int, month: int) -> Q:
    first, after = date(year, month, 1), date(year + month // 12, month % 12 + 1, 1)
    if not day.endswith("_at"):
        return Q(**{f"{day}__gte": first, f"{day}__lt": after})
    moments = [datetime.combine(one, time(0), tzinfo=CITY_TIME) for one in (first, after)]
    return Q(**{f"{day}__gte": moments[0], f"{day}__lt": moments[1]})


def _over_limit(year: int, present: Setting, wanted: Setting) -> Iterator[Sum]:
    """What a lower limit of one person's year takes off: of whoever has more, the lines that were posted last."""
    if not wanted.per_year or 0 < present.per_year <= wanted.per_year:
        return
    lines = _lines_of_changed_kinds(present, wanted)
    more = _of_people(year).filter(told__gt=wanted.per_year).values("person")
    rows = _standing_of(year).filter(person__in=more).order_by("person", "posted_at", "pk")
    of_person = groupby(rows.values_list("person", "line", "kind", "district", "month").iterator(), key=itemgetter(0))
    for _person, own in of_person:
        for _same, line, kind, district, month in islice(own, wanted.per_year, None):
            yield lines.get(kind, line), district, month, -1


def _let_in(year: int, present: Setting, wanted: Setting) -> Iterator[tuple[str, str, date]]:
    """What a higher limit of one person's year, or none, lets in: those kept out by it, in the order of approval."""
    if not present.per_year or 0 < wanted.per_year <= present.per_year:
        return
    lines, standing = _lines_of_changed_kinds(present, wanted), Counter[Any]()
    kept_out = list(_uncounted(NotCounted.OVER_LIMIT, wanted))
    people = _of_people(year).filter(person__in={one.person for one in kept_out})
    standing.update(dict(people.values_list("person", "told")))
    for one in kept_out:
        if one.day.year == year and (not wanted.per_year or standing[one.person] < wanted.per_year):
            standing[one.person] += 1
            yield lines.get(one.kind, one.line), one.district, one.day


def _of_people(year: int) -> QuerySet[Any, Any]:
    return _standing_of(year).order_by().values("person").annotate(told=Count("pk"))


def _standing_of(year: int) -> QuerySet[CountEntry]:
    return CountEntry.objects.filter(year=year, amount=1, reversal__isnull=True)


def _day(wanted: Setting, ends_on: date, approved_at: datetime, certified_at: datetime | None) -> date | None:
    """The day that a setting counts a completion by; None where there is no certificate to count it by."""
    if wanted.count_date == CERTIFICATE:
        return local_date(certified_at) if certified_at else None
    return local_date(approved_at) if wanted.count_date == APPROVAL else ends_on


def _uncertified(present: Setting, wanted: Setting) -> Iterator[tuple[str, str, date]]:
    """Approved completions that wait for their certificate now and would not have to, each person once a module."""
    if wanted.count_date in (CERTIFICATE, present.count_date):
        return
    lines = _lines_of_changed_kinds(present, wanted)
    for one in _uncounted(NotCounted.NO_CERTIFICATE, wanted):
        yield lines.get(one.kind, one.line), one.district, one.day


def _own_lines(present: Setting, wanted: Setting) -> Iterator[tuple[str, str, date]]:
    """Approved completions of kinds beside the targets now that would count then, each person once a module."""
    lines = {kind: line for kind, line in _lines_of_changed_kinds(present, wanted).items() if line != Line.OWN}
    if not lines:
        return
    for one in _uncounted(NotCounted.OWN_LINE, wanted):
        if one.kind in lines:
            yield lines[one.kind], one.district, one.day


class Uncounted(NamedTuple):
    kind: str
    line: str
    district: str
    day: date
    person: UUID


def _uncounted(why: NotCounted, wanted: Setting) -> Iterator[Uncounted]:
    """Approved completions that do not count for one reason, in the order of approval; no red class, nobody twice."""
    of_class = "enrolment__training_class"
    red = Card.objects.filter(colour=Card.Colour.RED, withdrawn_at__isnull=True, training_class__isnull=False)
    rows = Completion.objects.filter(status=Completion.Status.APPROVED, not_counted=why).exclude(
        **{f"{of_class}__in": red.values("training_class")}
    )
    seen = set(
        CountClaim.objects.filter(person__in=rows.values("enrolment__learner__person")).values_list("person", "key")
    )
    first = Certificate.objects.filter(completion=OuterRef("pk"), version=1).values("issued_at")
    told = rows.order_by("approved_at", "pk").values_list(
        f"{of_class}__kind_key",
        f"{of_class}__line",
        f"{of_class}__district__key",
        f"{of_class}__ends_on",
        "approved_at",
        Subquery(first),
        "enrolment__learner__person",
        f"{of_class}__claim_key",
    )
    for kind, line, district, ends_on, approved_at, certified_at, person, key in told:
        day = _day(wanted, ends_on, approved_at, certified_at)
        if (person, key) not in seen and day is not None:
            seen.add((person, key))
            yield Uncounted(kind, line, district, day, person)


def _lines_of_changed_kinds(present: Setting, wanted: Setting) -> dict[str, str]:
    """The line of each kind that the setting counts otherwise than now; all other lines stay as they were frozen."""
    changed = {
        kind
        for kind in {*present.counts_as, *wanted.counts_as}
        if present.counts_as.get(kind) != wanted.counts_as.get(kind)
    }
    own = dict(ProgrammeKind.objects.filter(key__in=changed).values_list("key", "line"))
    return {kind: wanted.counts_as.get(kind, own.get(kind, Line.OWN.value)) for kind in changed}
