import pytest

from tests.races import Arena, numbers, raised

pytestmark = pytest.mark.django_db


def test_100_classes_and_institutions_entered_at_once_all_get_a_number_of_their_own(arena: Arena) -> None:
    figures = numbers.run(arena, rounds=numbers.ROUNDS // 50)
    assert figures.faults == []


def test_the_race_of_the_numbers_has_teeth(arena: Arena) -> None:
    """Reading the highest number first and writing then, all rivals are given the same one."""
    crowd, database = arena.crowd, arena.ground.name
    planted = crowd.call(database, f"{numbers.THIS}:plant")
    # Even places plan a class.
    rivals = [{**planted, "serial": 2 * place} for place in range(numbers.RIVALS)]
    crowd.call(database, f"{numbers.THIS}:unprotect")
    try:
        answers = crowd.race(database, f"{numbers.THIS}:contend", rivals, together=True)
    finally:
        crowd.call(database, f"{numbers.THIS}:protect")
    assert all("IntegrityError" in name for name in raised(answers))
    told = [answer.value for answer in answers if not answer.raised]
    assert numbers.faults(told, numbers.RIVALS) == ["3 of 4 got none"]
