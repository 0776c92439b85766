import pytest

from tests.races import Arena, cards, raised

pytestmark = pytest.mark.django_db


def test_one_card_before_two_kiosks_at_once_is_one_row_and_one_receipt(arena: Arena) -> None:
    figures = cards.run(arena, learners=cards.LEARNERS // 50)
    assert figures.faults == []
    assert (figures.numbers["learners"], figures.numbers["posts"]) == (100, 200)


def test_the_race_of_two_kiosks_has_teeth(arena: Arena) -> None:
    """Without the unique constraints, each kiosk writes a row of its own."""
    crowd, database = arena.crowd, arena.ground.name
    crowd.call(database, f"{cards.THIS}:unprotect")
    planted = crowd.call(database, f"{cards.THIS}:plant", learners=10)
    answers = crowd.race(database, f"{cards.THIS}:contend", planted["posts"])
    assert raised(answers) == []
    found = crowd.call(database, "tests.races.checkin:faults", lesson_id=planted["lesson_id"], learners=10)
    assert "20 evidence rows of 10 learners" in found
    assert len(cards.different_answers([answer.value for answer in answers])) == 10
