"""公开: the figures of a year for everybody, as of the end of last month; no number small enough to be a person.

Two months' ends can be subtracted, and tell what the month between brought to a district or a kind. What a person is
(category, age, sex, education) therefore moves at the ends of quarters only, and a cell of these moves only where it
changed by `small_number` or more since it was last told.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from courses import policy as policies
from courses.models import Line
from courses.tally.breakdown import BY_WORDS, By, Slice, breakdown
from courses.tally.cells import LINES
from courses.tally.figures import Scope
from courses.tally.pace import Marks, State, days_gone, days_in, expected_of, state_of
from courses.tally.settings import marks_of, rules_on
from courses.tally.targets import targets_of

TABLES = (By.KIND, By.MONTH, By.CATEGORY, By.AGE_BAND, By.SEX, By.EDUCATION)
OF_PEOPLE = frozenset({By.CATEGORY, By.AGE_BAND, By.SEX, By.EDUCATION})


@dataclass(frozen=True)
class BoardLine:
    """人次 of the whole city."""

    line: Line
    verified: int
    target: int
    expected: int
    state: State


@dataclass(frozen=True)
class BoardCell:
    """人次 of one row; None where it is not told. `tenths` is the share of the own target in thousandths."""

    count: int | None
    target: int | None = None
    tenths: int | None = None


@dataclass(frozen=True)
class BoardRow:
    label: str
    cells: tuple[BoardCell, ...]


@dataclass(frozen=True)
class Table:
    title: str
    rows: tuple[BoardRow, ...]


@dataclass(frozen=True)
class Board:
    year: int
    as_of: date
    least: int
    lines: tuple[BoardLine, ...]
    marks: Marks
    districts: Table
    tables: tuple[Table, ...]


def board(*, today: date) -> Board:
    """The public figures as of the end of last month. A count from 1 to `small_number` − 1 is not told."""
    as_of = today.replace(day=1) - timedelta(days=1)
    least = policies.current(on=today).small_number
    targets = targets_of(year=as_of.year, as_of=as_of)
    marks = marks_of(rules_on(year=as_of.year, day=as_of))
    of_districts = breakdown(year=as_of.year, scope=Scope(), by=By.DISTRICT, today=as_of, as_of=as_of)
    return Board(
        year=as_of.year,
        as_of=as_of,
        least=least,
        lines=tuple(_line(line, of_districts.totals[line], targets.get((line, ""), 0), as_of, marks) for line in LINES),
        marks=marks,
        districts=_table(By.DISTRICT, as_of, least, targets),
        tables=tuple(_table(by, as_of, least, {}) for by in TABLES),
    )


def _line(line: Line, verified: int, target: int, as_of: date, marks: Marks) -> BoardLine:
    gone, length = days_gone(year=as_of.year, today=as_of), days_in(as_of.year)
    return BoardLine(
        line,
        verified,
        target,
        expected_of(target=target, gone=gone, length=length),
        state_of(verified=verified, target=target, gone=gone, length=length, marks=marks),
    )


def _table(by: By, as_of: date, least: int, targets: dict[tuple[str, str], int]) -> Table:
    if by in OF_PEOPLE:
        slices, counts = _by_quarters(by, as_of, least)
    else:
        found = breakdown(year=as_of.year, scope=Scope(), by=by, today=as_of, as_of=as_of)
        slices = [one for one in found.slices if by != By.MONTH or int(one.value) <= as_of.month]
        counts = {line: [one.counts[line] for one in slices] for line in LINES}
    told = {line: suppress(counts=counts[line], least=least) for line in LINES}
    rows = [
        BoardRow(one.label, tuple(_cell(told[line][place], targets.get((line, one.value))) for line in LINES))
        for place, one in enumerate(slices)
    ]
    return Table(str(BY_WORDS[by]), tuple(rows))


def _by_quarters(by: By, as_of: date, least: int) -> tuple[list[Slice], dict[Line, list[int]]]:
    """The values at the end of the last quarter that is over, each with the count that holds of it by then."""
    ends = [day for day in quarter_ends(as_of.year) if day <= as_of]
    steps = [breakdown(year=as_of.year, scope=Scope(), by=by, today=day, as_of=day) for day in ends]
    slices = list(steps[-1].slices) if steps else []
    told = {
        line: held(steps=[{one.value: one.counts[line] for one in step.slices} for step in steps], least=least)
        for line in LINES
    }
    return slices, {line: [told[line].get(one.value, 0) for one in slices] for line in LINES}


def quarter_ends(year: int) -> tuple[date, ...]:
    return (date(year, 3, 31), date(year, 6, 30), date(year, 9, 30), date(year, 12, 31))


def held(*, steps: Sequence[Mapping[str, int]], least: int) -> dict[str, int]:
    """What holds of each value after several steps: a count that was told stays until it changed by `least`."""
    told: dict[str, int] = {}
    for step in steps:
        for value in {*told, *step}:
            count, before = step.get(value, 0), told.get(value, 0)
            if before < least or abs(count - before) >= least:
                told[value] = count
    return told


def _cell(count: int | None, target: int | None) -> BoardCell:
    share = count * 1000 // target if count is not None and target else None
    return BoardCell(count, target, share)


def suppress(*, counts: Sequence[int], least: int) -> list[int | None]:
    """What may be told of parts whose sum is public.

    A part below `least` is hidden, none at all is told. Where fewer than two are hidden, or what is hidden adds up to
    less than `least`, the next smallest is hidden too, at last also a 0: otherwise the sum would give it away.
    """
    hidden = {place for place, count in enumerate(counts) if 0 < count < least}
    others = sorted(set(range(len(counts))) - hidden, key=lambda place: (counts[place] <= 0, counts[place], place))
    while hidden and others and (len(hidden) < 2 or sum(counts[place] for place in hidden) < least):
        hidden.add(others.pop(0))
    return [None if place in hidden else count for place, count in enumerate(counts)]
