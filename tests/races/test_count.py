import pytest

from tests.races import Arena, count, raised

pytestmark = pytest.mark.django_db


def test_two_districts_approving_one_person_at_the_same_moment_count_one(arena: Arena) -> None:
    figures = count.run(arena, pairs=count.PAIRS // 50)
    assert figures.faults == []
    numbers = figures.numbers
    assert (numbers["approvals"], numbers["counted"], numbers["duplicates"]) == (20, 10, 10)


def test_the_double_count_race_has_teeth(arena: Arena) -> None:
    """Without the unique claim, both districts are given the person."""
    crowd, database = arena.crowd, arena.ground.name
    planted = crowd.call(database, f"{count.THIS}:plant", pairs=2)
    crowd.call(database, f"{count.THIS}:unprotect")
    try:
        answers = crowd.race(database, f"{count.THIS}:contend", planted["approvals"], together=True)
    finally:
        crowd.call(database, f"{count.THIS}:protect")
    assert raised(answers) == []
    found = crowd.call(database, f"{count.THIS}:result", class_ids=planted["class_ids"])
    assert "2 people: 4 counted, 0 duplicates, 4 lines" in found["faults"]
    assert "2 people are counted more than once" in found["faults"]


def test_a_line_is_posted_only_inside_the_transaction_of_its_approval(arena: Arena) -> None:
    """Asked of a database of its own: the suite's tests live in a transaction themselves."""
    crowd, database = arena.crowd, arena.ground.name
    planted = crowd.call(database, f"{count.THIS}:plant", pairs=1)
    with pytest.raises(RuntimeError, match="TransactionManagementError: a line is posted in the transaction"):
        crowd.call(database, f"{count.THIS}:post_alone", completion_id=planted["approvals"][0]["completion_id"])
    found = crowd.call(database, f"{count.THIS}:result", class_ids=planted["class_ids"])
    assert found["counted"] == 0
