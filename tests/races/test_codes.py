import pytest

from tests.races import Arena, codes

pytestmark = pytest.mark.django_db


def test_200_requests_at_once_overshoot_no_limit_and_a_code_opens_once(arena: Arena) -> None:
    figures = codes.run(arena, rounds=codes.ROUNDS // 50)
    assert figures.faults == []
    assert arena.crowd.call(arena.ground.name, f"{codes.THIS}:logins") == 1


def test_the_race_of_guesses_has_teeth(arena: Arena) -> None:
    """Where the tries are read first and written afterwards, more than four wrong codes are looked at."""
    sealed = arena.crowd.call(arena.ground.name, f"{codes.THIS}:seal")
    guesses = [{"sealed": sealed}] * codes.CONTENDERS
    heard = arena.crowd.race(arena.ground.name, f"{codes.THIS}:guess_unprotected", guesses)
    assert sum(answer.value == "wrong" for answer in heard) > codes.CODE_TRIES - 1
