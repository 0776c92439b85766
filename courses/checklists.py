"""批量核验: a table of certificate numbers and names comes in, the same table goes back with a verdict on each line.

Nothing of the file is kept. What goes back is text in every cell, whatever it began with, so nothing in it can run.
"""

import io
from datetime import date, datetime
from enum import StrEnum
from typing import IO

import xlsxwriter
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from courses import certificates
from courses.certificates import Checked
from courses.exports import OPTIONS
from courses.refusals import Refused
from courses.rosters.files import read
from courses.rosters.grid import HEADER_WITHIN, Grid
from courses.rosters.refusals import RosterRefused

FILE_BYTES = 2 * 1024 * 1024
LINES = 500
NUMBERS = {"证书编号", "编号", "证书号", "certificatenumber", "number"}
NAMES = {"姓名", "持证人", "持证人姓名", "name", "holder"}
VERDICT = gettext_lazy("核验结果")


class ListRefusal(StrEnum):
    TOO_BIG = "too_big"
    NOT_A_TABLE = "not_a_table"
    NO_HEADER = "no_header"
    NO_LINES = "no_lines"
    TOO_MANY = "too_many"


class ListRefused(Refused):
    """Nothing was checked."""

    sentences = {
        ListRefusal.TOO_BIG: gettext_lazy("文件超过 2 MB，没有核验。请去掉图片，或分成几个文件。"),
        ListRefusal.NOT_A_TABLE: gettext_lazy("这个文件不是表格，或打不开，没有核验。请另存为 xlsx 或 csv 再上传。"),
        ListRefusal.NO_HEADER: gettext_lazy("没有找到「证书编号」和「姓名」两列，没有核验。请补上表头再上传。"),
        ListRefusal.NO_LINES: gettext_lazy("表头下面没有编号，没有核验。请填好再上传。"),
        ListRefusal.TOO_MANY: gettext_lazy("超过 %(limit)s 行，没有核验。请分成几个文件。"),
    }


def answer(*, content: bytes, now: datetime) -> IO[bytes]:
    """The workbook with verdict, course, institution and day of issue behind each line; xlsx, whatever came in.

    A number that is not ours and a name that is not its holder's read the same. Refused with ListRefused: too large,
    no table, no heading, no line or more than LINES.
    """
    if len(content) > FILE_BYTES:
        raise ListRefused(ListRefusal.TOO_BIG)
    try:
        grid = read(content)
    except RosterRefused as refused:
        raise ListRefused(ListRefusal.NOT_A_TABLE) from refused
    header, number_at, name_at = _header(grid)
    lines = [row for row in sorted(grid.rows) if row > header and number_at in grid.rows[row]]
    if not lines:
        raise ListRefused(ListRefusal.NO_LINES)
    if len(lines) > LINES:
        raise ListRefused(ListRefusal.TOO_MANY, limit=LINES)
    asked = [(_text(grid, row, number_at), _text(grid, row, name_at)) for row in lines]
    verdicts = dict(zip(lines, certificates.check_many(asked=asked, now=now), strict=True))
    return _written(grid, header, verdicts)


def _header(grid: Grid) -> tuple[int, int, int]:
    for row in sorted(grid.rows):
        if row > HEADER_WITHIN:
            break
        words = {"".join(cell.text.split()).casefold(): column for column, cell in grid.rows[row].items()}
        number = next((words[word] for word in words if word in NUMBERS), None)
        name = next((words[word] for word in words if word in NAMES), None)
        if number and name:
            return row, number, name
    raise ListRefused(ListRefusal.NO_HEADER)


def _text(grid: Grid, row: int, column: int) -> str:
    cell = grid.rows[row].get(column)
    return cell.text if cell else ""


def _written(grid: Grid, header: int, verdicts: dict[int, Checked | None]) -> IO[bytes]:
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {**OPTIONS, "constant_memory": False, "in_memory": True})
    page = book.add_worksheet(_("核验"))
    text, bold = book.add_format({"num_format": "@"}), book.add_format({"bold": True, "bottom": 2})
    last = max(max(line) for line in grid.rows.values())
    page.set_column(0, last + 3, 18)
    for row, line in grid.rows.items():
        for column, cell in line.items():
            page.write_string(row - 1, column - 1, cell.text, bold if row == header else text)
    for place, words in enumerate((str(VERDICT), _("课程"), _("机构"), _("发证日期"))):
        page.write_string(header - 1, last + place, words, bold)
    for row, checked in verdicts.items():
        for place, words in enumerate(_verdict(checked)):
            page.write_string(row - 1, last + place, words, text)
    book.close()
    file.seek(0)
    return file


def _verdict(checked: Checked | None) -> tuple[str, str, str, str]:
    if checked is None:
        return _("没有查到，请核对编号和姓名"), "", "", ""
    issued_on = date.fromisoformat(checked.fields["issued_on"]).isoformat()
    return checked.words, checked.fields["course"], checked.fields["institution"], issued_on
