import pytest

from tests.races import Arena, raised, rollcall

pytestmark = pytest.mark.django_db


def rivals(planted: dict[str, object], picture: str, many: int) -> list[dict[str, object]]:
    return [{"learner_id": planted["learner_id"], "code": planted["code"], "picture": planted[picture]}] * many


def test_of_eight_wrong_presses_at_once_two_are_kept_and_all_are_refused(arena: Arena) -> None:
    crowd, database = arena.crowd, arena.ground.name
    planted = crowd.call(database, f"{rollcall.THIS}:plant")
    answers = crowd.race(database, f"{rollcall.THIS}:contend", rivals(planted, "wrong", rollcall.PRESSES))
    assert raised(answers) == []
    assert sorted(answer.value for answer in answers) == ["tries_over"] * 7 + ["wrong_picture"]
    assert crowd.call(database, f"{rollcall.THIS}:pressed") == [2, 0]


def test_eight_right_presses_at_once_are_one_answer_with_one_receipt(arena: Arena) -> None:
    crowd, database = arena.crowd, arena.ground.name
    planted = crowd.call(database, f"{rollcall.THIS}:plant")
    answers = crowd.race(database, f"{rollcall.THIS}:contend", rivals(planted, "right", rollcall.PRESSES))
    assert raised(answers) == []
    assert len({answer.value for answer in answers}) == 1
    assert crowd.call(database, f"{rollcall.THIS}:pressed") == [1, 1]


def test_the_race_of_presses_has_teeth(arena: Arena) -> None:
    """Reading first and writing then, more presses are kept than there are tries."""
    crowd, database = arena.crowd, arena.ground.name
    planted = crowd.call(database, f"{rollcall.THIS}:plant")
    crowd.call(database, f"{rollcall.THIS}:unprotect")
    try:
        answers = crowd.race(
            database, f"{rollcall.THIS}:contend", rivals(planted, "wrong", rollcall.RIVALS), together=True
        )
    finally:
        crowd.call(database, f"{rollcall.THIS}:protect")
    assert raised(answers) == []
    assert crowd.call(database, f"{rollcall.THIS}:pressed") == [rollcall.RIVALS, 0]
