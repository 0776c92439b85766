"""Names stand everywhere as they are, or the certificate is refused by the character that is missing."""

import pytest

from courses.certificates import typeface
from tests.courses.certificates import names

pytestmark = pytest.mark.django_db


def test_hard_names_are_the_same_in_database_page_code_pdf_and_workbook() -> None:
    told = names.check(first=0, many=names.NAMES // 50)
    assert told["faults"] == []
    assert told["numbers"]["printed"] >= 6


def test_which_blocks_the_typeface_covers() -> None:
    """The share of each extension that can be printed; the rest is refused loudly."""
    covered = {
        block: sum(not typeface.missing([chr(point)]) for point in range(low, high + 1))
        for block, (low, high) in names.BLOCKS.items()
    }
    assert covered == {"A": 6582, "B": 2108, "C": 47, "D": 34, "E": 112, "F": 5, "G": 4, "H": 0}


@pytest.mark.parametrize("text", ["\U00031350", "王\ufe00", "王\u200d", "王\x07", "Ａ\ue000", "👍"])
def test_what_cannot_be_printed_as_it_is_is_named(text: str) -> None:
    assert typeface.missing([text]) == [text[-1]]


@pytest.mark.parametrize("text", ["王小强", "阿依古丽·买买提", "𠮷", "䶮", "Anna-Maria O'Neil", "（四级）"])
def test_what_can_be_printed_is(text: str) -> None:
    assert typeface.missing([text]) == []
