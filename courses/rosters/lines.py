"""What one line of a roster says, cell by cell. Pure: lists and dates are passed in; nothing is looked up.

Each slip is named by its column and a sentence that never quotes a document number or a phone.
"""

import difflib
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _

from courses.models import Learner
from courses.people.documents import CheckedDocument, DocumentRefused, check
from courses.people.phones import PhoneRefused, normalise_mobile
from courses.rosters.columns import Column, heading, plain

EXACT_DIGITS = 15
SERIAL_DAYS = (1, 80_000)
DATE = re.compile(r"(\d{4})\D{0,2}(\d{1,2})\D{0,2}(\d{1,2})(?:\D.*)?")
COMPACT_DATE = re.compile(r"(\d{4})(\d{2})(\d{2})")
NUMBER = re.compile(r"[0-9]+(\.0+)?|[0-9](\.[0-9]+)?[eE]\+?[0-9]+")
SEXES = {"男": "1", "女": "2", "1": "1", "2": "2", "男性": "1", "女性": "2", "m": "1", "f": "2"}
# Usual short words for the entries of the list of education, by its keys (GB/T 4658).
EDUCATION_WORDS = {
    "博士": "11", "硕士": "14", "研究生": "14", "硕士研究生": "14", "本科": "21", "大本": "21", "大专": "31",
    "专科": "31", "中专": "41", "职高": "44", "技校": "47", "高中": "61",
}  # fmt: skip
EMPTY: Mapping[str, str] = {}
NAME_MOST = 60
EXAMPLE = "示例"
RESIDENT = "resident"


@dataclass(frozen=True)
class Problem:
    """`column` is empty where the line as a whole is meant."""

    column: str
    text: str


@dataclass(frozen=True)
class Lists:
    """Names of each reference list (as `plain` writes them) to keys, keys to rows, and what the roster belongs to."""

    kinds: Mapping[str, str]
    educations: Mapping[str, str]
    categories: Mapping[str, str]
    districts: Mapping[str, str]
    class_number: str
    today: date


@dataclass
class Line:
    name: str = ""
    document: CheckedDocument | None = None
    sex: str = Learner.Sex.UNKNOWN
    born_on: date | None = None
    education: str = ""
    category: str = ""
    district: str = ""
    phone: str = ""
    problems: list[Problem] = field(default_factory=list)

    def needs(self, column: str, text: str) -> None:
        """As `wrong`, unless the cell was found wrong already."""
        if all(problem.column != column for problem in self.problems):
            self.wrong(column, text)

    def wrong(self, column: str, text: str) -> None:
        self.problems.append(Problem(column, text))


def is_blank(cells: Mapping[str, Any]) -> bool:
    """Nothing but a serial number or the class: a line of the form that nobody filled in."""
    return not set(cells) - {Column.SERIAL, Column.CLASS_NUMBER}


def is_example(cells: Mapping[str, Any]) -> bool:
    return plain(_text(cells, Column.SERIAL)).startswith(EXAMPLE)


def parse(payload: Mapping[str, Any], lists: Lists) -> Line:
    """`payload`: {"cells": {column: [text, is number, is formula]}, "notes": [[column, sentence]], "epoch_1904"}."""
    cells = dict(payload["cells"])
    line = Line()
    for column, text in payload["notes"]:
        line.wrong(column, text)
    for column in (Column.NAME, Column.NUMBER, Column.PHONE):
        if column in cells and cells[column][2]:
            del cells[column]
            line.wrong(column, _("这一格是公式，不是填写的内容。请复制后「粘贴为数值」，再核对"))
    given = plain(_text(cells, Column.CLASS_NUMBER))
    if given and given.upper() != lists.class_number.upper():
        line.wrong(Column.CLASS_NUMBER, _("班级编号与所选班次不同。请核对文件是不是这个班的"))
    _read_name(cells, line)
    _read_document(cells, line, lists)
    _read_sex(cells, line)
    _read_birth_date(cells, line, lists.today, epoch_1904=payload.get("epoch_1904", False))
    _read_phone(cells, line)
    line.education = _choice(cells, line, Column.EDUCATION, lists.educations, EDUCATION_WORDS)
    line.category = _choice(cells, line, Column.CATEGORY, lists.categories)
    line.district = _choice(cells, line, Column.DISTRICT, lists.districts)
    return line


def _text(cells: Mapping[str, Any], column: str) -> str:
    return str(cells[column][0]).strip() if column in cells else ""


