"""How far each target of a year is, also those below a district: the same person-times, cut as the target is cut."""

from collections import Counter
from collections.abc import Iterable
from datetime import date

from django.db.models import Sum

from courses.models import CountEntry, DailyTotal
from courses.tally.settings import is_inside, meets
from courses.tally.targets import Cell

KEYS = ("line", "district", "institution", "brand")


def verified_of(*, year: int, cells: Iterable[Cell], today: date, as_of: date | None = None) -> dict[Cell, int]:
    """人次 of each cell, posted by the end of `as_of`. Three statements."""
    wanted = list(cells)
    totals, entries = DailyTotal.objects.filter(year=year), CountEntry.objects.filter(year=year)
    if as_of is not None:
        totals, entries = totals.filter(posted_on__lte=as_of), entries.filter(posted_on__lte=as_of)
    told: Counter[Cell] = Counter()
    inside = is_inside(year=year, day=as_of or today)
    cut = {tuple(bool(getattr(cell, name)) for name in (*KEYS[1:], "project")) for cell in wanted}
    for *keys, count in totals.values_list(*KEYS).annotate(told=Sum("count")).order_by():
        _spread(told, cut, [*keys, ""], count, inside=inside)
    if any(cell.project for cell in wanted):
        of_projects = entries.exclude(project="").values_list(*KEYS, "project")
        for *keys, count in of_projects.annotate(told=Sum("amount")).order_by():
            _spread(told, {one for one in cut if one[-1]}, keys, count, inside=inside)
    return {cell: told[cell] for cell in wanted}


def _spread(told: Counter[Cell], cut: set[tuple[bool, ...]], keys: list[str], count: int, *, inside: bool) -> None:
    """Add one sum to every cell that it lies in, of the shapes that are asked for."""
    line, *rest = keys
    for shape in cut:
        if any(kept and not key for key, kept in zip(rest, shape, strict=True)):
            continue
        for target in meets(line=line, inside=inside):
            told[Cell(target, *(key if kept else "" for key, kept in zip(rest, shape, strict=True)))] += count
