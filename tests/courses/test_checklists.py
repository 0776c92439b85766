"""A table of certificates comes back with a verdict on each line; nothing in it can run, and nothing is kept."""

from datetime import datetime
from typing import Any

import openpyxl
import pytest

from courses import checklists
from courses.checklists import ListRefusal, ListRefused
from tests.factories.certificates import issued

pytestmark = pytest.mark.django_db


def csv(*rows: list[str]) -> bytes:
    return "\n".join(",".join(row) for row in rows).encode("utf-8-sig")


def answered(content: bytes, now: datetime) -> list[list[Any]]:
    page = openpyxl.load_workbook(checklists.answer(content=content, now=now)).worksheets[0]
    return [["" if value is None else value for value in row] for row in page.iter_rows(values_only=True)]


def test_each_line_gets_its_verdict_and_keeps_its_cells(now: datetime) -> None:
    made = issued(now=now)
    rows = [
        ["部门", "姓名", "证书编号"],
        ["食堂", "王小强", made.number],
        ["食堂", "李四", made.number],
        ["", "王", "X1"],
    ]
    back = answered(csv(*rows), now)
    assert back[0] == ["部门", "姓名", "证书编号", "核验结果", "课程", "机构", "发证日期"]
    assert back[1] == ["食堂", "王小强", made.number, "有效", "中式烹调师（四级）", "市技师学院", "2026-09-14"]
    assert [row[3] for row in back[2:]] == ["没有查到，请核对编号和姓名"] * 2
    assert [row[:3] for row in back] == rows


@pytest.mark.parametrize("payload", ["=1+1", "+cmd|' /C calc'!A0", "-2", "@SUM(A1)", '=HYPERLINK("http://x")'])
def test_what_begins_like_a_formula_stays_text(payload: str, now: datetime) -> None:
    content = csv(["证书编号", "姓名", "备注"], ["X1", "王", '"' + payload.replace('"', '""') + '"'])
    page = openpyxl.load_workbook(checklists.answer(content=content, now=now)).worksheets[0]
    assert (page["C2"].data_type, page["C2"].value) == ("s", payload)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", ListRefusal.NOT_A_TABLE),
        (b"PK\x03\x04 broken", ListRefusal.NOT_A_TABLE),
        (b"<html><table>", ListRefusal.NOT_A_TABLE),
        (csv(["编号", "部门"], ["X1", "食堂"]), ListRefusal.NO_HEADER),
        (csv(["编号", "姓名"]), ListRefusal.NO_LINES),
        (csv(["编号", "姓名"], *[["X1", "王"]] * 501), ListRefusal.TOO_MANY),
        (b"x" * (2 * 1024 * 1024 + 1), ListRefusal.TOO_BIG),
    ],
)
def test_what_cannot_be_checked_is_refused(content: bytes, code: ListRefusal, now: datetime) -> None:
    with pytest.raises(ListRefused) as refused:
        checklists.answer(content=content, now=now)
    assert refused.value.code == code
