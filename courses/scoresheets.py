"""成绩表: a workbook of one class to fill in, and its way back. Every cell is read before a score is written.

With a single bad cell nothing is written, and the same table goes back with what is wrong behind each line.
"""

import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import IO, Any

import xlsxwriter
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from courses import scores
from courses.exports import OPTIONS
from courses.models import Enrolment, Score, TrainingClass, User
from courses.outgoing import Given, record_given
from courses.refusals import Refused
from courses.rosters.files import read
from courses.rosters.grid import HEADER_WITHIN, Grid
from courses.rosters.refusals import RosterRefused
from courses.scores import ScoreRefused

FILE_BYTES = 2 * 1024 * 1024
# The headings are those of the official form, in its own language.
NUMBER, NAME, REASON, PROBLEM = "报名编号", "姓名", "修改原因", "问题"
PARTS: dict[str, str] = {Score.Part.THEORY: "理论成绩", Score.Part.PRACTICE: "实操成绩", Score.Part.TOTAL: "综合成绩"}


class SheetRefusal(StrEnum):
    TOO_BIG = "too_big"
    NOT_A_TABLE = "not_a_table"
    NO_HEADER = "no_header"
    NO_LINES = "no_lines"


class SheetRefused(Refused):
    """Nothing was written."""

    sentences = {
        SheetRefusal.TOO_BIG: _("文件超过 2 MB，没有导入。请用下载的成绩表填写。"),
        SheetRefusal.NOT_A_TABLE: _("这个文件不是表格，或打不开，没有导入。请用下载的成绩表填写。"),
        SheetRefusal.NO_HEADER: _("没有找到「报名编号」和成绩列，没有导入。请用下载的成绩表填写。"),
        SheetRefusal.NO_LINES: _("表里没有成绩，没有导入。请填好再上传。"),
    }


@dataclass
class Reading:
    """What a file holds: points by enrolment and part, and what is wrong by row. Written only without a fault."""

    points: dict[int, tuple[str, dict[str, int], str]] = field(default_factory=dict)
    faults: dict[int, list[str]] = field(default_factory=dict)
    written: int = 0

    def wrong(self, row: int, words: str) -> None:
        self.faults.setdefault(row, []).append(words)


def template(*, by: User, training_class: TrainingClass, now: datetime) -> Given:
    """The class's list with the scores that hold, to be filled in; names are in full."""
    rows = list(_admitted(training_class))
    held = scores.standing(enrolments=rows)
    lines = [[NUMBER, NAME, *PARTS.values(), REASON]]
    for row in rows:
        points = held.get(row.pk, {})
        filled = [f"{points[part] / 10:g}" if part in points else "" for part in PARTS]
        lines.append([row.number, row.learner.name, *filled, ""])
    file = _workbook({(y, x): text for y, line in enumerate(lines) for x, text in enumerate(line)})
    return _given(file, _("成绩表-%(number)s"), training_class, len(rows), by, now)


def _given(file: IO[bytes], name: Any, training_class: TrainingClass, rows: int, by: User, now: datetime) -> Given:
    own = {"class": training_class.number}
    export = record_given(
        form="scores", kind="xlsx", filters=own, rows=rows, by=by, now=now, file=file, purpose="填写成绩"
    )
    return Given(file, export, name % {"number": training_class.number})


def take(*, by: User, training_class: TrainingClass, content: bytes, now: datetime) -> tuple[Reading, Given | None]:
    """Write every score of a file, or none; with faults the table goes back with them written in.

    Refused with SheetRefused: too large, no table, no heading, no line.
    """
    if len(content) > FILE_BYTES:
        raise SheetRefused(SheetRefusal.TOO_BIG)
    try:
        grid = read(content)
    except RosterRefused as refused:
        raise SheetRefused(SheetRefusal.NOT_A_TABLE) from refused
    header, places = _header(grid)
    enrolments = {row.number: row for row in _admitted(training_class)}
    reading = _read(grid, header, places, enrolments)
    if not reading.faults:
        _write(by, reading, enrolments, now)
    if not reading.faults:
        return reading, None
    back, rows = _with_faults(grid, header, reading), sum(row > header for row in grid.rows)
    return reading, _given(back, _("成绩表-有问题-%(number)s"), training_class, rows, by, now)


