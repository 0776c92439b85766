"""The public figures: as of last month's end, and nothing small enough to be a person."""

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from courses.models import Target
from courses.tally import board, suppress
from courses.tally.board import held
from tests.factories import catalogue
from tests.factories.ledger import batch, row

TODAY = date(2026, 9, 14)
counts = st.lists(st.integers(0, 40), max_size=12)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(counts=counts, least=st.integers(1, 15))
def test_nothing_small_is_told_and_the_sum_gives_nothing_away(counts: list[int], least: int) -> None:
    told = suppress(counts=counts, least=least)
    hidden = [count for count, shown in zip(counts, told, strict=True) if shown is None]
    assert all(shown is None or shown == 0 or shown >= least for shown in told)
    assert [shown for shown in told if shown is not None] == [
        count for count, shown in zip(counts, told, strict=True) if shown is not None
    ]
    if hidden:
        assert len(hidden) == len(counts) or (len(hidden) >= 2 and sum(hidden) >= least)
    else:
        assert not any(0 < count < least for count in counts)


@pytest.mark.parametrize(
    ("parts", "told"),
    [
        ([50, 40, 30], [50, 40, 30]),
        ([50, 3, 30], [50, None, None]),
        ([50, 3, 4, 30], [50, None, None, None]),
        ([50, 6, 7, 30], [50, None, None, 30]),
        ([7, 0, 0], [None, None, None]),
        ([0, 0], [0, 0]),
        ([4], [None]),
    ],
)
def test_the_next_smallest_is_hidden_with_a_lonely_one(parts: list[int], told: list[int | None]) -> None:
    assert suppress(counts=parts, least=10) == told


@pytest.mark.django_db
def test_the_board_stands_at_the_end_of_last_month_and_hides_the_small(now) -> None:
    catalogue.policy()
    for key, name in (("zhifu", "芝罘区"), ("laishan", "莱山区"), ("fushan", "福山区")):
        Target.objects.create(year=2026, line="skills", district=catalogue.district(key, name, ""), amount=100, at=now)
    Target.objects.create(year=2026, line="skills", amount=300, at=now)
    many = {"zhifu": 20, "laishan": 12, "fushan": 3}
    rows = [
        row(counted_on=date(2026, 8, 3), posted_on=date(2026, 8, 20), district=key, sex="1", age_band="21-30")
        for key, number in many.items()
        for _ in range(number)
    ]
    rows += [row(counted_on=date(2026, 8, 3), posted_on=date(2026, 9, 1)) for _ in range(30)]
    batch(rows=rows, now=now)
    found = board(today=TODAY)
    assert (found.year, found.as_of, found.least) == (2026, date(2026, 8, 31), 10)
    assert [(line.verified, line.target) for line in found.lines] == [(35, 300), (0, 0)]
    skills = {one.label: (one.cells[0].count, one.cells[0].tenths) for one in found.districts.rows}
    assert skills == {"芝罘区": (20, 200), "莱山区": (None, None), "福山区": (None, None)}


@pytest.mark.django_db
def test_in_january_the_board_tells_the_whole_year_before() -> None:
    catalogue.policy()
    found = board(today=date(2026, 1, 20))
    assert (found.year, found.as_of) == (2025, date(2025, 12, 31))


def test_a_cell_of_people_stays_until_it_changed_by_the_least_that_is_told() -> None:
    steps = [{"a": 3, "b": 20, "c": 40}, {"a": 12, "b": 29, "c": 31}, {"a": 13, "b": 31, "c": 30, "d": 4}]
    assert held(steps=steps[:1], least=10) == {"a": 3, "b": 20, "c": 40}
    assert held(steps=steps[:2], least=10) == {"a": 12, "b": 20, "c": 40}
    assert held(steps=steps, least=10) == {"a": 12, "b": 31, "c": 30, "d": 4}


@pytest.mark.django_db
def test_one_more_person_of_a_category_is_seen_in_no_two_looks(now) -> None:
    catalogue.policy()
    posted = {date(2026, 3, 20): 20, date(2026, 5, 20): 1, date(2026, 6, 20): 3, date(2026, 8, 20): 15}
    rows = [
        row(counted_on=date(2026, 3, 1), posted_on=day, sex=sex, age_band="21-30")
        for day, many in posted.items()
        for sex in ("1", "2")
        for _ in range(many)
    ]
    batch(rows=rows, now=now)

    def men(today: date) -> list[int | None]:
        table = next(one for one in board(today=today).tables if one.title == "性别")
        return [one.cells[0].count for one in table.rows][:1]

    looks = [date(2026, 3, 14), date(2026, 4, 14), date(2026, 6, 14), date(2026, 7, 14), date(2026, 9, 14)]
    assert [men(day) for day in looks] == [[], [20], [20], [20], [20]]
    assert men(date(2026, 10, 14)) == [39]
