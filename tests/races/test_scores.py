import pytest

from tests.races import Arena, raised, scores

pytestmark = pytest.mark.django_db


def test_of_eight_reviewers_at_once_two_are_heard_and_six_are_told_that_it_is_enough(arena: Arena) -> None:
    crowd, database = arena.crowd, arena.ground.name
    planted = crowd.call(database, f"{scores.THIS}:plant", reviewers=scores.REVIEWERS)
    rivals = [{"enrolment_id": planted["enrolment_id"], "reviewer_id": pk} for pk in planted["reviewer_ids"]]
    answers = crowd.race(database, f"{scores.THIS}:contend", rivals)
    assert raised(answers) == []
    assert sorted(answer.value for answer in answers) == ["1", "2", *["enough_sheets"] * 6]
    assert crowd.call(database, f"{scores.THIS}:slots", enrolment_id=planted["enrolment_id"]) == [1, 2]


def test_the_scoring_race_has_teeth(arena: Arena) -> None:
    """Reading first and writing then, all rivals are given the first place."""
    crowd, database = arena.crowd, arena.ground.name
    planted = crowd.call(database, f"{scores.THIS}:plant", reviewers=scores.RIVALS)
    rivals = [{"enrolment_id": planted["enrolment_id"], "reviewer_id": pk} for pk in planted["reviewer_ids"]]
    crowd.call(database, f"{scores.THIS}:unprotect")
    try:
        answers = crowd.race(database, f"{scores.THIS}:contend", rivals, together=True)
    finally:
        crowd.call(database, f"{scores.THIS}:protect")
    assert raised(answers) == []
    assert crowd.call(database, f"{scores.THIS}:slots", enrolment_id=planted["enrolment_id"]) == [1] * scores.RIVALS
