import pytest
from django.db import connection

from tests.races import Arena, papers, raised

pytestmark = pytest.mark.django_db


def test_two_prints_of_one_lesson_confirmed_at_once_count_once(arena: Arena) -> None:
    crowd, database = arena.crowd, arena.ground.name
    planted = crowd.call(database, f"{papers.THIS}:plant")
    answers = crowd.race(database, f"{papers.THIS}:contend", planted, together=True)
    assert raised(answers) == []
    assert sorted(answer.value for answer in answers) == [0, papers.SIGNED]
    assert crowd.call(database, f"{papers.THIS}:twice", entry_id=planted[0]["entry_id"]) == 0


def test_the_race_of_two_prints_has_teeth(arena: Arena) -> None:
    """Nobody held, both find no attendance to wait for and write."""
    if connection.vendor != "postgresql":
        pytest.skip("on SQLite one writes at a time, so that nobody waits for anybody")
    crowd, database = arena.crowd, arena.ground.name
    planted = crowd.call(database, f"{papers.THIS}:plant")
    crowd.call(database, f"{papers.THIS}:unprotect")
    try:
        answers = crowd.race(database, f"{papers.THIS}:contend", planted, together=True)
    finally:
        crowd.call(database, f"{papers.THIS}:protect")
    assert raised(answers) == []
    assert crowd.call(database, f"{papers.THIS}:twice", entry_id=planted[0]["entry_id"]) > 0
