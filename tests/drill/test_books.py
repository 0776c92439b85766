"""One in fifty of the drill, in this process; a false value beside a formula, and a line left out, would be faults."""

import pytest
from openpyxl.worksheet.worksheet import Worksheet

from courses.exports import writing
from courses.models import Export
from tests import workbooks
from tests.courses.rosters.conftest import private_folder
from tests.drill import books

__all__ = ["private_folder"]
pytestmark = [pytest.mark.django_db, pytest.mark.long]
SMALL = books.ROWS // 50


@pytest.fixture(autouse=True)
def _without_libreoffice(monkeypatch: pytest.MonkeyPatch) -> None:
    """It takes seconds to start; the drill asks it."""
    monkeypatch.setattr(books, "_by_libreoffice", lambda _path: None)


def test_a_file_is_whole_and_its_formulas_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "EVERY", 100)
    books.plant(SMALL)
    told = books.followed(SMALL)
    assert (told["faults"], Export.objects.get().rows) == ([], SMALL)
    computed = books.computed(SMALL)
    # Of two lines: rates and leads; of three districts and one institution each in sixty, rates, sums and differences.
    assert (computed["faults"], computed["formulas"]) == ([], 4 + 2 * 3 + 6 + 4 + 3 * 8)


def test_a_line_left_out_and_a_false_value_are_faults(monkeypatch: pytest.MonkeyPatch) -> None:
    books.plant(40)
    monkeypatch.setattr(books, "codes_of", lambda _year: {"somebody else's"})
    assert books.followed(40)["faults"] == ["the file holds 40 lines of 40"]

    def one_more(sheet: Worksheet, formula: str) -> float:
        return honest(sheet, formula) + 1

    honest = workbooks.computed
    monkeypatch.setattr(workbooks, "computed", one_more)
    assert len(books.computed(40)["faults"]) == books.computed(40)["formulas"]
