"""考勤文件: a register that was kept elsewhere, as a table: found in the file here, judged in `attendance.imported`."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from courses.attendance import imported
from courses.attendance.imported import Line
from courses.models import TrainingClass, User
from courses.refusals import Refused
from courses.rosters.columns import plain
from courses.rosters.files import read
from courses.rosters.grid import HEADER_WITHIN, Cell, Grid, letters
from courses.rosters.refusals import RosterRefused

FILE_BYTES = 2 * 1024 * 1024
KEY_LENGTH = 12
# Headings in the language of the forms; the first is the one of every message.
HEADINGS: dict[str, tuple[str, ...]] = {
    "class_number": ("班次编号", "班级编号", "班号"),
    "lesson": ("课次", "第几次课"),
    "person": ("学员", "学员编号", "卡号", "证件号码", "身份证号", "身份证号码"),
    "came": ("签到时间", "签到"),
    "left": ("签退时间", "签退"),
}
REQUIRED = ("class_number", "lesson", "person", "came")
KNOWN = {name: column for column, names in HEADINGS.items() for name in names}


class RegisterRefusal(StrEnum):
    TOO_BIG = "too_big"
    NOT_A_TABLE = "not_a_table"
    NO_HEADER = "no_header"
    NO_ROWS = "no_rows"


class RegisterRefused(Refused):
    """Nothing was written."""

    sentences = {
        RegisterRefusal.TOO_BIG: _("文件超过 2 MB，没有导入。请分成几个文件。"),
        RegisterRefusal.NOT_A_TABLE: _("这个文件不是表格，或打不开，没有导入。请另存为 xlsx 或 csv 再上传。"),
        RegisterRefusal.NO_HEADER: _("没有找到「%(names)s」这几列，没有导入。请在第一行写上列名。"),
        RegisterRefusal.NO_ROWS: _("列名下面没有内容，没有导入。请填好再上传。"),
    }


@dataclass(frozen=True)
class Taken:
    """What became of a file; each bad cell is told by its place."""

    rows: int
    wrote: int
    faults: tuple[str, ...]


def take_register(*, by: User, training_class: TrainingClass, content: bytes, now: datetime) -> Taken:
    """Keep every row of a file, or none. Refused with RegisterRefused: too large, no table, no heading, no row."""
    if len(content) > FILE_BYTES:
        raise RegisterRefused(RegisterRefusal.TOO_BIG)
    try:
        grid = read(content)
    except RosterRefused as refused:
        raise RegisterRefused(RegisterRefusal.NOT_A_TABLE) from refused
    header, places = _header(grid)
    rows = [row for row in sorted(grid.rows) if row > header]
    if not rows:
        raise RegisterRefused(RegisterRefusal.NO_ROWS)
    lines = [Line(row, *(_text(grid.rows[row].get(places.get(name, 0))) for name in HEADINGS)) for row in rows]
    key = hashlib.sha256(content).hexdigest()[:KEY_LENGTH]
    taken = imported.take(by=by, training_class=training_class, lines=lines, key=key, now=now)
    faults = tuple(f"{letters(places.get(one.field, 1))}{one.row} {one.words}" for one in taken.faults)
    return Taken(taken.rows, taken.wrote, faults)


def _header(grid: Grid) -> tuple[int, dict[str, int]]:
    for row in range(1, HEADER_WITHIN + 1):
        cells = sorted(grid.rows.get(row, {}).items(), reverse=True)
        places = {known: column for column, cell in cells if (known := KNOWN.get(plain(cell.text)))}
        if all(name in places for name in REQUIRED):
            return row, places
    raise RegisterRefused(RegisterRefusal.NO_HEADER, names="」「".join(HEADINGS[name][0] for name in REQUIRED))


def _text(cell: Cell | None) -> str:
    return cell.text if cell else ""
