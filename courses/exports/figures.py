"""Figures with names, of one month: what a form of the bureau's own may ask for, taken from the monthly report."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from courses.exports.monthly import LINES, MonthlyReport, state_word
from courses.exports.sheets import Words
from courses.models import District, Line

# What a line is asked for, of the city and of each district.
PARTS = ("target", "month", "verified", "percent", "expected", "lead", "state")


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


def named_figures() -> dict[str, Named]:
    """Every figure that there is now, by its key, in the order in which people look for them."""
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


def values_of(report: MonthlyReport) -> dict[str, Any]:
    """What each is in a month; a figure that the month has not is not in it."""
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
    return found


def label_of(key: str, known: dict[str, Named]) -> Words:
    """A figure that is gone is named by its key."""
    return known[key].label if key in known else key
