import pytest

from tests.races import Arena, raised, seats

pytestmark = pytest.mark.django_db


def test_of_200_contenders_one_gets_the_seat_and_199_wait_in_order_of_arrival(arena: Arena) -> None:
    figures = seats.run(arena, rounds=seats.ROUNDS // 50)
    assert figures.faults == []
    assert (figures.numbers["admitted"], figures.numbers["waitlisted"]) == (1, 199)


def test_several_seats_go_to_the_first_arrivals(arena: Arena) -> None:
    figures = seats.run(arena, rounds=1, contenders=60, seats=7)
    assert figures.faults == []
    assert (figures.numbers["admitted"], figures.numbers["waitlisted"]) == (7, 53)


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
