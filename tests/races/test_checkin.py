import pytest

from tests.races import Arena, checkin, raised

pytestmark = pytest.mark.django_db


def test_one_ticket_sent_up_to_five_times_at_once_is_one_row_and_one_receipt(arena: Arena) -> None:
    figures = checkin.run(arena, learners=checkin.LEARNERS // 50)
    assert figures.faults == []
    assert (figures.numbers["learners"], figures.numbers["posts"]) == (200, 700)


def test_the_double_checkin_race_has_teeth(arena: Arena) -> None:
    """Without the unique constraints, every copy becomes a row with a receipt of its own."""
    crowd, database = arena.crowd, arena.ground.name
    crowd.call(database, f"{checkin.THIS}:unprotect")
    planted = crowd.call(database, f"{checkin.THIS}:plant", learners=10)
    answers = crowd.race(database, f"{checkin.THIS}:contend", planted["posts"])
    assert raised(answers) == []
    found = crowd.call(database, f"{checkin.THIS}:faults", lesson_id=planted["lesson_id"], learners=10)
    assert "35 evidence rows of 10 learners" in found
    assert len(checkin.different_answers(planted["posts"], [answer.value for answer in answers])) == 9
