"""What another setting of what counts would make of a year's figures; reads, and writes nothing.

A setting holds for classes approved after its day, so the whole effect is seen only in a year that begins under it: the
figures here are those that the year would have if it had held all along.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import OuterRef, Subquery

from courses import policy as policies
from courses.ledger import NotCounted
from courses.models import Card, Certificate, Completion, CountClaim, CountEntry, Line, ProgrammeKind
from courses.policy import APPROVAL, CERTIFICATE, Policy, local_date
from courses.tally.settings import meets

Cell = tuple[str, str, int]


@dataclass(frozen=True)
class Setting:
    """The three answers of domain §9.11: inside or beside, which day decides, toward what each kind counts."""

    inside: bool
    count_date: str
    counts_as: dict[str, str]


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
    present: Side
    proposed: Side


def setting_of(policy: Policy) -> Setting:
    return Setting(policy.entrepreneurship_in_skills, policy.count_date, dict(policy.counts_as))


def preview(*, year: int, proposed: Setting, today: date) -> Preview:
    """A year's 人次 as the ledger stands, and as they would be; both met by the same lines of the same ledger."""
    present = setting_of(policies.current(on=min(today, date(year, 12, 31))))
    return Preview(_side(year, present, present), _side(year, present, proposed))


def _side(year: int, present: Setting, wanted: Setting) -> Side:
    cells: Counter[Cell] = Counter()
    for line, district, day in [
        *_standing(year, present, wanted),
        *_own_lines(present, wanted),
        *_uncertified(present, wanted),
    ]:
        if day.year == year and line != Line.OWN:
            for target in meets(line=line, inside=wanted.inside):
                cells[target, district, day.month] += 1
    return Side(cells)


def _standing(year: int, present: Setting, wanted: Setting) -> Iterator[tuple[str, str, date]]:
    """Every line that counts now, with the line and day that the setting gives it; a batch keeps its day."""
    lines = _lines_of_changed_kinds(present, wanted)
    rows = CountEntry.objects.filter(amount=1, reversal__isnull=True, year__range=(year - 1, year + 1))
    first = Certificate.objects.filter(completion=OuterRef("completion"), version=1).values("issued_at")
    for line, kind, district, counted_on, approved_at, ends_on, certified_at in rows.values_list(
        "line",
        "kind",
        "district",
        "counted_on",
        "completion__approved_at",
        "completion__enrolment__training_class__ends_on",
        Subquery(first),
    ).iterator(chunk_size=5000):
        day: date | None = counted_on
        if ends_on is not None and wanted.count_date != present.count_date:
            day = _day(wanted, ends_on, approved_at, certified_at)
        if day is not None:
            yield lines.get(kind, line), district, day


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
    for kind, line, district, day in _uncounted(NotCounted.NO_CERTIFICATE, wanted):
        yield lines.get(kind, line), district, day


def _own_lines(present: Setting, wanted: Setting) -> Iterator[tuple[str, str, date]]:
    """Approved completions of kinds beside the targets now that would count then, each person once a module."""
    lines = {kind: line for kind, line in _lines_of_changed_kinds(present, wanted).items() if line != Line.OWN}
    if not lines:
        return
    for kind, _line, district, day in _uncounted(NotCounted.OWN_LINE, wanted):
        if kind in lines:
            yield lines[kind], district, day


def _uncounted(why: NotCounted, wanted: Setting) -> Iterator[tuple[str, str, str, date]]:
    """Kind, line, district and day of approved completions that do not count for one reason; no red class, nobody
    twice."""
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
            yield kind, line, district, day


def _lines_of_changed_kinds(present: Setting, wanted: Setting) -> dict[str, str]:
    """The line of each kind that the setting counts otherwise than now; all other lines stay as they were frozen."""
    changed = {
        kind
        for kind in {*present.counts_as, *wanted.counts_as}
        if present.counts_as.get(kind) != wanted.counts_as.get(kind)
    }
    own = dict(ProgrammeKind.objects.filter(key__in=changed).values_list("key", "line"))
    return {kind: wanted.counts_as.get(kind, own.get(kind, Line.OWN.value)) for kind in changed}
