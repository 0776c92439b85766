"""Rosters as institutions send them: form A as xlsx or text, with whatever a test wants wrong in it."""

import io
import zipfile
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

import openpyxl

from courses.models import DocumentKind, EducationLevel, LearnerCategory
from tests.factories import people

HEADER = ("序号", "姓名", "性别", "证件类型", "证件号码", "出生日期", "文化程度", "人员类别", "联系电话")
NAME, SEX, NUMBER, BORN_ON, CATEGORY, PHONE = "B", "C", "E", "F", "H", "I"
Rows = Sequence[Sequence[Any]]


def lists() -> None:
    """The entries of the reference lists that the rows below name."""
    for model, key, name in (
        (DocumentKind, "resident", "居民身份证"),
        (DocumentKind, "passport", "护照"),
        (EducationLevel, "71", "初中"),
        (EducationLevel, "31", "大学专科"),
        (LearnerCategory, "unemp", "登记失业人员"),
        (LearnerCategory, "rural", "农村转移就业劳动者"),
    ):
        model.objects.get_or_create(key=key, defaults={"name": name, "name_en": name})


def person(place: int, *, name: str = "", number: str = "", born_on: date | None = None) -> list[str]:
    """A good line; a different person for each place."""
    born_on = born_on or date(1966, 1, 1) + timedelta(days=place)
    number = number or people.resident_number(born_on=born_on, serial=place % 1000)
    sex = "男" if int(number[16]) % 2 else "女"
    surname, given = "王李张刘陈杨赵黄周吴"[place % 10], "强芳伟敏静磊洋勇艳杰"[place // 10 % 10]
    return [
        str(place), name or surname + given, sex, "居民身份证", number, f"{born_on:%Y-%m-%d}", "大专",
        "登记失业人员", f"199{place:08d}",
    ]  # fmt: skip


def xlsx(rows: Rows, *, header: Sequence[Any] = HEADER, change: Callable[[Any], None] | None = None) -> bytes:
    """`change` gets the sheet before it is saved: merge, hide, overwrite."""
    book = openpyxl.Workbook()
    page = book.worksheets[0]
    page.append(list(header))
    for row in rows:
        page.append(list(row))
    if change is not None:
        change(page)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def text(rows: Rows, *, encoding: str, delimiter: str = ",") -> bytes:
    lines = [delimiter.join(map(str, row)) for row in (HEADER, *rows)]
    return "\r\n".join(lines).encode(encoding)


def with_part(content: bytes, name: str, part: bytes) -> bytes:
    """The same workbook with one of its parts replaced or added."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            if entry.filename != name:
                new.writestr(entry.filename, old.read(entry.filename))
        new.writestr(name, part)
    return file.getvalue()
