import pytest

from tests.races import Arena, keys

pytestmark = pytest.mark.django_db


def test_one_key_delivered_200_times_at_once_is_worked_on_once_and_answered_alike(arena: Arena) -> None:
    figures = keys.run(arena, rounds=keys.ROUNDS // 50)
    assert figures.faults == []


def test_the_race_of_one_key_has_teeth(arena: Arena) -> None:
    """Without the unique key, every delivery is worked on."""
    arena.crowd.call(arena.ground.name, f"{keys.THIS}:unprotect")
    figures = keys.run(arena, rounds=1, contenders=8)
    assert figures.faults == ["8 answers were given to one key", "8 pieces of work under one key"]
