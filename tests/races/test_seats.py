import pytest

from tests.races import Arena, raised, seats

pytestmark = pytest.mark.django_db


def test_seats_go_to_the_first_arrivals_and_the_rest_wait_in_order(arena: Arena) -> None:
    """One fiftieth of the drill: four rounds of 100, for one seat and for a fifth of them in turn."""
    figures = seats.run(arena, rounds=seats.ROUNDS // 50, contenders=seats.CONTENDERS // 10, seats_of=(1, 20))
    assert figures.faults == []
    assert (figures.numbers["admitted"], figures.numbers["waitlisted"]) == (42, 358)


def test_the_seat_race_has_teeth(arena: Arena) -> None:
    """Reading first and writing then, all rivals are given the one seat."""
    crowd, database = arena.crowd, arena.ground.name
    planted = crowd.call(database, f"{seats.THIS}:plant", contenders=seats.RIVALS, seats=1)
    rivals = [{"class_id": planted["class_id"], "learner_id": pk} for pk in planted["learner_ids"]]
    crowd.call(database, f"{seats.THIS}:unprotect")
    try:
        answers = crowd.race(database, f"{seats.THIS}:contend", rivals, together=True)
    finally:
        crowd.call(database, f"{seats.THIS}:protect")
    assert raised(answers) == []
    assert [answer.value for answer in answers] == ["admitted"] * seats.RIVALS
    found = crowd.call(database, f"{seats.THIS}:faults", class_id=planted["class_id"], seats=1, contenders=seats.RIVALS)
    assert "seats given to arrivals [1, 1, 1, 1], there are 1" in found
    assert len(found) == 4
