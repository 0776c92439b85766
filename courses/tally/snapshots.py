"""What a close keeps: the figures of the sealed days, as plain values that make the same bytes at every look."""

import hashlib
import json
from calendar import monthrange
from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Sum

from courses.models import Brand, CountEntry, DailyTotal, District, Institution, LedgerSeal, ProgrammeKind
from courses.tally.settings import is_inside, marks_of, meets, met_by, rules_on
from courses.tally.targets import targets_of

LINES = ("skills", "entrepreneurship")
# What 人次 are cut by beside the line, each with its figure of the month and of the year so far.
CUTS = ("district", "institution", "kind", "brand")

CELL = ("district", "kind", "month")

Snapshot = dict[str, Any]


def take(*, year: int, month: int, cut_off: date) -> Snapshot:
    """The figures of a month, and of its year up to it, from what was posted by `cut_off`; targets, names, and the root
    of the ledger to that day beside them.

    `figures` can be counted anew at any time from entries alone, and `cells` cut the same person-times further; the
    rest is as it was said on the day of the close: what the files of a month are made of, so that they are the same
    whatever is renamed or set otherwise later.
    """
    figures = figures_of(year=year, month=month, cut_off=cut_off)
    sealed = LedgerSeal.objects.filter(book=LedgerSeal.Book.LEDGER, day=cut_off).first()
    targets = targets_of(year=year, as_of=cut_off)
    marks = marks_of(rules_on(year=year, day=date(year, month, monthrange(year, month)[1])))
    return {
        "year": year,
        "month": month,
        "as_of": cut_off.isoformat(),
        "ledger": sealed.root if sealed else "",
        "figures": figures,
        "cells": cells_of(year=year, month=month, cut_off=cut_off),
        "targets": sorted([line, district, amount] for (line, district), amount in targets.items()),
        "marks": [marks.yellow, marks.red],
        "names": _names(figures),
        # In the order of the list: a mapping keeps none in every database.
        "districts": list(District.objects.values_list("key", flat=True)),
    }


# What a close says beside its figures as people said it on that day; a change of these changes no figure.
SAID = ("names", "districts", "quality")


def figures_of(*, year: int, month: int, cut_off: date) -> dict[str, list[list[Any]]]:
    """Rows of (line, value, the month's 人次, the year's up to the month's end), and `people` with 人 in their place."""
    found = cuts_of(year=year, month=month, cut_off=cut_off)
    found["people"] = _people(year, month, cut_off, inside=is_inside(year=year, day=cut_off))
    return found


def cuts_of(*, year: int, month: int, cut_off: date) -> dict[str, list[list[Any]]]:
    """The same without 人, from the roll-up alone: as quick as a page wants it."""
    inside = is_inside(year=year, day=cut_off)
    rows = DailyTotal.objects.filter(year=year, month__lte=month, posted_on__lte=cut_off)
    cells = rows.order_by().values_list("line", *CUTS, "month").annotate(told=Sum("count"))
    in_month: Counter[tuple[str, str, str]] = Counter()
    in_year: Counter[tuple[str, str, str]] = Counter()
    for of_line, *values, of_month, told in cells:
        for line in meets(line=of_line, inside=inside):
            for cut, value in (("line", ""), *zip(CUTS, values, strict=True)):
                in_year[cut, line, value] += told
                in_month[cut, line, value] += told if of_month == month else 0
    found: dict[str, list[list[Any]]] = {cut: [] for cut in ("line", *CUTS)}
    for cut, line, value in sorted(in_year, key=lambda key: (key[0], rank(key[1]), key[2])):
        key = (cut, line, value)
        if in_year[key] or in_month[key]:
            found[cut].append([line, value, in_month[key], in_year[key]])
    return found


def cells_of(*, year: int, month: int, cut_off: date) -> list[list[Any]]:
    """人次 of the year up to the month's end as rows of (line, district, kind, month, 人次): each cut by all of these,
    which a form of the bureau's own may ask for together."""
    inside = is_inside(year=year, day=cut_off)
    rows = DailyTotal.objects.filter(year=year, month__lte=month, posted_on__lte=cut_off)
    told: Counter[tuple[str, str, str, int]] = Counter()
    for of_line, *cut, count in rows.order_by().values_list("line", *CELL).annotate(told=Sum("count")):
        for line in meets(line=of_line, inside=inside):
            told[(line, *cut)] += count
    return [[*cell, told[cell]] for cell in sorted(told) if told[cell]]


def _people(year: int, month: int, cut_off: date, *, inside: bool) -> list[list[Any]]:
    """Distinct people by line, in the city (an empty value) and in each district; heads do not add up over days."""
    found = []
    for line in LINES:
        lines = met_by(line=line, inside=inside)
        of_month, of_year = (
            {"": _heads(year, months, cut_off, lines), **_heads_by_district(year, months, cut_off, lines)}
            for months in ((month, month), (1, month))
        )
        found += [[line, value, of_month.get(value, 0), of_year[value]] for value in sorted(of_year) if of_year[value]]
    return found


def _standing(year: int, months: tuple[int, int], cut_off: date, lines: Iterable[str], key: str) -> tuple[str, Any]:
    rows = CountEntry.objects.filter(year=year, month__range=months, posted_on__lte=cut_off, line__in=list(lines))
    keys = ("person",) if not key else (key, "person")
    grouped = rows.order_by().values(*keys).annotate(told=Sum("amount")).filter(told__gt=0)
    statement, values = grouped.query.sql_with_params()
    return str(statement), values


def _heads(year: int, months: tuple[int, int], cut_off: date, lines: Iterable[str]) -> int:
    statement, values = _standing(year, months, cut_off, lines, "")
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT COUNT(*) FROM ({statement}) standing", values)  # noqa: S608
        return int(cursor.fetchone()[0])


def _heads_by_district(year: int, months: tuple[int, int], cut_off: date, lines: Iterable[str]) -> dict[str, int]:
    statement, values = _standing(year, months, cut_off, lines, "district")
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT district, COUNT(*) FROM ({statement}) standing GROUP BY district", values)  # noqa: S608
        return {district: int(people) for district, people in cursor.fetchall()}


def _names(figures: dict[str, list[list[Any]]]) -> dict[str, dict[str, str]]:
    """What the keys were called on that day."""
    used = {cut: {row[1] for row in figures[cut]} for cut in CUTS}
    institutions = Institution.objects.filter(number__in=used["institution"]).values_list("number", "name")
    return {
        "district": dict(District.objects.values_list("key", "name")),
        "institution": dict(institutions),
        "kind": dict(ProgrammeKind.objects.filter(key__in=used["kind"]).values_list("key", "name")),
        "brand": dict(Brand.objects.filter(key__in=used["brand"]).values_list("key", "name")),
    }


def rank(line: str) -> int:
    """Skills come before entrepreneurship, anything else after."""
    return LINES.index(line) if line in LINES else len(LINES)


def root_of(snapshot: Snapshot) -> str:
    return hashlib.sha256(json.dumps(snapshot, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def by_line(snapshot: Snapshot, district: str = "") -> list[list[Any]]:
    """Its rows of (line, district, the month's 人次, the year's up to it) of the whole city, or of one district."""
    return [row for row in snapshot["figures"]["district" if district else "line"] if row[1] == district]


def of_line(snapshot: Snapshot, line: str, district: str = "") -> tuple[int, int]:
    """(the month's 人次, the year's up to it) of one line."""
    return next(((row[2], row[3]) for row in by_line(snapshot, district) if row[0] == line), (0, 0))
