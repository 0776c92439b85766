import pytest

from tests.races import Arena, merges, raised

pytestmark = pytest.mark.django_db


def test_a_citizen_merged_and_approved_at_the_same_moment_counts_once(arena: Arena) -> None:
    figures = merges.run(arena, pairs=merges.PAIRS // 50)
    assert figures.faults == []
    assert (figures.numbers["citizens"], figures.numbers["standing"]) == (6, 6)


def test_the_merge_race_has_teeth(arena: Arena) -> None:
    """Without the unique claim and the look at it, the citizen counts twice."""
    crowd, database = arena.crowd, arena.ground.name
    planted = crowd.call(database, f"{merges.THIS}:plant", pairs=2)
    crowd.call(database, f"{merges.THIS}:unprotect")
    try:
        answers = crowd.race(database, f"{merges.THIS}:contend", planted, together=True)
    finally:
        crowd.call(database, f"{merges.THIS}:protect")
    assert raised(answers) == []
    found = crowd.call(database, f"{merges.THIS}:result")
    assert "2 citizens stand in 4 lines" in found["faults"]
