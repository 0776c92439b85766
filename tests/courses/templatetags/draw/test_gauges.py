"""Gauges: shares, rulers, staffs."""

import re

import pytest

from courses.templatetags.draw.gauges import (
    bar_small,
    divisions,
    gauge_large,
    gauge_medium,
    per_cent,
    percent,
    sparkline,
)


@pytest.mark.parametrize(
    ("value", "of", "share"), [(0, 10, 0), (5, 10, 50), (12, 10, 100), (-1, 10, 0), (5, 0, 0), (22146, 30000, 73.82)]
)
def test_a_share_stays_between_nothing_and_all(value: float, of: float, share: float) -> None:
    assert percent(value=value, of=of) == share


def test_a_share_is_written_without_trailing_zeros() -> None:
    assert [per_cent(value=value, of=300) for value in (0, 150, 100)] == ["0%", "50%", "33.33%"]


@pytest.mark.parametrize(("target", "parts"), [(30000, 6), (10000, 4), (4600, 5), (1, 1), (7, 1), (1300, 5)])
def test_a_ruler_is_parted_where_the_numbers_are_round(target: int, parts: int) -> None:
    assert divisions(target=target) == parts


def test_the_large_gauge_shows_fill_ruler_and_staff() -> None:
    drawn = gauge_large(
        value=22146, target=30000, expected=21123, expected_label="今日序时 21,123", tone="tide", summary="已核"
    )
    assert 'width="73.82%"' in drawn
    assert re.findall(r">([\d,]+)</text>", drawn) == ["0", "5,000", "10,000", "15,000", "20,000", "25,000", "30,000"]
    assert '<svg class="staff" x="70.41%"' in drawn
    assert 'text-anchor="end">今日序时 21,123</text>' in drawn


@pytest.mark.parametrize(("expected", "anchor"), [(1000, "start"), (29000, "end")])
def test_the_pennant_turns_to_the_side_with_room(expected: int, anchor: str) -> None:
    drawn = gauge_large(value=1, target=30000, expected=expected, expected_label="今天", tone="tide", summary="")
    assert f'text-anchor="{anchor}">今天</text>' in drawn


def test_without_an_expectation_there_is_no_staff() -> None:
    drawn = gauge_large(value=1, target=10, expected=None, expected_label="", tone="bohai", summary="")
    assert "staff" not in drawn
    assert "fill-bohai" in drawn


def test_labels_cannot_carry_markup() -> None:
    drawn = gauge_medium(value=1, total=2, mark=1, mark_label="<b>", tone="tide", summary='"><script>')
    assert "<b>" not in drawn
    assert "<script" not in drawn


def test_a_late_mark_takes_the_place_of_the_whole() -> None:
    drawn = gauge_medium(value=20, total=40, mark=40, mark_label="40 合格", tone="tide", summary="")
    assert re.findall(r">([^<>]+)</text>", drawn) == ["0", "40 合格"]


def test_the_small_bar_is_flat_and_silent() -> None:
    drawn = bar_small(value=320, target=588, expected=414, tone="wine")
    assert "<path" not in drawn
    assert 'aria-hidden="true"' in drawn
    assert re.findall(r'width="([\d.]+)%"', drawn) == ["100", "100", "54.42"]


def test_a_sparkline_of_nothing_is_nothing_and_a_flat_one_is_drawn() -> None:
    assert sparkline(values=[]) == ""
    assert 'd="M3 21L87 21"' in sparkline(values=[5, 5])
