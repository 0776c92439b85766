"""The pace chart and its table twin."""

from datetime import date

from courses.templatetags.draw.pace import Pace, axis, month_rows, plot, steps, year_end

THIS_YEAR = [(date(2026, 1, 31), 100), (date(2026, 2, 28), 250), (date(2026, 3, 10), 300)]


def measure(**changes: object) -> Pace:
    values = {"year": 2026, "target": 3650, "today": date(2026, 3, 10), "this_year": THIS_YEAR} | changes
    return Pace(**values)  # type: ignore[arg-type]


def test_the_year_is_measured_in_its_own_days() -> None:
    assert measure().across(date(2026, 12, 31)) == 1000
    assert measure(year=2028).across(date(2028, 12, 31)) == 1000
    assert measure().across(date(2026, 7, 2)) < measure(year=2028).across(date(2028, 7, 2))


def test_the_table_says_what_the_curve_shows() -> None:
    rows = month_rows(pace=measure(last_year=[(date(2025, 1, 31), 80), (date(2025, 12, 31), 3000)]))
    assert [(row.month, row.this_year, row.pace, row.last_year) for row in rows[:4]] == [
        (1, 100, 310, 80),
        (2, 250, 590, 80),
        (3, 300, 900, 80),
        (4, None, 1200, 80),
    ]
    assert (rows[11].pace, rows[11].last_year) == (3650, 3000)


def test_nothing_known_yet_draws_the_pace_alone() -> None:
    drawn = plot(pace=measure(this_year=[], today=None), tone="tide", summary="", today_label="今天")
    assert "line-pace" in drawn
    assert "line-now" not in drawn
    assert "今天" not in drawn


def test_the_word_of_today_stands_at_the_foot_and_above_the_dot_where_the_curve_runs_low() -> None:
    """At the foot it would lie on the line; 3,650 is the whole height of 240 px."""
    day = date(2026, 3, 10)
    high, low = (
        plot(pace=measure(this_year=[(day, count)], today=day), tone="tide", summary="", today_label="今天")
        for count in (1825, 365)
    )
    assert '<text class="mark" x="8" y="242" text-anchor="start">今天</text>' in high
    assert '<text class="mark" y="212" text-anchor="middle">今天</text>' in low


def test_the_forecast_is_a_sector_from_today_with_its_middle() -> None:
    pace = measure(forecast=(3000, 3500, 4000))
    drawn = plot(pace=pace, tone="tide", summary="", today_label="今天")
    assert 'class="sector"' in drawn
    assert "3,500" in year_end(pace=pace, label="年底")
    assert year_end(pace=measure(), label="年底") == ""


def test_the_highest_number_fits_into_the_frame() -> None:
    pace = measure(forecast=(3000, 3500, 9000))
    assert pace.ceiling == 9000
    assert pace.up(9000) == 0


def test_the_axis_carries_few_round_numbers() -> None:
    assert steps(target=30000) == [0, 10000, 20000, 30000]
    assert steps(target=10000) == [0, 2500, 5000, 7500, 10000]
    assert "30,000" in axis(pace=measure(target=30000))
