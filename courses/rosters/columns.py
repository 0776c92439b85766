"""The columns of form A (学员花名册) that an import reads, and how a heading is recognised.

Headings are those of the official form, in its own language. What an import does not need is not taken in: other
columns may stand in the file and are named as left out. Source: domain §5.4 A.
"""

import re
import unicodedata
from enum import StrEnum

from courses.rosters.grid import HEADER_WITHIN, Cell, Grid
from courses.rosters.refusals import RosterRefusal, RosterRefused


class Column(StrEnum):
    SERIAL = "serial"
    CLASS_NUMBER = "class_number"
    NAME = "name"
    SEX = "sex"
    KIND = "kind"
    NUMBER = "number"
    BORN_ON = "born_on"
    EDUCATION = "education"
    CATEGORY = "category"
    DISTRICT = "district"
    PHONE = "phone"


# The first is the heading of the template and of every message.
HEADINGS: dict[Column, tuple[str, ...]] = {
    Column.SERIAL: ("序号",),
    Column.CLASS_NUMBER: ("班级编号", "班次编号", "班号"),
    Column.NAME: ("姓名", "学员姓名"),
    Column.SEX: ("性别",),
    Column.KIND: ("证件类型", "证件种类"),
    Column.NUMBER: ("证件号码", "身份证号码", "身份证号", "居民身份证号码", "公民身份号码", "证件号"),
    Column.BORN_ON: ("出生日期", "出生年月日"),
    Column.EDUCATION: ("文化程度", "学历"),
    Column.CATEGORY: ("人员类别", "人员类型"),
    Column.DISTRICT: ("常住区市", "所在区市"),
    Column.PHONE: ("联系电话", "手机号", "手机号码", "联系方式", "电话"),
}
REQUIRED = (Column.NAME, Column.NUMBER)
KNOWN = {alias: column for column, aliases in HEADINGS.items() for alias in aliases}
ASIDE = re.compile(r"\(.*?\)|[*:]")


def heading(column: str) -> str:
    return HEADINGS[Column(column)][0]


def plain(text: str) -> str:
    """Half width, without spaces and invisible marks: how a heading or a choice is compared."""
    text = unicodedata.normalize("NFKC", text)
    return "".join(c for c in text if not c.isspace() and unicodedata.category(c) != "Cf")


def find_header(grid: Grid) -> tuple[int, dict[Column, int], list[str]]:
    """The row of the headings, where each column stands, and the headings that are not read.

    Refused with RosterRefused: none within the first rows, one that is needed missing, one that stands twice.
    """
    best, row_of_best = 0, 0
    for row in range(1, HEADER_WITHIN + 1):
        found = sum(_known(cell) is not None for cell in grid.rows.get(row, {}).values())
        if found > best:
            best, row_of_best = found, row
    if best < len(REQUIRED):
        raise RosterRefused(RosterRefusal.NO_HEADER, limit=HEADER_WITHIN)
    places: dict[Column, int] = {}
    unread: list[str] = []
    for column, cell in sorted(grid.rows[row_of_best].items()):
        known = _known(cell)
        if known is None:
            unread.append(cell.text[:20])
        elif known in places:
            raise RosterRefused(RosterRefusal.HEADING_TWICE, names=heading(known))
        else:
            places[known] = column
    missing = [heading(column) for column in REQUIRED if column not in places]
    if missing:
        raise RosterRefused(RosterRefusal.HEADING_MISSING, names="」「".join(missing))
    return row_of_best, places, unread


def _known(cell: Cell) -> Column | None:
    return KNOWN.get(ASIDE.sub("", plain(cell.text)))
