"""The lists of the desk, asked in a small city and in one twice as large: the statements are the same."""

import pytest

from tests.drill import lists
from tests.races import Arena

pytestmark = [pytest.mark.django_db, pytest.mark.long]
SMALL = lists.CLASSES // 50


def test_no_list_asks_the_database_more_often_in_a_city_twice_as_large(arena: Arena) -> None:
    small = lists.run(arena, classes=SMALL, timed=False)
    large = lists.run(arena, classes=SMALL, timed=False)
    assert (small.faults, large.faults) == ([], [])
    asked = {name: number for name, number in small.numbers.items() if name.endswith("queries")}
    assert len(asked) > 40
    assert min(asked.values()) > 3
    # Fewer where the first page happens to hold nothing whose checks are looked up.
    assert {name: (number, large.numbers[name]) for name, number in asked.items() if large.numbers[name] > number} == {}


def test_a_list_that_is_too_slow_or_does_not_answer_is_a_fault(arena: Arena, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lists, "MOST_MS", 0)
    figures = lists.run(arena, classes=SMALL, askers=("district",), rounds=1)
    assert len([fault for fault in figures.faults if "at the 95th of 100" in fault]) == 16
