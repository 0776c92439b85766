import pytest
from django.db import connection

from tests.races import Arena, raised, revocations

pytestmark = pytest.mark.django_db


def test_two_that_free_each_other_are_both_taken_back(arena: Arena) -> None:
    figures = revocations.run(arena, pairs=revocations.PAIRS // 50)
    assert figures.faults == []
    assert (figures.numbers["revoked"], figures.numbers["standing"]) == (12, 0)


def test_the_race_of_revocations_has_teeth(arena: Arena) -> None:
    """With the row held before the books, PostgreSQL has to end one of the two."""
    if connection.vendor != "postgresql":
        pytest.skip("on SQLite one writes at a time, so that nobody waits for anybody")
    crowd, database = arena.crowd, arena.ground.name
    planted = crowd.call(database, f"{revocations.THIS}:plant", pairs=6)
    crowd.call(database, f"{revocations.THIS}:unprotect")
    try:
        answers = crowd.race(database, f"{revocations.THIS}:contend", planted, together=True)
    finally:
        crowd.call(database, f"{revocations.THIS}:protect")
    assert any("deadlock" in fault.lower() or "OperationalError" in fault for fault in raised(answers))
