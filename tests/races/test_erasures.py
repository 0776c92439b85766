import pytest

from tests.races import Arena, erasures, raised

pytestmark = pytest.mark.django_db


def test_nobody_who_is_erased_while_being_admitted_holds_a_seat(arena: Arena) -> None:
    figures = erasures.run(arena, pairs=erasures.PAIRS // 25)
    assert figures.faults == []
    assert figures.numbers["erased"] > 0


def test_the_erasure_race_has_teeth(arena: Arena) -> None:
    """Without the look at the record and the places found by the deed, somebody erased holds a seat."""
    crowd, database = arena.crowd, arena.ground.name
    planted = crowd.call(database, f"{erasures.THIS}:plant", pairs=4)
    crowd.call(database, f"{erasures.THIS}:unprotect")
    try:
        answers = crowd.race(database, f"{erasures.THIS}:contend", planted)
    finally:
        crowd.call(database, f"{erasures.THIS}:protect")
    assert raised(answers) == []
    assert crowd.call(database, f"{erasures.THIS}:result")["faults"] != []
