"""Figures with names, of one month: what a form of the bureau's own may ask for, taken from the monthly report.

A figure of a line is `skills.verified`, of a district `skills.verified@zhifu`. What is counted may be cut further, by a
kind of training (`skills.month/gyb`), by a month of the year (`skills.count~3`), or both (`skills.count/gyb~3@zhifu`).
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from courses import dates
from courses.exports.monthly import LINES, MonthlyReport, state_word
from courses.exports.refusals import ExportRefusal, ExportRefused
from courses.exports.sheets import Words
from courses.models import District, Line, ProgrammeKind
from courses.tally.snapshots import cells_of

# What a line is asked for, of the city and of each district.
PARTS = ("target", "month", "verified", "percent", "expected", "lead", "state")
# What can be cut by a kind, and what a month of the year is asked for.
OF_KIND, OF_MONTH = ("month", "verified", "count"), "count"
KEY = re.compile(r"(\w+)\.(\w+)(?:/([^/~@]+))?(?:~(\d{1,2}))?(?:@(.+))?", re.ASCII)


@dataclass(frozen=True)
class Named:
    """A figure by its key; `place` is the key of a district, "" for the city, None for what is of no place."""

    key: str
    label: str
    place: str | None


def _words() -> dict[str, str]:
    return {
        "target": _("年度目标"),
        "month": _("本月人次"),
        "verified": _("本年累计"),
        "percent": _("完成率（百分数）"),
        "expected": _("序时应到"),
        "lead": _("比序时多"),
        "state": _("状态"),
    }


def key_of(line: Line, part: str, place: str) -> str:
    return f"{line.value}.{part}" + (f"@{place}" if place else "")


@dataclass(frozen=True)
class Cut:
    """A figure that is cut further: `kind` and `month` say by what, one of them at least."""

    line: Line
    part: str
    place: str
    kind: str
    month: int

    @property
    def key(self) -> str:
        kind, month = f"/{self.kind}" if self.kind else "", f"~{self.month}" if self.month else ""
        return f"{self.line.value}.{self.part}{kind}{month}" + (f"@{self.place}" if self.place else "")


def cut_of(key: str) -> Cut | None:
    """A key read as that of a cut; None for any other, and for one that says what cannot be."""
    read = KEY.fullmatch(key)
    if read is None or read[1] not in {line.value for line in LINES} or not (read[3] or read[4]):
        return None
    found = Cut(Line(read[1]), read[2], read[5] or "", read[3] or "", int(read[4] or 0))
    parts = (OF_MONTH,) if found.month else OF_KIND[:2]
    return found if found.part in parts and (not read[4] or 1 <= found.month <= 12) else None


def narrowed(figure: str, *, kind: str, month: int) -> str:
    """The key of a figure cut by a kind, a month, or both. Refused with ExportRefused where the figure is not one that
    is counted."""
    if not kind and not month:
        return figure
    read = KEY.fullmatch(figure)
    if read is None or read[2] not in OF_KIND[:2]:
        raise ExportRefused(ExportRefusal.NOT_CUT)
    return Cut(Line(read[1]), OF_MONTH if month else read[2], read[5] or "", kind, month).key


def named(keys: Iterable[str]) -> dict[str, Named]:
    """Those of these figures that there are, by their keys."""
    found = named_figures()
    cuts = [cut for key in keys if key not in found and (cut := cut_of(key))]
    if not cuts:
        return found
    places = {"": _("全市")} | {row.key: row.label for row in District.objects.all()}
    kinds = {"": ""} | {row.key: row.label for row in ProgrammeKind.objects.all()}
    for cut in cuts:
        if cut.place in places and cut.kind in kinds:
            word = _("%(month)s人次") % {"month": dates.month(cut.month)} if cut.month else _words()[cut.part]
            label = " ".join(filter(None, (places[cut.place], str(cut.line.label), kinds[cut.kind], word)))
            found[cut.key] = Named(cut.key, label, cut.place)
    return found


def named_figures() -> dict[str, Named]:
    """Every figure that there is now and that is cut no further, by its key, in the order in which people look for
    them."""
    found = {
        "year": Named("year", _("年份"), None),
        "month": Named("month", _("月份"), None),
        "as_of": Named("as_of", _("账目截至"), None),
        "close": Named("close", _("月结号"), None),
    }
    words = _words()
    for place, name in (("", _("全市")), *((row.key, row.label) for row in District.objects.all())):
        for line in LINES:
            for part in (*PARTS, *(() if place else ("people",))):
                key, word = key_of(line, part, place), words.get(part, _("本年人数"))
                found[key] = Named(key, f"{name} {line.label} {word}", place)
    return found


def values_of(report: MonthlyReport, keys: Iterable[str] = ()) -> dict[str, Any]:
    """What each is in a month, with those of `keys` that are cut further; a figure that the month has not is not in
    it."""
    found: dict[str, Any] = {
        "year": report.year,
        "month": report.month,
        "as_of": report.as_of.isoformat(),
        "close": report.number,
    }
    of_place = [("", report.lines), *((row.key, row.lines) for row in report.districts)]
    for place, lines in of_place:
        for line, own in lines.items():
            values: dict[str, Any] = {part: getattr(own, part) for part in ("month", "verified", "expected", "lead")}
            values |= {"target": own.target or 0, "percent": own.tenths / 10, "state": state_word(own.state)}
            if not place:
                values["people"] = own.people or 0
            found |= {key_of(line, part, place): value for part, value in values.items()}
    return found | _cut_values(report, _cuts(report, keys, {place for place, _lines in of_place}))


def _cuts(report: MonthlyReport, keys: Iterable[str], places: set[str]) -> list[Cut]:
    """Those of the keys that are cut further. What a closed month can say hangs on no list of today."""
    cuts = [cut for key in keys if (cut := cut_of(key)) and cut.place in places]
    known = {} if report.close else named(keys)
    return [cut for cut in cuts if report.close or cut.key in known]


def _cut_values(report: MonthlyReport, cuts: list[Cut]) -> dict[str, Any]:
    """From the close, else from the roll-up to the day that the report knows; of a month that was not reported yet
    nothing is said."""
    if not cuts:
        return {}
    cells = report.close.snapshot.get("cells") if report.close else None
    if cells is None:
        cells = cells_of(year=report.year, month=report.month, cut_off=report.as_of)
    told: Counter[tuple[str, str, str, int]] = Counter()
    for line, district, of_kind, of_month, count in cells:
        for place in ("", district):
            for kind in ("", of_kind):
                told[line, place, kind, of_month] += count
                told[line, place, kind, 0] += count
    return {cut.key: _cut_value(cut, report.month, told) for cut in cuts}


def _cut_value(cut: Cut, reported: int, told: Counter[tuple[str, str, str, int]]) -> int | str:
    if cut.month > reported:
        return ""
    month = cut.month or (reported if cut.part == "month" else 0)
    return told[cut.line.value, cut.place, cut.kind, month]


def label_of(key: str, known: dict[str, Named]) -> Words:
    """A figure that is gone is named by its key."""
    return known[key].label if key in known else key
