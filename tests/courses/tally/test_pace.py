"""A number against the straight line of the year; the figures are those of the designer's picture."""

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from courses.tally import Pace, State, pace_of
from courses.tally.pace import Marks, days_gone, days_in, state_of

SEPTEMBER_14 = date(2026, 9, 14)
MARKS = Marks(yellow=90, red=80)


def test_ahead_of_pace_the_day_is_named_on_which_the_target_is_reached() -> None:
    pace = pace_of(year=2026, today=SEPTEMBER_14, verified=22_146, target=30_000, recent=[600] * 8, marks=MARKS)
    assert (pace.share, pace.expected, 22_146 - pace.expected) == (704, 21_123, 1_023)
    assert (pace.year_end, pace.reached_on, pace.gap, pace.per_week) == (31_452, date(2026, 12, 15), 0, 0)
    assert pace.state == State.OK


def test_behind_pace_the_gap_and_what_each_week_needs_more_are_named() -> None:
    pace = pace_of(year=2026, today=SEPTEMBER_14, verified=6_708, target=10_000, recent=[180] * 8, marks=MARKS)
    assert (pace.expected, pace.expected - 6_708) == (7_041, 333)
    assert (pace.year_end, pace.gap, pace.per_week, pace.reached_on) == (9_527, 473, 31, None)
    assert pace.state == State.OK, "95 % of the pace"


def test_the_range_comes_from_the_slowest_and_the_fastest_half_of_eight_weeks_around_the_average() -> None:
    recent = [0, 0, 0, 0, 70, 70, 70, 70]
    pace = pace_of(year=2026, today=SEPTEMBER_14, verified=1_000, target=2_000, recent=recent, marks=MARKS)
    assert (pace.low, pace.year_end, pace.high) == (1_000, 1_420, 2_080)
    steady = pace_of(year=2026, today=SEPTEMBER_14, verified=1_000, target=2_000, recent=[7] * 8, marks=MARKS)
    assert (steady.low, steady.year_end, steady.high) == (1_108, 1_420, 1_420)


@pytest.mark.parametrize(
    ("verified", "state"),
    [
        (633, State.OK),  # 90 % of 704.1 would be 633.7: nobody is counted in parts
        (632, State.SLOW),
        (563, State.SLOW),  # 80 % would be 563.3
        (562, State.LATE),
        (0, State.LATE),
    ],
)
def test_states_turn_at_the_two_shares_of_the_pace(verified, state) -> None:
    assert state_of(verified=verified, target=1_000, gone=257, length=365, marks=MARKS) == state


def test_no_target_has_no_state() -> None:
    assert state_of(verified=40, target=None, gone=183, length=366, marks=MARKS) == State.NO_TARGET


@pytest.mark.parametrize(
    ("target", "verified", "state"),
    [
        (2_500, 1_768, State.OK),
        (800, 511, State.SLOW),
        (2_300, 1_509, State.SLOW),
        (700, 402, State.SLOW),
        (600, 334, State.LATE),
        (1_300, 705, State.LATE),
        (30_000, 19_770, State.SLOW),
    ],
)
def test_with_its_own_marks_the_report_turns_where_the_designers_picture_does(target, verified, state) -> None:
    """Rows of the picture of 31 August, where whatever lies below the line is slow."""
    assert state_of(verified=verified, target=target, gone=243, length=365, marks=Marks(100, 85)) == state


@pytest.mark.parametrize(
    ("year", "gone", "length"), [(2025, 365, 365), (2026, 257, 365), (2027, 0, 365), (2024, 366, 366)]
)
def test_a_year_to_come_has_not_begun_and_a_past_one_is_over(year, gone, length) -> None:
    assert (days_gone(year=year, today=SEPTEMBER_14), days_in(year)) == (gone, length)


def test_rounding_alone_never_reaches_a_target() -> None:
    pace = pace_of(year=2026, today=SEPTEMBER_14, verified=7_041, target=10_000, recent=[190] * 8, marks=MARKS)
    assert (pace.year_end, pace.gap, pace.reached_on) == (9_999, 1, None)


def test_nothing_counted_yet_reaches_nothing_and_divides_by_nothing() -> None:
    pace = pace_of(year=2027, today=SEPTEMBER_14, verified=0, target=30_000, recent=[0] * 8, marks=MARKS)
    assert (pace.expected, pace.year_end, pace.reached_on, pace.state) == (0, 0, None, State.OK)
    assert pace.gap == 30_000
    over = pace_of(year=2025, today=SEPTEMBER_14, verified=9, target=10, recent=[0] * 8, marks=MARKS)
    assert (over.year_end, over.gap, over.per_week) == (9, 1, 0)


# ── For every year, day, number and rhythm ────────────────────────────────────────────────────────────────────────────

# A busy machine draws slowly.
PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
SITUATION = {
    "day": st.dates(date(2026, 1, 1), date(2026, 12, 31)),
    "verified": st.integers(0, 60_000),
    "target": st.integers(1, 40_000),
    "recent": st.lists(st.integers(0, 3_000), min_size=8, max_size=8),
}


def told(day: date, verified: int, target: int, recent: list[int]) -> Pace:
    return pace_of(year=day.year, today=day, verified=verified, target=target, recent=recent, marks=MARKS)


@PATIENT
@given(**SITUATION)
def test_the_projection_lies_within_its_range_and_never_below_what_is_verified(day, verified, target, recent) -> None:
    pace = told(day, verified, target, recent)
    assert verified <= pace.low <= pace.year_end <= pace.high


@PATIENT
@given(**SITUATION)
def test_a_day_is_named_or_a_gap_never_both_and_the_gap_is_closed_by_what_is_asked(
    day, verified, target, recent
) -> None:
    pace = told(day, verified, target, recent)
    assert (pace.reached_on is None) == (pace.gap > 0)
    left = 365 - days_gone(year=2026, today=day)
    if pace.gap and left:
        assert pace.per_week * left >= pace.gap * 7
        assert (pace.per_week - 1) * left < pace.gap * 7
    if pace.reached_on:
        assert verified * days_gone(year=2026, today=pace.reached_on) >= target * days_gone(year=2026, today=day)


@PATIENT
@given(**SITUATION, more=st.integers(1, 5_000))
def test_more_verified_never_makes_the_outlook_worse(day, verified, target, recent, more) -> None:
    less, better = told(day, verified, target, recent), told(day, verified + more, target, recent)
    assert better.year_end >= less.year_end
    assert better.gap <= less.gap
    assert (better.reached_on or date.max) <= (less.reached_on or date.max)
    assert [State.LATE, State.SLOW, State.OK].index(better.state) >= [State.LATE, State.SLOW, State.OK].index(
        less.state
    )


@PATIENT
@given(**SITUATION)
def test_on_the_last_day_the_projection_is_what_is_verified(day, verified, target, recent) -> None:
    pace = told(date(2026, 12, 31), verified, target, recent)
    assert (pace.year_end, pace.low, pace.high) == (verified, verified, verified)
