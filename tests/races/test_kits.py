import pytest

from tests.races import Arena, kits, raised

pytestmark = pytest.mark.django_db


def test_three_phones_at_once_are_exactly_the_union_and_every_contradiction_is_listed(arena: Arena) -> None:
    figures = kits.run(arena, marks=kits.MARKS // 50)
    assert figures.faults == []
    assert (figures.numbers["marks"], figures.numbers["sent"], figures.numbers["contradicted"]) == (30, 39, 1)


def test_an_entry_that_is_lost_or_acknowledged_twice_would_be_seen(arena: Arena) -> None:
    """Teeth: what the comparison is there to find, planted."""
    crowd, database = arena.crowd, arena.ground.name
    planted = crowd.call(database, f"{kits.THIS}:plant", marks=4, seed=1)
    post = planted["posts"][0]
    told = crowd.call(database, f"{kits.THIS}:contend", **post)
    assert kits.dropped(planted, told)[0].endswith("entries have no receipt")
    assert kits.dropped(planted, [*told, [told[0][0], "R0", "accepted"]])[0] == "an entry has 2 receipts"
    found = crowd.call(database, f"{kits.THIS}:faults", lesson_id=planted["lesson_id"], contradicted=[], told=[])
    assert found[0].endswith("and not exactly those that were acknowledged")


def test_the_race_of_one_entry_has_teeth(arena: Arena) -> None:
    """Without the unique constraints, what arrives several times at once is there several times."""
    crowd, database = arena.crowd, arena.ground.name
    crowd.call(database, f"{kits.THIS}:unprotect")
    planted = crowd.call(database, f"{kits.THIS}:plant", marks=10, seed=1)
    answers = crowd.race(database, f"{kits.THIS}:contend", [planted["posts"][0]] * 8)
    assert raised(answers) == []
    told = [receipt for answer in answers for receipt in answer.value]
    assert len({receipt for _digest, receipt, _state in told}) > len({digest for digest, _receipt, _state in told})
