"""What the values of a cut are called: today, or as a close has them."""

from typing import Any

from django.conf import settings
from django.utils import translation

from courses.models import Brand, District, Institution, MonthClose, ProgrammeKind, YearClose


def names_of(*, cut: str, close: MonthClose | YearClose | None) -> dict[str, str]:
    """By key, in the order of the list. What is closed bears the names of its day, and its districts stand in the order
    of its day; a name in the other language is that of today."""
    now = _today(cut)
    if close is None:
        return now
    said = close.snapshot["names"][cut] if _is_chinese() else {}
    keys = close.snapshot["districts"] if cut == "district" else [*now, *(key for key in said if key not in now)]
    return {key: str(said.get(key) or now.get(key, key)) for key in keys}


def _is_chinese() -> bool:
    return (translation.get_language() or settings.LANGUAGE_CODE).startswith("zh")


def _today(cut: str) -> dict[str, str]:
    rows: Any = {
        "district": District.objects.all(),
        "institution": Institution.objects.all(),
        "kind": ProgrammeKind.objects.all(),
        "brand": Brand.objects.all(),
    }[cut]
    return {row.number if cut == "institution" else row.key: row.label for row in rows}
