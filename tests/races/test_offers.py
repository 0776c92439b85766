import pytest

from tests.races import Arena, offers, raised

pytestmark = pytest.mark.django_db


def test_an_offer_is_accepted_or_runs_out_and_never_both(arena: Arena) -> None:
    figures = offers.run(arena, rounds=10)
    assert figures.faults == []
    assert figures.numbers["accepted"] + figures.numbers["expired"] == 10


def test_the_race_for_an_offer_has_teeth(arena: Arena) -> None:
    """Reading first and writing then, the learner is told of both ends, and the seat is promised to another."""
    crowd, database = arena.crowd, arena.ground.name
    planted = crowd.call(database, f"{offers.THIS}:plant")
    rivals = [{"enrolment_id": planted["enrolment_id"], "accepts": accepts} for accepts in (True, False)]
    crowd.call(database, f"{offers.THIS}:unprotect")
    try:
        answers = crowd.race(database, f"{offers.THIS}:contend", rivals, together=True)
    finally:
        crowd.call(database, f"{offers.THIS}:protect")
    assert raised(answers) == []
    assert [answer.value for answer in answers] == ["accepted", "expired"]
    found = crowd.call(database, f"{offers.THIS}:faults", **planted)
    assert "the learner was told ['enrolment_admitted', 'offer_expired']" in found
