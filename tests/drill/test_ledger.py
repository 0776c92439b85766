"""One in fifty of the drill: each alteration is found, the month closes, and a check that misses one would say so."""

import pytest

from courses import ledger as books
from tests.drill import ledger
from tests.races import Arena

pytestmark = [pytest.mark.django_db, pytest.mark.long]


def test_every_planted_alteration_is_found_and_the_month_closes(arena: Arena) -> None:
    figures = ledger.run(arena, rows=2_000, alterations=8, month_rows=1_000)
    assert figures.faults == []
    assert (figures.numbers["altered"], figures.numbers["found"]) == (8, 8)


def test_an_alteration_that_the_seals_missed_would_be_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    ledger.plant(rows=50, alterations=4, month_rows=10)
    monkeypatch.setattr(books, "verify_seals", lambda **_asked: iter(()))
    told = ledger.alter(alterations=4)
    assert (told["found"], len(told["faults"])) == (0, 4)
