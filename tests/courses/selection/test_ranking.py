"""Points and order, from sheets alone."""

import pytest

from courses.policy import CAMP_SHEET
from courses.selection.ranking import (
    Criterion,
    Entry,
    Given,
    is_complete,
    points_of,
    points_of_sheet,
    rank,
    wants_third,
)

SHEET = [Criterion(*row) for row in CAMP_SHEET]  # type: ignore[arg-type]
THIRDS = [Criterion("a", "甲", "A", 3, 50), Criterion("b", "乙", "B", 7, 50)]


def given(venture: int, growth: int, team: int, jobs: int) -> Given:
    scores = {"venture": venture, "growth": growth, "team": team, "jobs": jobs}
    return Given(points_of_sheet(scores=scores, sheet=SHEET), scores)


def entry(key: int, *sheets: Given, has_pitch: bool = True) -> Entry:
    return Entry(key, key, sheets, has_pitch)


def order(*entries: Entry, seats: int = 1) -> list[tuple[int, str, str]]:
    return [
        (one.key, str(one.outcome), one.tie) for one in rank(entries=entries, sheet=SHEET, seats=seats, pass_points=60)
    ]


def test_a_sheet_is_weighed_to_hundredths_with_halves_up() -> None:
    assert given(10, 10, 10, 10).points == 10000
    assert given(10, 0, 0, 0).points == 3000
    assert points_of_sheet(scores={"a": 1, "b": 1}, sheet=THIRDS) == 2381  # 16.666… + 7.142…
    assert points_of_sheet(scores={"a": 1}, sheet=[Criterion("a", "甲", "A", 32, 1)]) == 3  # 3.125 hundredths


@pytest.mark.parametrize(("sheets", "points"), [((80, 81), 81), ((80, 82), 81), ((10, 90, 60), 60), ((90, 60, 10), 60)])
def test_two_sheets_give_their_mean_and_three_the_middle_one(sheets: tuple[int, ...], points: int) -> None:
    assert points_of(given=[Given(one, {}) for one in sheets]) == points


@pytest.mark.parametrize(("second", "third"), [(6500, False), (6499, True), (9500, False), (9501, True)])
def test_a_third_is_asked_for_above_the_gap_and_not_at_it(second: int, third: bool) -> None:
    pair = [Given(8000, {}), Given(second, {})]
    assert wants_third(given=pair, gap=15) is third
    assert is_complete(given=pair, gap=15) is not third
    assert is_complete(given=[*pair, Given(0, {})], gap=15)
    assert not is_complete(given=pair[:1], gap=15)


def test_more_points_come_first_and_the_seats_go_to_those_who_reach_the_line() -> None:
    low, middle, high = (entry(key, given(*[n] * 4), given(*[n] * 4)) for key, n in ((1, 5), (2, 6), (3, 9)))
    assert order(low, middle, high) == [(3, "chosen", ""), (2, "reserve", ""), (1, "below", "")]
    assert order(low, middle, high, seats=3) == [(3, "chosen", ""), (2, "chosen", ""), (1, "below", "")]


def test_among_equals_the_first_criterion_that_differs_decides_and_is_named() -> None:
    # 8000 each: by feasibility first.
    one = entry(1, given(7, 8, 8, 10), given(8, 8, 8, 8))
    other = entry(2, given(8, 8, 8, 8), given(8, 8, 8, 8))
    assert points_of(given=one.given) == points_of(given=other.given) + 50
    even = entry(3, given(9, 8, 8, 8), given(7, 8, 8, 8))
    better = entry(4, given(10, 8, 8, 5), given(8, 8, 8, 8))
    assert points_of(given=even.given) == points_of(given=better.given) == 8000
    assert order(even, better, seats=1) == [(4, "chosen", "venture"), (3, "reserve", "venture")]


def test_equal_in_everything_the_earlier_application_comes_first() -> None:
    pair = (given(8, 8, 8, 8), given(8, 8, 8, 8))
    assert order(entry(2, *pair), entry(1, *pair)) == [(1, "chosen", "arrival"), (2, "reserve", "arrival")]


def test_without_project_papers_nobody_is_ranked_before_anybody() -> None:
    poor = entry(2, given(0, 0, 0, 0), given(0, 0, 0, 0))
    assert order(entry(1, has_pitch=False), poor) == [(2, "below", ""), (1, "without_pitch", "")]


def test_the_order_in_which_applications_are_read_decides_nothing() -> None:
    rows = [entry(key, given(key % 3 + 6, 7, 7, 7), given(7, 7, 7, 7)) for key in range(1, 9)]
    assert order(*rows, seats=4) == order(*reversed(rows), seats=4)