def _read_name(cells: Mapping[str, Any], line: Line) -> None:
    text = " ".join(_text(cells, Column.NAME).split())
    # Spread out to three characters' width, as forms do: 王　强.
    line.name = text if re.search(r"[A-Za-z]", text) else text.replace(" ", "")
    if not line.name:
        line.needs(Column.NAME, _("没有填姓名，请按证件填写。这一行如果是备注，请删去"))
    elif len(line.name) > NAME_MOST or re.search(r"\d", line.name):
        line.wrong(Column.NAME, _("姓名里有数字，或者太长，请按证件填写"))


def _read_document(cells: Mapping[str, Any], line: Line, lists: Lists) -> None:
    kind = _choice(cells, line, Column.KIND, lists.kinds, {"身份证": RESIDENT}) or RESIDENT
    text = _text(cells, Column.NUMBER)
    if Column.NUMBER in cells and cells[Column.NUMBER][1] and _digits(text) > EXACT_DIGITS:
        line.wrong(
            Column.NUMBER,
            _("这一格是数字格式，表格软件只保留前 15 位，后 3 位已经丢失。请把这一列设为文本，再照证件填 18 位号码"),
        )
        return
    try:
        line.document = check(kind, text, today=lists.today)
    except DocumentRefused as refusal:
        line.needs(Column.NUMBER, refusal.sentence)
        return
    line.sex = line.document.sex or line.sex
    line.born_on = line.document.birth_date


def _digits(text: str) -> int:
    """How many digits stand before the point of a number as a spreadsheet writes it: 3.7E+17 has eighteen."""
    return len(str(int(float(text)))) if NUMBER.fullmatch(text) and len(text) < 40 else 0


def _read_sex(cells: Mapping[str, Any], line: Line) -> None:
    text = plain(_text(cells, Column.SEX)).lower()
    if not text:
        return
    sex = SEXES.get(text)
    if sex is None:
        line.wrong(Column.SEX, _("请填「男」或「女」"))
    elif line.document is None or line.document.sex is None:
        line.sex = sex
    elif sex != line.document.sex:
        line.wrong(Column.SEX, _("与证件号码里的性别不同，请核对这两格"))


def _read_birth_date(cells: Mapping[str, Any], line: Line, today: date, *, epoch_1904: bool) -> None:
    text = unicodedata.normalize("NFKC", _text(cells, Column.BORN_ON))
    if not text:
        return
    born_on = read_date(text, epoch_1904=epoch_1904)
    if born_on is None or not date(1900, 1, 1) <= born_on <= today:
        line.wrong(Column.BORN_ON, _("看不出是哪一天，请写成 1990-01-31 这样"))
    elif line.document is None or line.document.birth_date is None:
        line.born_on = born_on
    elif born_on != line.document.birth_date:
        line.wrong(Column.BORN_ON, _("与证件号码里的出生日期不同，请核对这两格"))


def read_date(text: str, *, epoch_1904: bool = False) -> date | None:
    """1990-01-31, 1990年1月31日, 19900131, or the day number by which a spreadsheet keeps a date."""
    match = COMPACT_DATE.fullmatch(text.removesuffix(".0")) or DATE.fullmatch(text)
    try:
        if match:
            return date(int(match[1]), int(match[2]), int(match[3]))
        days = int(float(text))
    except ValueError:
        return None
    start = date(1904, 1, 1) if epoch_1904 else date(1899, 12, 30)
    return start + timedelta(days=days) if SERIAL_DAYS[0] <= days <= SERIAL_DAYS[1] else None


def _read_phone(cells: Mapping[str, Any], line: Line) -> None:
    text = _text(cells, Column.PHONE)
    if not text:
        return
    if cells[Column.PHONE][1] and NUMBER.fullmatch(text) and len(text) < 40:
        text = str(int(float(text)))
    try:
        line.phone = normalise_mobile(text)
    except PhoneRefused as refusal:
        line.wrong(Column.PHONE, refusal.sentence)


def _choice(
    cells: Mapping[str, Any],
    line: Line,
    column: Column,
    choices: Mapping[str, str],
    short: Mapping[str, str] = EMPTY,
) -> str:
    """The key of what a list offers; the nearest name is proposed, never taken."""
    text = plain(_text(cells, column))
    if not text:
        return ""
    if text in choices or text in short:
        return choices.get(text) or short[text]
    near = difflib.get_close_matches(text, choices, n=1, cutoff=0.5)
    values = {"value": text[:20], "near": near[0] if near else "", "column": heading(column)}
    if near:
        line.wrong(column, _("没有「%(value)s」这一项，是不是「%(near)s」？请从下拉表里选") % values)
    else:
        line.wrong(column, _("没有「%(value)s」这一项，请从下拉表里选%(column)s") % values)
    return ""
