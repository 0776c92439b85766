"""The files of a close: made of its snapshot alone, in one language, with fixed times, so byte for byte the same."""

import csv
import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO, StringIO
from typing import Any

import xlsxwriter
from django.utils import translation
from django.utils.translation import gettext as _

from courses.cells import inert
from courses.models import MonthClose, User, YearClose
from courses.outgoing import Given, record_given
from courses.policy import CITY_TIME
from courses.tally.integrity import refuse_when_drifted

Row = list[Any]
LANGUAGE = "zh-hans"


@dataclass(frozen=True)
class CloseFile:
    name: str
    content: bytes

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


def close_files(*, close: MonthClose | YearClose) -> dict[str, CloseFile]:
    """Its snapshot as json, csv with BOM and xlsx, by kind, whoever makes them and whenever."""
    makers: dict[str, Callable[[MonthClose | YearClose], bytes]] = {"json": _json, "csv": _csv, "xlsx": _xlsx}
    with translation.override(LANGUAGE):
        return {kind: CloseFile(f"{number_of(close)}.{kind}", make(close)) for kind, make in makers.items()}


def take_file(*, by: User, close: MonthClose | YearClose, kind: str, now: datetime) -> Given:
    """One of them to take away. Refused with ReportLocked while the last check differs."""
    refuse_when_drifted()
    file = BytesIO(close_files(close=close)[kind].content)
    rows = sum(len(part) for part in close.snapshot["figures"].values())
    period = {"year": close.year} | ({"month": close.month} if isinstance(close, MonthClose) else {})
    export = record_given(form="close", kind=kind, filters=period, rows=rows, by=by, now=now, file=file)
    return Given(file, export, number_of(close))


def number_of(close: MonthClose | YearClose) -> str:
    """YJ-2026-08, as it stands on paper; of a year YJ-2026."""
    return f"YJ-{close.year}-{close.month:02d}" if isinstance(close, MonthClose) else f"YJ-{close.year}"


def _json(close: MonthClose | YearClose) -> bytes:
    said = {**close.snapshot, "root": close.root, "number": number_of(close)}
    return (json.dumps(said, sort_keys=True, ensure_ascii=False, indent=1) + "\n").encode()


def _csv(close: MonthClose | YearClose) -> bytes:
    text = StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows([inert(value) for value in row] for row in _rows(close))
    return text.getvalue().encode("utf-8-sig")


def _xlsx(close: MonthClose | YearClose) -> bytes:
    buffer = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(buffer, options) as book:
        # A file that bears the moment of its making would differ at every look.
        book.set_properties({"created": close.proposed_at.astimezone(CITY_TIME).replace(tzinfo=None)})
        sheet = book.add_worksheet(_("月结"))
        for number, row in enumerate(_rows(close)):
            for place, value in enumerate(row):
                write = sheet.write_number if isinstance(value, int) else sheet.write_string
                write(number, place, value)
        sheet.set_column(0, 3, 18)
    return buffer.getvalue()


def _rows(close: MonthClose | YearClose) -> Iterator[Row]:
    kept, names = close.snapshot, close.snapshot["names"]
    words = {
        "line": _("全市"),
        "district": _("区市"),
        "institution": _("机构"),
        "kind": _("培训类型"),
        "brand": _("品牌"),
        "people": _("人数"),
    }
    lines = {"skills": _("技能"), "entrepreneurship": _("创业")}
    yield [_("月结号"), number_of(close)]
    yield [_("账目截至"), kept["as_of"]]
    yield [_("计数账封存值"), kept["ledger"]]
    yield [_("快照校验值"), close.root]
    yield [_("分项"), _("目标线"), _("代码"), _("名称"), _("本月"), _("本年累计")]
    for part, word in words.items():
        for line, value, month, year in kept["figures"][part]:
            known = names.get("district" if part == "people" else part, {})
            yield [word, lines.get(line, line), value, known.get(value, value), month, year]
