"""The reasons of a mark by hand, from the editable list."""

import csv
from functools import lru_cache
from pathlib import Path

from django.utils.translation import get_language

import courses

LIST = Path(courses.__file__).parent / "management" / "commands" / "reference" / "mark_reasons.csv"


@lru_cache(maxsize=1)
def _rows() -> tuple[tuple[str, str, str], ...]:
    with LIST.open(encoding="utf-8", newline="") as file:
        return tuple((row["key"], row["name"], row["name_en"]) for row in csv.DictReader(file))


def is_mark_reason(key: str) -> bool:
    """Whether a page of ours offers this reason: no word by which the rules tell their own rows is one."""
    return any(key == known for known, _name, _name_en in _rows())


def mark_reasons() -> list[tuple[str, str]]:
    """(key, words in the language of the page)."""
    english = (get_language() or "").startswith("en")
    return [(key, name_en if english else name) for key, name, name_en in _rows()]
