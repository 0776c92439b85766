"""A timetable from a spreadsheet: every cell is read before a lesson is written, each bad cell named by row and column.

The columns are those that institutions know (上课日期 … 教材名称及出版社单位), in any order, under a title or not;
理论/实操 may be added, else a lesson is practice where its content says so. Times are those of Asia/Shanghai.
"""

import io
import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise
from pathlib import Path
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from courses import policy as policies
from courses.classes.planning import LessonPlan, reschedule
from courses.models import Institution, Lesson, Post, TrainingClass, User
from courses.people.documents import DocumentRefused, check
from courses.policy import CITY_TIME, Policy
from courses.refusals import Refused

MAX_BYTES = 2_000_000
MAX_UNPACKED = 40_000_000
MAX_ROWS = 300
# Lines and columns that a sheet may reach over, empty ones within included.
MAX_HEIGHT = 2_000
MAX_WIDTH = 100
MAX_PARTS = 1_000
SHEET = Path(__file__).with_name("sheet.py")
SHEET_SECONDS = 20
HEADER_WITHIN = 10
HALF_A_MINUTE = 0.5
KINDS: dict[str, Callable[[Any], Any]] = {
    "text": str,
    "number": float,
    "moment": datetime.fromisoformat,
    "day": date.fromisoformat,
    "time": time.fromisoformat,
}
# As the form writes them, in whichever language the page is read.
PARTS = {Lesson.Part.THEORY: "理论", Lesson.Part.PRACTICE: "实操"}
SERIAL_ZERO = datetime(1899, 12, 30)  # noqa: DTZ001 (the day from which spreadsheets count)


class TimetableRefusal(StrEnum):
    NOT_A_WORKBOOK = "not_a_workbook"
    TOO_LARGE = "too_large"
    NO_HEADER = "no_header"
    NO_ROWS = "no_rows"
    TOO_MANY_ROWS = "too_many_rows"
    TOO_WIDE = "too_wide"


class TimetableRefused(Refused):
    sentences = {
        TimetableRefusal.NOT_A_WORKBOOK: gettext_lazy("这个文件打不开，未导入。请另存为 Excel（.xlsx）后再传。"),
        TimetableRefusal.TOO_LARGE: gettext_lazy("文件太大，未导入。课程表请不要超过 2 MB，也不要带图片。"),
        TimetableRefusal.NO_HEADER: gettext_lazy("没有找到这些列：%(columns)s，未导入。请对照列名改好后再传。"),
        TimetableRefusal.NO_ROWS: gettext_lazy("表里没有课次，未导入。请填好后再传。"),
        TimetableRefusal.TOO_MANY_ROWS: gettext_lazy("课次超过 %(limit)s 行，未导入。请核对后再传。"),
        TimetableRefusal.TOO_WIDE: gettext_lazy("表格超过 %(limit)s 列，未导入。请删去右边多余的列后再传。"),
    }


@dataclass(frozen=True)
class Column:
    name: str
    aliases: frozenset[str]
    required: bool = True


def _column(name: str, *aliases: str, required: bool = True) -> Column:
    return Column(name, frozenset({name, *aliases}), required)


COLUMNS: dict[str, Column] = {
    "date": _column("上课日期", "日期"),
    "title": _column("课别(上课内容)", "课别", "上课内容"),
    "hours": _column("课时", "学时"),
    "starts": _column("上课开始时间", "开始时间"),
    "ends": _column("上课结束时间", "结束时间"),
    "room": _column("上课地点(教室名称)", "上课地点", "教室名称"),
    "trainer": _column("培训教师", "教师"),
    "trainer_id": _column("教师身份证号", required=False),
    "materials": _column("教材名称及出版社单位", "教材名称及出版社", required=False),
    "part": _column("理论/实操", "授课类型", required=False),
}


@dataclass(frozen=True)
class Fault:
    """One bad cell: its row as the spreadsheet counts it, its column by name, what is wrong; never its value."""

    row: int
    column: str
    sentence: str | Promise


@dataclass(frozen=True)
class Reading:
    lessons: list[LessonPlan]
    faults: list[Fault]


class _Bad(Exception):
    def __init__(self, sentence: str) -> None:
        self.sentence = sentence


def import_timetable(*, by: User, training_class: TrainingClass, content: bytes, now: datetime) -> Reading:
    """Replace a draft's timetable by that of a file. With a single fault nothing is written.

    Refused with TimetableRefused: not a readable workbook, or one without the columns; with ClassRefused: under review.
    """
    reading = read_timetable(content=content, institution=training_class.institution, now=now)
    if not reading.faults:
        reschedule(by=by, training_class=training_class, lessons=reading.lessons, now=now)
    return reading


