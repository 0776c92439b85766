import pytest

from tests.races import Arena, person

pytestmark = pytest.mark.django_db


def test_one_document_registered_from_200_logins_at_once_belongs_to_exactly_one(arena: Arena) -> None:
    figures = person.run(arena, rounds=person.ROUNDS // 50)
    assert figures.faults == []
    assert figures.numbers["registered"] == 1


def test_the_duplicate_person_race_has_teeth(arena: Arena) -> None:
    """Without the unique digest, every login becomes the same citizen."""
    arena.crowd.call(arena.ground.name, f"{person.THIS}:unprotect")
    figures = person.run(arena, rounds=1, contenders=8)
    assert figures.faults == [
        "8 records were registered for one document",
        "1 documents: 8 verified learners, 8 rows, 1 digests",
    ]
