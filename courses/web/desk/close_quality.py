"""记录质量 of a month as its close holds it, in words: what its second person reads before they confirm."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from courses import tally
from courses.exports.asking import share
from courses.models import MonthClose
from courses.tally.quality import Quality, kept

# Each figure as it is called, and the figure that it is a part of.
WORDS: dict[str, tuple[str | Promise, str]] = {
    "scheduled": (gettext_lazy("本月结束的班次应到（分钟）"), ""),
    "attended": (gettext_lazy("其中实到（分钟）"), "scheduled"),
    "counted": (gettext_lazy("本年累计已核（人次，账目截至日）"), ""),
    "scans": (gettext_lazy("其中每次到课都凭扫码（人次）"), "counted"),
    "rooms": (gettext_lazy("本月到教室检查（次）"), ""),
    "found": (gettext_lazy("其中发现问题（次）"), "rooms"),
    "waiting": (gettext_lazy("本月有待核对事项（课次）"), ""),
    "yellow": (gettext_lazy("本月出示黄牌（张）"), ""),
    "red": (gettext_lazy("本月出示红牌（张）"), ""),
}


@dataclass(frozen=True)
class Figure:
    """`part` is its share of the figure above it; nothing of nothing."""

    many: int
    part: str


@dataclass(frozen=True)
class Row:
    """One figure of the month beside that of the month before; None where no close says what it was."""

    words: str
    own: Figure
    before: Figure | None


def rows(*, close: MonthClose, district: str = "") -> list[Row]:
    """All that a close holds of the whole city, or of one district; nothing of a close that held none."""
    own, before = tally.quality_beside(close=close, district=district)
    if own is None:
        return []
    return [
        Row(str(words), _figure(own, name), None if before is None else _figure(before, name))
        for name, (words, _of) in WORDS.items()
    ]


def by_district(*, close: MonthClose, names: Mapping[str, str]) -> list[tuple[str, list[Figure]]]:
    """The same of each district, by its name, in the order of the columns."""
    found = ((key, kept(close=close, district=key)) for key in close.snapshot.get("quality", {}) if key)
    told = {key: [_figure(own, name) for name in WORDS] for key, own in found if own is not None}
    # A district that the list knows no more stands at the end.
    order = [*(key for key in names if key in told), *(key for key in told if key not in names)]
    return [(names.get(key, key), told[key]) for key in order]


def _figure(own: Quality, name: str) -> Figure:
    many, of = getattr(own, name), WORDS[name][1]
    return Figure(many, share(many, getattr(own, of)) if of else "")