def read_timetable(*, content: bytes, institution: Institution, now: datetime) -> Reading:
    """Every cell of the file, read and checked; nothing is written."""
    rows = _rows(content)
    at, places = _header(rows)
    filled = [(number, row) for number, row in enumerate(rows[at + 1 :], start=at + 2) if any(map(_text, row))]
    if not filled:
        raise TimetableRefused(TimetableRefusal.NO_ROWS)
    if len(filled) > MAX_ROWS:
        raise TimetableRefused(TimetableRefusal.TOO_MANY_ROWS, limit=MAX_ROWS)
    today = policies.local_date(now)
    reader = _Reader(places, _trainers(institution, now), today, policies.current(on=today))
    read = [(number, reader.lesson(number, row)) for number, row in filled]
    lessons = [(number, lesson) for number, lesson in read if lesson is not None]
    faults = [*reader.faults, *_overlaps(lessons)]
    return Reading([lesson for _number, lesson in lessons], sorted(faults, key=lambda fault: fault.row))


def _rows(content: bytes) -> list[list[Any]]:
    """The first sheet, from its first row. What unpacks to more than a timetable can be is not unpacked.

    Read by `sheet.py` in a process of its own: whatever a file does to a reader, it does not do to the service.
    """
    if len(content) > MAX_BYTES:
        raise TimetableRefused(TimetableRefusal.TOO_LARGE)
    try:
        if zipfile.is_zipfile(io.BytesIO(content)):
            with zipfile.ZipFile(io.BytesIO(content)) as packed:
                parts = packed.infolist()
                if len(parts) > MAX_PARTS or sum(entry.file_size for entry in parts) > MAX_UNPACKED:
                    raise TimetableRefused(TimetableRefusal.TOO_LARGE)
        done = subprocess.run(  # noqa: S603 (our own file, by our own interpreter)
            [sys.executable, "-I", str(SHEET), str(MAX_HEIGHT), str(MAX_WIDTH)],
            input=content, capture_output=True, timeout=SHEET_SECONDS, check=True,
        )  # fmt: skip
        told = json.loads(done.stdout)
    except (subprocess.SubprocessError, zipfile.BadZipFile, OSError, ValueError):
        raise TimetableRefused(TimetableRefusal.NOT_A_WORKBOOK) from None
    if "refused" in told:
        code = TimetableRefusal(told["refused"])
        raise TimetableRefused(code, limit=MAX_WIDTH if code == TimetableRefusal.TOO_WIDE else MAX_ROWS)
    return [[KINDS[kind](value) for kind, value in row] for row in told["rows"]]


def _header(rows: Sequence[Sequence[Any]]) -> tuple[int, dict[str, int]]:
    """Where the header stands, and the place of each column; the row that has the most of them is the header."""
    best: tuple[int, dict[str, int]] = (0, {})
    for at, row in enumerate(rows[:HEADER_WITHIN]):
        names = [_text(cell).replace(" ", "").replace("（", "(").replace("）", ")") for cell in row]
        places = {
            key: place
            for key, column in COLUMNS.items()
            if (place := next((n for n, name in enumerate(names) if name in column.aliases), None)) is not None
        }
        if len(places) > len(best[1]):
            best = (at, places)
    missing = [column.name for key, column in COLUMNS.items() if column.required and key not in best[1]]
    if missing:
        raise TimetableRefused(TimetableRefusal.NO_HEADER, columns="、".join(missing))
    return best


def _trainers(institution: Institution, now: datetime) -> dict[str, list[User]]:
    """The institution's trainers by name and by account."""
    found: dict[str, list[User]] = {}
    posts = Post.objects.filter(Post.in_force(now), role=Post.Role.TRAINER, institution=institution)
    for user in User.objects.filter(is_active=True, pk__in=posts.values("user")).order_by("pk"):
        for key in {user.name, user.username} - {""}:
            found.setdefault(key, []).append(user)
    return found


def _overlaps(lessons: list[tuple[int, LessonPlan]]) -> list[Fault]:
    faults = []
    ordered = sorted(lessons, key=lambda pair: pair[1].starts_at)
    for (before, one), (number, other) in pairwise(ordered):
        if other.starts_at < one.ends_at:
            words = _("与第 %(row)s 行的课时间重叠") % {"row": before}
            faults.append(Fault(number, COLUMNS["starts"].name, words))
    return faults


