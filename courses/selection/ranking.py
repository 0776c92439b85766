"""Points and order: pure, from the sheets given to the place of each application."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from django.utils.translation import get_language

from courses.models import SelectionLine
from courses.policy import Policy

Outcome = SelectionLine.Outcome
# Points are kept in hundredths of a point of 100.
POINT = 100
ENOUGH, MOST = 2, 3
ARRIVAL = "arrival"
HALF = Fraction(1, 2)


@dataclass(frozen=True)
class Criterion:
    key: str
    words: str
    words_en: str
    most: int
    weight: int

    @property
    def label(self) -> str:
        return self.words_en if (get_language() or "zh").startswith("en") else self.words


def sheet_of(*, kind: str, policy: Policy) -> list[Criterion]:
    return [Criterion(*row) for row in policy.selection_sheets.get(kind, [])]


@dataclass(frozen=True)
class Given:
    """The sheet of one reviewer: points in hundredths, and what each criterion got."""

    points: int
    scores: Mapping[str, int]


@dataclass(frozen=True)
class Entry:
    """One application with the sheets that it was given; `key` is whatever the caller knows it by."""

    key: int
    arrival_no: int
    given: tuple[Given, ...]
    has_pitch: bool = True


@dataclass(frozen=True)
class Ranked:
    key: int
    rank: int
    points: int
    outcome: Outcome
    tie: str


def points_of_sheet(*, scores: Mapping[str, int], sheet: Sequence[Criterion]) -> int:
    """Each criterion's share of its most points times its weight, added up; hundredths, halves up."""
    total = sum((Fraction(scores[one.key] * one.weight * POINT, one.most) for one in sheet), Fraction())
    return int(total + HALF)


def wants_third(*, given: Sequence[Given], gap: int) -> bool:
    """Two sheets that lie further apart than `gap` points."""
    return len(given) == ENOUGH and abs(given[0].points - given[1].points) > gap * POINT


def is_complete(*, given: Sequence[Given], gap: int) -> bool:
    """Two sheets that agree well enough, or three."""
    return len(given) == MOST or (len(given) == ENOUGH and not wants_third(given=given, gap=gap))


def points_of(*, given: Sequence[Given]) -> int:
    """The mean of two sheets, halves up; the middle one of three. Hundredths."""
    found = sorted(one.points for one in given)
    return found[1] if len(found) == MOST else (sum(found) + 1) // ENOUGH


def mean_of(*, given: Sequence[Given], key: str) -> Fraction:
    """What a criterion got on average over all sheets."""
    return Fraction(sum(one.scores[key] for one in given), len(given)) if given else Fraction()


def rank(*, entries: Sequence[Entry], sheet: Sequence[Criterion], seats: int, pass_points: int) -> list[Ranked]:
    """Everybody in order: more points first; among equals the higher mean on the first criterion of the sheet, then the
    next, at last the earlier application.

    The first `seats` that reach `pass_points` are chosen, the others that do are the reserve in this order. Without
    project papers nobody is ranked before anybody who has them. Every entry with papers is complete.
    """

    def means(entry: Entry) -> tuple[Fraction, ...]:
        return tuple(-mean_of(given=entry.given, key=one.key) for one in sheet)

    def order(entry: Entry) -> tuple[bool, int, tuple[Fraction, ...], int]:
        return not entry.has_pitch, -_points(entry), means(entry), entry.arrival_no

    ordered = sorted(entries, key=order)
    lines = []
    for place, entry in enumerate(ordered):
        outcome = _outcome(entry, place, seats=seats, pass_points=pass_points)
        before = ordered[place - 1] if place else None
        after = ordered[place + 1] if place + 1 < len(ordered) else None
        rival = next((one for one in (before, after) if one and _equal(one, entry)), None)
        tie = _decider(entry, rival, sheet) if rival else ""
        lines.append(Ranked(entry.key, place + 1, _points(entry), outcome, tie))
    return lines


def _points(entry: Entry) -> int:
    return points_of(given=entry.given) if entry.has_pitch else 0


def _outcome(entry: Entry, place: int, *, seats: int, pass_points: int) -> Outcome:
    if not entry.has_pitch:
        return Outcome.WITHOUT_PITCH
    if _points(entry) < pass_points * POINT:
        return Outcome.BELOW
    return Outcome.CHOSEN if place < seats else Outcome.RESERVE


def _equal(one: Entry, other: Entry) -> bool:
    return one.has_pitch and other.has_pitch and _points(one) == _points(other)


def _decider(entry: Entry, rival: Entry, sheet: Sequence[Criterion]) -> str:
    """The first criterion on which two of equal points differ, else the order of arrival."""
    for one in sheet:
        if mean_of(given=entry.given, key=one.key) != mean_of(given=rival.given, key=one.key):
            return one.key
    return ARRIVAL
