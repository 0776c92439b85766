import pytest

from tests.races import Arena, groups, raised

pytestmark = pytest.mark.django_db


def test_of_two_groups_of_six_for_ten_seats_one_has_all_its_seats_and_the_other_none(arena: Arena) -> None:
    crowd, database = arena.crowd, arena.ground.name
    for turn in range(5):
        planted = crowd.call(database, f"{groups.THIS}:plant", first=100 * turn)
        rivals = [{"booking_id": pk, "by_id": planted["by_id"]} for pk in planted["booking_ids"]]
        answers = crowd.race(database, f"{groups.THIS}:contend", rivals)
        assert raised(answers) == []
        assert sorted(answer.value for answer in answers) == ["given", "no_seats"]
        assert crowd.call(database, f"{groups.THIS}:faults", class_id=planted["class_id"]) == []


def test_of_two_presses_on_one_booking_both_are_answered_and_the_seats_are_given_once(arena: Arena) -> None:
    crowd, database = arena.crowd, arena.ground.name
    planted = crowd.call(database, f"{groups.THIS}:plant")
    press = {"booking_id": planted["booking_ids"][0], "by_id": planted["by_id"]}
    answers = crowd.race(database, f"{groups.THIS}:contend", [press] * 4)
    assert raised(answers) == []
    assert [answer.value for answer in answers] == ["given"] * 4
    assert crowd.call(database, f"{groups.THIS}:faults", class_id=planted["class_id"]) == []


def test_the_group_race_has_teeth(arena: Arena) -> None:
    """Reading first and writing then, both groups are given seats that one of them has."""
    crowd, database = arena.crowd, arena.ground.name
    planted = crowd.call(database, f"{groups.THIS}:plant")
    rivals = [{"booking_id": pk, "by_id": planted["by_id"]} for pk in planted["booking_ids"]]
    crowd.call(database, f"{groups.THIS}:unprotect")
    try:
        answers = crowd.race(database, f"{groups.THIS}:contend", rivals, together=True)
    finally:
        crowd.call(database, f"{groups.THIS}:protect")
    assert raised(answers) == []
    assert [answer.value for answer in answers] == ["given"] * groups.RIVALS
    found = crowd.call(database, f"{groups.THIS}:faults", class_id=planted["class_id"])
    assert "12 seats given, there are 10" in found
