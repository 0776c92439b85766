"""A book as xlsx, csv or rows for print: the same cells, each once. Text stays text (18 digits, leading zeros), and
nothing that somebody typed is ever a formula."""

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import chain
from tempfile import TemporaryFile
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import xlsxwriter
from django.utils import translation
from django.utils.translation import gettext as _

from courses import policy as policies
from courses.cells import inert
from courses.exports.checking import Content, address_of, code_of, picture_of
from courses.exports.sheets import Book, Formula, Pair, Sealed, Sheet
from courses.models import User

OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
    "remove_timezone": True,
}
EVERY = 1_000
# Of what is official, whoever asks for it.
LANGUAGE = "zh-hans"
Tick = Callable[[int], None]


@dataclass(frozen=True)
class Mark:
    """Who takes the file, when and for what: on every sheet and every printed page, with the number and the check code
    by which somebody else finds it in the records. `content` grows with what is written."""

    by: User
    now: datetime
    purpose: str = ""
    full: bool = False
    number: str = ""
    content: Content = field(default_factory=Content, compare=False)
    sealed: bool = False

    def of(self, sealed: Sealed | None) -> "Mark":
        """The mark of a file of a close says nothing of who takes it: that stands in the records only."""
        if sealed is None:
            return self
        return replace(self, number=sealed.number, now=sealed.at, purpose="", sealed=True)

    @property
    def check(self) -> str:
        """Of what was written so far; printed when everything was."""
        return code_of(number=self.number, content=self.content.digest)

    @property
    def address(self) -> str:
        return address_of(number=self.number, code=self.check)

    @property
    def taken(self) -> str:
        return self.now.astimezone(policies.CITY_TIME).strftime("%Y-%m-%d %H:%M")

    @property
    def line(self) -> str:
        return _("月结 %(taken)s") % {"taken": self.taken} if self.sealed else f"{self.by.username} {self.taken}"

    @property
    def about(self) -> list[Pair]:
        if self.sealed:
            return [(_("月结号"), self.number), (_("月结时间"), self.taken)]
        return [
            (_("导出人"), self.by.username),
            (_("导出时间"), self.taken),
            (_("用途"), self.purpose or "–"),
            *([(_("导出编号"), self.number)] if self.number else []),
        ]


@dataclass
class Counter:
    """Rows that went by; every thousandth, `tick` is told."""

    tick: Tick | None = None
    rows: int = 0

    def count(self, rows: Iterable[Sequence[Any]]) -> Iterable[Sequence[Any]]:
        for row in rows:
            yield row
            self.rows += 1
            if self.tick is not None and self.rows % EVERY == 0:
                self.tick(self.rows)


def about_of(book: Book, mark: Mark) -> list[Pair]:
    """The sheet of definitions: what words mean, what is left out and why, and who took the file."""
    left_out = [(title, _("未列：%(why)s") % {"why": why}) for title, why in book.absent]
    return [*book.definitions, *left_out, *mark.about]


def checked_by(mark: Mark) -> list[Pair]:
    """What the last line of a file says, once everything above it was written."""
    return [(_("校验码"), grouped(mark.check))]


def grouped(code: str) -> str:
    return " ".join(code[place : place + 4] for place in range(0, len(code), 4))


def write_xlsx(book: Book, mark: Mark, tick: Tick | None = None) -> tuple[IO[bytes], int]:
    """An open file at its start, and how many rows it holds. Row by row, so that memory does not grow with it; with
    full numbers in memory, so that no disk ever holds them in clear. One of a close in one language, in memory as well:
    no time and no place of a file on a disk gets into it."""
    with translation.override(LANGUAGE) if book.sealed else nullcontext():
        return _write_book(book, mark.of(book.sealed), tick)


def _write_book(book: Book, mark: Mark, tick: Tick | None) -> tuple[IO[bytes], int]:
    inside = mark.full or mark.sealed
    file: IO[bytes] = io.BytesIO() if mark.full else TemporaryFile()  # noqa: SIM115  the response closes it
    counter = Counter(tick)
    workbook = xlsxwriter.Workbook(file, {**OPTIONS, "constant_memory": not inside, "in_memory": inside})
    if mark.sealed:
        workbook.set_properties({"created": mark.now.astimezone(policies.CITY_TIME).replace(tzinfo=None)})
    formats = {
        "text": workbook.add_format({"num_format": "@"}),
        "head": workbook.add_format({"bold": True, "bottom": 2}),
        "percent": workbook.add_format({"num_format": "0.0%"}),
    }
    pages = []
    for sheet in book.sheets:
        pages.append(page := workbook.add_worksheet(sheet.name))
        _write_sheet(page, sheet, counter.count(sheet.rows), formats, mark.content)
    # The last sheet: the check code is over everything before it.
    about = [*about_of(book, mark), *checked_by(mark)]
    definitions = Sheet(_("口径"), [_("名称"), _("说明")], about)
    pages.append(page := workbook.add_worksheet(definitions.name))
    _write_sheet(page, definitions, about, formats, Content())
    page.insert_image(len(about) + 2, 0, "check.png", {"image_data": picture_of(address=mark.address)})
    for page in pages:
        _watermark(page, book, mark)
    workbook.close()
    file.seek(0)
    return file, counter.rows