@dataclass
class _Reader:
    """Reads row by row and gathers the faults."""

    places: dict[str, int]
    trainers: dict[str, list[User]]
    today: date
    policy: Policy

    def __post_init__(self) -> None:
        self.faults: list[Fault] = []

    def lesson(self, number: int, row: Sequence[Any]) -> LessonPlan | None:
        def cell(key: str, read: Callable[[Any], Any]) -> Any:
            place = self.places.get(key)
            try:
                return read(row[place] if place is not None and place < len(row) else "")
            except _Bad as bad:
                self.faults.append(Fault(number, COLUMNS[key].name, bad.sentence))
                return None

        day, starts, ends = cell("date", self._day), cell("starts", _clock), cell("ends", _clock)
        title, room = cell("title", _words(60)), cell("room", _words(40))
        trainer = cell("trainer", self._trainer)
        cell("trainer_id", self._trainer_id)
        materials = cell("materials", _words(120, required=False))
        part = cell("part", lambda value: _part(value, title or ""))
        if starts is not None and ends is not None and ends <= starts:
            self.faults.append(Fault(number, COLUMNS["ends"].name, _("结束须晚于开始")))
            ends = None
        minutes = (ends.hour - starts.hour) * 60 + ends.minute - starts.minute if starts and ends else None
        cell("hours", lambda value: self._hours(value, minutes))
        if None in (day, starts, ends, title, room, trainer, part):
            return None
        return LessonPlan(
            title=title,
            starts_at=datetime.combine(day, starts, CITY_TIME),
            ends_at=datetime.combine(day, ends, CITY_TIME),
            part=part,
            room=room,
            trainer=trainer,
            materials=materials or "",
        )

    def _day(self, value: Any) -> date:
        day = _date(value)
        if day < self.today:
            raise _Bad(_("日期已过"))
        return day

    def _hours(self, value: Any, minutes: int | None) -> float:
        """学时 as written must be what the times amount to, to the minute: 100 minutes are 2.22 of them."""
        try:
            hours = float(_required(value))
        except ValueError:
            raise _Bad(_("应为数字")) from None
        if minutes is not None and abs(hours * self.policy.hour_minutes - minutes) >= HALF_A_MINUTE:
            expected = f"{minutes / self.policy.hour_minutes:.2f}".rstrip("0").rstrip(".")
            raise _Bad(_("与起止时间不符，按 %(unit)s 分钟一学时应为 %(hours)s") % {
                "unit": self.policy.hour_minutes, "hours": expected,
            })  # fmt: skip
        return hours

    def _trainer(self, value: Any) -> User:
        found = self.trainers.get(_required(value), [])
        if not found:
            raise _Bad(_("不是本机构在册的教师，请核对姓名"))
        if len(found) > 1:
            raise _Bad(_("本机构有同名教师，请改填教师账号"))
        return found[0]

    def _trainer_id(self, value: Any) -> None:
        """May be left out. It is checked as a number and not kept: the trainer is known by name or account."""
        if text := _text(value):
            try:
                check("resident", text, today=self.today)
            except DocumentRefused as refused:
                raise _Bad(refused.sentence) from None


def _text(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        # A spreadsheet keeps 15 digits of a number; more of them are not what was typed.
        return str(int(Decimal(f"{value:.15g}")))
    return str(value).strip()


def _required(value: Any) -> str:
    text = _text(value)
    if not text:
        raise _Bad(_("没有填"))
    return text


def _words(limit: int, *, required: bool = True) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        text = _required(value) if required else _text(value)
        if len(text) > limit:
            raise _Bad(_("太长，请不要超过 %(limit)s 字") % {"limit": limit})
        return text

    return read


def _date(value: Any) -> date:
    """A date cell, the number under a date that lost its format, or a date written out."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, int | float) and 30_000 < value < 80_000:
        return (SERIAL_ZERO + timedelta(days=int(value))).date()
    found = re.fullmatch(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?", _required(value))
    try:
        if found:
            return date(*map(int, found.groups()))
    except ValueError:
        pass
    raise _Bad(_("日期看不懂，请写成 2026-09-21"))


def _clock(value: Any) -> time:
    """A time cell, a part of a day, or a time written out; seconds are dropped."""
    if isinstance(value, datetime | time):
        return time(value.hour, value.minute)
    if isinstance(value, float) and 0 <= value < 1:
        minutes = round(value * 24 * 60)
        return time(minutes // 60 % 24, minutes % 60)
    found = re.fullmatch(r"(\d{1,2})[:：](\d{2})(?:[:：]\d{2})?", _required(value))
    try:
        if found:
            return time(int(found[1]), int(found[2]))
    except ValueError:
        pass
    raise _Bad(_("时间看不懂，请写成 08:30"))


def _part(value: Any, title: str) -> str:
    text = _text(value)
    if not text:
        return Lesson.Part.PRACTICE if "实操" in title or "实训" in title else Lesson.Part.THEORY
    for part in Lesson.Part:
        if text in (part.value, PARTS[part]):
            return part
    raise _Bad(_("请填“理论”或“实操”"))
