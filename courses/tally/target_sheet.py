"""A sheet of targets, pasted from a spreadsheet: every line is read before one target is set, each fault named.

The first line names the columns, in any order: 区市, 机构编号, 品牌, 项目编号, 目标线, 人次; all but the last two may be
missing. A place goes by its key or by its Chinese name.
"""

from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from courses.models import Brand, District, Line
from courses.refusals import Refused
from courses.tally.targets import AMOUNT_MAX, Cell, Known, TargetRefused

ROWS_MAX = 2_000
FAULTS_SHOWN = 50
COLUMNS = {
    "district": ("区市", "区县", "district"),
    "institution": ("机构编号", "机构", "institution"),
    "brand": ("品牌", "brand"),
    "project": ("项目编号", "项目", "project"),
    "line": ("目标线", "line"),
    "amount": ("人次", "目标", "amount"),
}
NEEDED = ("line", "amount")
LINES = {
    **dict.fromkeys(("职业技能培训", "技能培训", "技能", "skills"), Line.SKILLS),
    **dict.fromkeys(("创业培训", "创业", "entrepreneurship"), Line.ENTREPRENEURSHIP),
}
WHOLE_CITY = ("", "全市", "city")


class SheetRefusal(StrEnum):
    NO_HEADER = "no_header"
    NO_ROWS = "no_rows"
    TOO_MANY_ROWS = "too_many_rows"


class SheetRefused(Refused):
    sentences = {
        SheetRefusal.NO_HEADER: gettext_lazy("第一行没有「目标线」和「人次」两列，未保存。请连同列名一起粘贴。"),
        SheetRefusal.NO_ROWS: gettext_lazy("列名下面没有内容，未保存。请连同列名一起粘贴。"),
        SheetRefusal.TOO_MANY_ROWS: gettext_lazy("超过 %(limit)s 行，未保存。请分几次粘贴。"),
    }


@dataclass(frozen=True)
class Fault:
    """One line that cannot be taken: its number as the spreadsheet counts it, and what to do."""

    row: int
    sentence: str | Promise


@dataclass(frozen=True)
class Sheet:
    amounts: dict[Cell, int]
    faults: list[Fault]


class _Bad(Exception):
    def __init__(self, sentence: str) -> None:
        self.sentence = sentence


def read_sheet(*, text: str) -> Sheet:
    """The amounts of a sheet, and what is wrong with it; six statements whatever its length.

    Refused with SheetRefused: no header, no rows, too many.
    """
    rows = [line.split("\t") for line in text.replace("\r\n", "\n").strip("\n").split("\n")]
    places = _header(rows[0])
    if not any(any(cell.strip() for cell in row) for row in rows[1:]):
        raise SheetRefused(SheetRefusal.NO_ROWS)
    if len(rows) > ROWS_MAX + 1:
        raise SheetRefused(SheetRefusal.TOO_MANY_ROWS, limit=ROWS_MAX)
    names = _Names.read()
    found: dict[Cell, tuple[int, int]] = {}
    faults: list[Fault] = []
    for number, row in enumerate(rows[1:], start=2):
        told = {name: row[place].strip() for name, place in places.items() if place < len(row)}
        if not any(told.values()):
            continue
        try:
            cell, amount = _line(told, names)
            if cell in found:
                raise _Bad(_("与第 %(row)s 行重复，请留一行。") % {"row": found[cell][0]})
            found[cell] = (number, amount)
        except _Bad as bad:
            faults.append(Fault(number, bad.sentence))
    faults += _unknown(found)
    return Sheet({cell: amount for cell, (_row, amount) in found.items()}, sorted(faults, key=lambda one: one.row))


def _header(row: list[str]) -> dict[str, int]:
    given = {"".join(cell.split()).lower(): place for place, cell in enumerate(row)}
    places = {
        name: given[word] for name, words in COLUMNS.items() for word in reversed(words) if word in given
    }  # fmt: skip
    if any(name not in places for name in NEEDED):
        raise SheetRefused(SheetRefusal.NO_HEADER)
    return places


@dataclass(frozen=True)
class _Names:
    """Keys of districts and brands by key and by name."""

    districts: dict[str, str]
    brands: dict[str, str]

    @classmethod
    def read(cls) -> "_Names":
        return cls(
            _by_name(District.objects.values_list("key", "name")), _by_name(Brand.objects.values_list("key", "name"))
        )


def _by_name(rows: object) -> dict[str, str]:
    return {word: key for key, name in rows for word in (key, name)}  # type: ignore[attr-defined]


def _line(told: dict[str, str], names: _Names) -> tuple[Cell, int]:
    line = LINES.get(told["line"].lower())
    if line is None:
        raise _Bad(_("目标线只能是「技能」或「创业」。"))
    digits = told.get("amount", "").replace(",", "").replace("，", "")
    if not (digits.isascii() and digits.isdigit() and int(digits) <= AMOUNT_MAX):
        raise _Bad(_("人次不是 0 到 1,000,000 的整数。"))
    district = "" if told.get("district", "") in WHOLE_CITY else told["district"]
    return (
        Cell(
            line=line.value,
            district=_key(names.districts, district),
            institution=told.get("institution", ""),
            brand=_key(names.brands, told.get("brand", "")),
            project=told.get("project", ""),
        ),
        int(digits),
    )


def _key(known: dict[str, str], word: str) -> str:
    if word and word not in known:
        raise _Bad(_("没有「%(key)s」，请核对名称。") % {"key": word[:40]})
    return known.get(word, "")


def _unknown(found: dict[Cell, tuple[int, int]]) -> list[Fault]:
    known = Known.read(dict.fromkeys(found))
    faults = []
    for cell, (row, _amount) in found.items():
        try:
            known.check(cell)
        except TargetRefused as refusal:
            faults.append(Fault(row, refusal.sentence))
    return faults