def _admitted(training_class: TrainingClass) -> list[Enrolment]:
    rows = Enrolment.objects.filter(training_class=training_class, status=Enrolment.Status.ADMITTED)
    return list(rows.select_related("learner", "training_class").order_by("arrival_no"))


def _header(grid: Grid) -> tuple[int, dict[str, int]]:
    for row in sorted(grid.rows):
        if row > HEADER_WITHIN:
            break
        places = {"".join(cell.text.split()): column for column, cell in grid.rows[row].items()}
        if NUMBER in places and any(words in places for words in PARTS.values()):
            return row, places
    raise SheetRefused(SheetRefusal.NO_HEADER)


def _read(grid: Grid, header: int, places: Mapping[str, int], enrolments: Mapping[str, Enrolment]) -> Reading:
    reading = Reading()
    seen: set[str] = set()

    def text(row: int, words: str) -> str:
        cell = grid.rows[row].get(places.get(words, 0))
        return cell.text if cell else ""

    for row in sorted(row for row in grid.rows if row > header):
        given = {part: text(row, words) for part, words in PARTS.items() if text(row, words)}
        number = text(row, NUMBER)
        own = enrolments.get(number)
        if own is None:
            reading.wrong(row, str(_("报名编号不在本班录取名单里")))
        elif text(row, NAME) and text(row, NAME) != own.learner.name:
            reading.wrong(row, str(_("姓名与报名编号不符")))
        if number in seen:
            reading.wrong(row, str(_("报名编号重复")))
        seen.add(number)
        points = {
            part: found for part, value in given.items() if (found := _points(reading, row, part, value)) is not None
        }
        if points:
            reading.points[row] = (number, points, text(row, REASON))
    if not reading.points and not reading.faults:
        raise SheetRefused(SheetRefusal.NO_LINES)
    return reading


def _points(reading: Reading, row: int, part: str, value: str) -> int | None:
    try:
        return scores.read_points(value)
    except ScoreRefused:
        reading.wrong(row, str(_("%(column)s应在 0 到 100 之间，最多一位小数")) % {"column": PARTS[part]})
        return None


def _write(by: User, reading: Reading, enrolments: Mapping[str, Enrolment], now: datetime) -> None:
    with transaction.atomic():
        for row, (number, points, reason) in reading.points.items():
            try:
                written = scores.record(by=by, enrolment=enrolments[number], points=points, reason=reason, now=now)
                reading.written += len(written)
            except ScoreRefused as refusal:
                reading.wrong(row, refusal.sentence)
        if reading.faults:
            reading.written = 0
            transaction.set_rollback(True)


def _with_faults(grid: Grid, header: int, reading: Reading) -> IO[bytes]:
    cells = {(row - 1, column - 1): cell.text for row, line in grid.rows.items() for column, cell in line.items()}
    last = max(column for _row, column in cells) + 1
    cells[(header - 1, last)] = PROBLEM
    for row, words in reading.faults.items():
        cells[(row - 1, last)] = "；".join(words)
    return _workbook(cells)


def _workbook(cells: Mapping[tuple[int, int], str]) -> IO[bytes]:
    """Text in every cell, so that nothing in it can run."""
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {**OPTIONS, "constant_memory": False, "in_memory": True})
    page = book.add_worksheet("成绩")
    text = book.add_format({"num_format": "@"})
    page.set_column(0, max(column for _row, column in cells), 18, text)
    for (row, column), words in cells.items():
        page.write_string(row, column, words, text)
    book.close()
    file.seek(0)
    return file
