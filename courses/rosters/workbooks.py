"""The template of form A for one class, and a copy of an uploaded file with its problems written in."""

import io
from datetime import datetime
from typing import IO, Any

import openpyxl
import xlsxwriter
from django.utils.translation import gettext as _
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.cell_range import CellRange

from courses.models import (
    District,
    DocumentKind,
    EducationLevel,
    LearnerCategory,
    RosterImport,
    TrainingClass,
    User,
)
from courses.outgoing import Given, record_given
from courses.rosters.columns import HEADINGS, Column
from courses.rosters.files import read
from courses.rosters.keeping import kept
from courses.rosters.lines import EXAMPLE
from courses.rosters.refusals import RosterRefusal, RosterRefused
from courses.rosters.staging import slips

RED = PatternFill("solid", start_color="FFF3C7C2")
WORDS = Font(color="FFB3261E")
PROBLEMS = "问题"
ROOM = 500
NARROW, WIDE = 12, 24
WIDTHS = {Column.NUMBER: WIDE, Column.CATEGORY: WIDE, Column.CLASS_NUMBER: 20, Column.KIND: 20, Column.PHONE: 16}


def template(*, training_class: TrainingClass) -> IO[bytes]:
    """A workbook to fill in: text columns, drop-downs from the reference lists, one example line that is not read."""
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    page = book.add_worksheet("学员花名册")
    lists = book.add_worksheet("代码表")
    text, head = (
        book.add_format({"num_format": "@"}),
        book.add_format({"bold": True, "bottom": 2, "bg_color": "#E8EFF3"}),
    )
    grey = book.add_format({"num_format": "@", "italic": True, "font_color": "#6B7780"})
    choices = _choices()
    for place, column in enumerate(Column):
        page.set_column(place, place, WIDTHS.get(column, NARROW), text)
        page.write_string(0, place, HEADINGS[column][0], head)
        page.write_string(1, place, _example(training_class)[column], grey)
        names = choices.get(column, [])
        for row, name in enumerate(names):
            lists.write_string(row, place, name)
        if names:
            letter = get_column_letter(place + 1)
            source = f"='代码表'!${letter}$1:${letter}${len(names)}"
            page.data_validation(1, place, ROOM, place, {"validate": "list", "source": source})
    page.freeze_panes(1, 0)
    page.write_comment(
        0, list(Column).index(Column.NUMBER), "按证件照填，18 位，末位 X 大写。这一列是文本，请勿改成数字。"
    )
    book.close()
    file.seek(0)
    return file


def _choices() -> dict[Column, list[str]]:
    return {
        Column.SEX: ["男", "女"],
        Column.KIND: list(DocumentKind.objects.values_list("name", flat=True)),
        Column.EDUCATION: list(EducationLevel.objects.values_list("name", flat=True)),
        Column.CATEGORY: list(LearnerCategory.objects.values_list("name", flat=True)),
        Column.DISTRICT: list(District.objects.values_list("name", flat=True)),
    }


def _example(training_class: TrainingClass) -> dict[Column, str]:
    """A number of the right form from a region that is not assigned; it stands in no citizen's document."""
    return dict.fromkeys(Column, "") | {
        Column.SERIAL: f"{EXAMPLE}，不导入",
        Column.CLASS_NUMBER: training_class.number,
        Column.NAME: "张示例",
        Column.SEX: "女",
        Column.KIND: "居民身份证",
        Column.NUMBER: "370699199001010024",
        Column.BORN_ON: "1990-01-01",
        Column.PHONE: "19900000000",
    }


def with_problems(*, roster: RosterImport, by: User, now: datetime) -> Given:
    """The same workbook with one more column that says what is wrong, and the bad cells in red; text files become xlsx.

    Refused with RosterRefused where the file was cleared away.
    """
    content = kept(roster=roster)
    xlsx = content.startswith(b"PK")
    try:
        book = openpyxl.load_workbook(io.BytesIO(content)) if xlsx else _as_workbook(content)
        page = next(sheet for sheet in book.worksheets if sheet.sheet_state == "visible")
    except RosterRefused:
        raise
    except Exception as error:  # a library that met a file it cannot write again
        raise RosterRefused(RosterRefusal.NOT_A_TABLE) from error
    rows, file = _write_problems(page, roster), io.BytesIO()
    book.save(file)
    export = record_given(
        form="roster_fix", kind="xlsx", filters={"class": roster.training_class.number, "roster": roster.number},
        rows=rows, by=by, now=now, file=file, purpose="改正名单",
    )  # fmt: skip
    return Given(file, export, _("名单-待改-%(number)s") % {"number": roster.training_class.number})


def _as_workbook(content: bytes) -> Any:
    book = openpyxl.Workbook()
    page = book.worksheets[0]
    for row, line in read(content).rows.items():
        for column, cell in line.items():
            _put(page, row, column, cell.text)
    return book


def _put(page: Any, row: int, column: int, text: str) -> Any:
    """Always text: what begins like a formula stays what it is."""
    cell = page.cell(row=row, column=column)
    cell.value = openpyxl.cell.cell.ILLEGAL_CHARACTERS_RE.sub("", text)
    cell.data_type = "s"
    cell.number_format = "@"
    return cell


def _write_problems(page: Any, roster: RosterImport) -> int:
    """Gives how many lines have something to mend."""
    for area in [str(area) for area in page.merged_cells.ranges]:
        # A merged cell takes neither colour nor words, and is to be split anyway.
        if CellRange(area).max_row > roster.header_row:
            page.unmerge_cells(area)
    said: dict[int, list[str]] = {}
    for slip in slips(roster=roster):
        said.setdefault(slip.row_no, []).append(f"{slip.heading}：{slip.text}" if slip.heading else slip.text)
        if slip.cell:
            page[slip.cell].fill = RED
    last = _free_column(page, roster.header_row)
    _put(page, roster.header_row, last, PROBLEMS)
    page.column_dimensions[get_column_letter(last)].width = 60
    for row, texts in said.items():
        _put(page, row, last, "；".join(texts)).font = WORDS
    return len(said)


def _free_column(page: Any, header_row: int) -> int:
    """Behind the last heading, or the column of an earlier answer."""
    headings = [cell.value for cell in page[header_row]]
    if PROBLEMS in headings:
        return headings.index(PROBLEMS) + 1
    filled = [place for place, value in enumerate(headings, start=1) if value not in (None, "")]
    return max(filled, default=0) + 1
