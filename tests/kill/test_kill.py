import pytest
from django.db import connection

from tests.kill import run
from tests.races import Arena

pytestmark = pytest.mark.django_db
WEB_ONLY = 40


def test_killed_web_processes_lose_no_receipt_and_make_none_double(arena: Arena) -> None:
    figures = run.run(arena, checkins=WEB_ONLY, every_seconds=1.0, clients=4, per_s=8)
    assert figures.faults == []
    assert figures.numbers["receipts"] == WEB_ONLY
    assert figures.numbers["kills"] >= 2


@pytest.mark.skipif(connection.vendor != "postgresql", reason="the embedded database has no processes of its own")
def test_a_killed_database_loses_no_receipt_and_makes_none_double() -> None:
    figures = run.run_with_database(
        checkins=run.CHECKINS // 50, every_seconds=1.5, database_every_seconds=1.2, deaths=1, clients=8, per_s=80
    )
    assert figures.faults == []
    assert figures.numbers["receipts"] == run.CHECKINS // 50
    assert figures.numbers["database_kills"] == 1


def test_a_lost_receipt_and_a_double_row_would_be_seen(arena: Arena) -> None:
    """Teeth: what the comparison is there to find, planted."""
    crowd, database = arena.crowd, arena.ground.name
    room = crowd.call(database, f"{run.THIS}:plant", checkins=2)[0]
    learner = room["phones"][0][0]
    crowd.call(database, f"{run.THIS}:plant_double", lesson_id=room["lesson_id"], learner_id=learner)
    told = [[learner, ["RLOST000000"]]]
    found = crowd.call(database, f"{run.THIS}:faults", lesson_ids=[room["lesson_id"]], told=told)
    assert found[:2] == ["receipt RLOST000000 was given and is not there", "2 rows of 1 learners"]
