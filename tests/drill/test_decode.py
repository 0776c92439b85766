"""What the reader of photos makes of bad pictures."""

import pytest

from tests.drill import decode
from tests.races import Arena

pytestmark = [pytest.mark.django_db, pytest.mark.long]


def test_of_a_hundred_bad_pictures_ninety_nine_are_read(arena: Arena) -> None:
    figures = decode.run(arena, codes=decode.CODES // 50)
    assert figures.faults == []
    assert figures.numbers["codes"] == 20


def test_pictures_that_nobody_could_read_are_a_fault(arena: Arena, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decode, "LEAST", 1.01)
    assert decode.run(arena, codes=3).faults == ["3 of 3 codes were read"]