def _watermark(page: Any, book: Book, mark: Mark) -> None:
    # An ampersand is a command in a header or footer.
    line = mark.line.replace("&", "&&")
    warning = _("含完整个人信息，用后删除") if mark.full else book.mark
    page.set_header(f"&L{line}&R{warning.replace('&', '&&')}")
    check = _("校验 %(code)s") % {"code": grouped(mark.check)}
    page.set_footer(f"&L{line} {mark.number} {check}&R&P / &N")
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    if mark.full:
        page.set_landscape()


def _write_sheet(
    page: Any, sheet: Sheet, rows: Iterable[Sequence[Any]], formats: dict[str, Any], content: Content
) -> None:
    top = len(sheet.head)
    page.set_column(0, max(len(sheet.header), 2) - 1, 16)
    page.freeze_panes(top + 1, 0)
    page.repeat_rows(top)
    for place, pair in enumerate(sheet.head):
        _write_row(page, place, pair, formats)
        content.add(pair)
    content.add(sheet.header)
    for column, words in enumerate(sheet.header):
        page.write_string(top, column, str(words), formats["head"])
    place = top
    for place, row in enumerate(rows, start=top + 1):
        _write_row(page, place, row, formats)
        content.add(row)
    for below, pair in enumerate(sheet.foot, start=place + 2):
        _write_row(page, below, pair, formats)
        content.add(pair)


def _write_row(page: Any, place: int, row: Sequence[Any], formats: dict[str, Any]) -> None:
    for column, value in enumerate(row):
        if isinstance(value, Formula):
            page.write_formula(
                place, column, value.text, formats["percent"] if value.percent else None, value=value.value
            )
        elif isinstance(value, int | float):
            page.write_number(place, column, value)
        elif value not in (None, ""):
            page.write_string(place, column, str(value), formats["text"])


def write_csv(book: Book, mark: Mark, tick: Tick | None = None) -> tuple[IO[bytes], int]:
    """The same cells as text in UTF-8 with BOM, sheet after sheet; an open file at its start, and its rows."""
    file, counter = TemporaryFile(), Counter(tick)  # noqa: SIM115  the response closes it
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="", write_through=True)
    out = csv.writer(text, lineterminator="\r\n")
    for sheet in book.sheets:
        above: list[Sequence[Any]] = [[sheet.name]] if len(book.sheets) > 1 else []
        for line in above:
            out.writerow([_inert(value) for value in line])
        for row in _lines(sheet, counter.count(sheet.rows), mark.content):
            out.writerow([_inert(value) for value in row])
        out.writerow([])
    for words, value in [*about_of(book, mark), *checked_by(mark)]:
        out.writerow([_inert(words), _inert(value)])
    text.detach()
    file.seek(0)
    return file, counter.rows


def _lines(sheet: Sheet, rows: Iterable[Sequence[Any]], content: Content) -> Iterable[Sequence[Any]]:
    """Every line of a sheet, with an empty one above what stands below the table."""
    for row in chain(sheet.head, [sheet.header], rows):
        content.add(row)
        yield row
    if sheet.foot:
        yield []
    for pair in sheet.foot:
        content.add(pair)
        yield pair


def add_all(book: Book, content: Content) -> None:
    """What a page for the printer holds."""
    for sheet in book.sheets:
        for _line in _lines(sheet, sheet.rows, content):
            pass


def _inert(value: Any) -> Any:
    return inert(value.value if isinstance(value, Formula) else value)


def undated(written: IO[bytes]) -> IO[bytes]:
    """The same parts without the moment at which each was packed. Gives an open file at its start."""
    file = TemporaryFile()  # noqa: SIM115  the response closes it
    with ZipFile(written) as parts, ZipFile(file, "w", ZIP_DEFLATED) as packed:
        for name in parts.namelist():
            packed.writestr(ZipInfo(name), parts.read(name), ZIP_DEFLATED)
    file.seek(0)
    return file
