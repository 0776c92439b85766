"""填自己的表: the bureau's own workbook, uploaded once, is filled each month with the figures that its cells name."""

import io
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Any
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse
from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import translation
from openpyxl import load_workbook
from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.utils import get_column_letter
from openpyxl.workbook import Workbook
from openpyxl.writer.excel import ExcelWriter

from courses import access, audit
from courses import policy as policies
from courses.exports import keeping
from courses.exports.asking import Ask
from courses.exports.figures import label_of, named, values_of
from courses.exports.monthly import MonthlyReport, report_of
from courses.exports.refusals import ExportRefusal, ExportRefused
from courses.exports.writing import LANGUAGE, Mark, grouped, undated
from courses.models import OwnForm, OwnFormVersion, User
from courses.outgoing import sha256_of
from courses.people.numbers import fresh

# The limits guard the service: a form is a page or two.
FILE_BYTES = 2 * 1024 * 1024
UNPACKED_BYTES = 24 * 1024 * 1024
PARTS, ELEMENTS, CELLS = 300, 200_000, 500
# What one page shows of a sheet.
GRID_ROWS, GRID_COLUMNS, GRID_TEXT = 60, 26, 80
ROOM = 1
# Parts of a workbook that run something, or fetch something from elsewhere.
HARMFUL = (
    "vbaproject",
    "externallinks/",
    "activex/",
    "embeddings/",
    "macrosheets/",
    "dialogsheets/",
    "connections.xml",
)
UNREADABLE = (zipfile.BadZipFile, zlib.error, ParseError, KeyError, ValueError, TypeError, EOFError, OSError)
Cells = Sequence[tuple[str, str, str]]


def check(content: bytes) -> list[str]:
    """The names of its sheets. Refused with ExportRefused: no xlsx, unfolds beyond the limit, holds macros, links to
    other files or a document type (no entity is ever expanded)."""
    if len(content) > FILE_BYTES:
        raise ExportRefused(ExportRefusal.TOO_BIG)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _measure(archive)
        return list(_open(content).sheetnames)
    except DefusedXmlException as error:
        raise ExportRefused(ExportRefusal.MACROS) from error
    except UNREADABLE as error:
        raise ExportRefused(ExportRefusal.NOT_A_WORKBOOK) from error


def _measure(archive: zipfile.ZipFile) -> None:
    """By what the directory declares; a part that unfolds beyond its own declaration ends in a checksum error."""
    parts = archive.infolist()
    if len(parts) > PARTS or sum(part.file_size for part in parts) > UNPACKED_BYTES:
        raise ExportRefused(ExportRefusal.TOO_BIG)
    if any(word in part.filename.lower() for part in parts for word in HARMFUL):
        raise ExportRefused(ExportRefusal.MACROS)
    if b"macroEnabled" in archive.read("[Content_Types].xml"):
        raise ExportRefused(ExportRefusal.MACROS)
    elements = 0
    for part in parts:
        if part.filename.endswith((".xml", ".rels")):
            with archive.open(part) as stream:
                for _event, element in iterparse(stream, forbid_dtd=True):
                    elements += 1
                    element.clear()
                    if elements > ELEMENTS:
                        raise ExportRefused(ExportRefusal.TOO_BIG)


def _open(content: bytes) -> Workbook:
    return load_workbook(io.BytesIO(content))


def upload(*, by: User, name: str, content: bytes, now: datetime) -> OwnForm:
    """Take a workbook in, with nothing mapped yet. Refused with ExportRefused: no name, as `check`, another's scope."""
    _refuse_stranger(by, now)
    if not name.strip():
        raise ExportRefused(ExportRefusal.NO_NAME)
    check(content)
    number = fresh(prefix="ZB", length=10)
    file, digest = keeping.keep_own(content=content, number=number), sha256_of(io.BytesIO(content))
    with transaction.atomic():
        made = OwnForm.objects.create(number=number, name=name.strip()[:60], by=by, created_at=now)
        OwnFormVersion.objects.create(form=made, version=1, file=file, file_hash=digest, by=by, at=now)
        audit.record(by=by, verb="own_form_uploaded", target=made, now=now)
    return made


def _refuse_stranger(by: User, now: datetime) -> None:
    if access.entry_scope(user=by, now=now) != "":
        raise ExportRefused(ExportRefusal.NOT_YOURS)


def latest(*, form: OwnForm) -> OwnFormVersion:
    return OwnFormVersion.objects.filter(form=form).select_related("form", "by").latest("version")


def sheet_names(*, version: OwnFormVersion) -> list[str]:
    return list(_open(keeping.kept_own(version=version)).sheetnames)


def set_cells(*, by: User, form: OwnForm, cells: Cells, seen: int, now: datetime) -> OwnFormVersion:
    """A new version with these cells, each as sheet, cell and figure; `seen` is the version that its writer had before
    them. Refused with ExportRefused: a cell that is none or lies inside a merged one, a cell twice, a figure that there
    is not, another version meanwhile."""
    last = latest(form=form)
    if last.version != seen:
        raise ExportRefused(ExportRefusal.OVERTAKEN)
    book, known, taken = _open(keeping.kept_own(version=last)), named(row[2] for row in cells), set()
    for sheet, cell, figure in cells[:CELLS]:
        place = f"{sheet}!{cell}"
        if _cell(book, sheet, cell) is None:
            raise ExportRefused(ExportRefusal.NO_CELL, cell=place)
        if place in taken:
            raise ExportRefused(ExportRefusal.CELL_TWICE, cell=place)
        if figure not in known:
            raise ExportRefused(ExportRefusal.NO_FIGURE, names=figure)
        taken.add(place)
    try:
        with transaction.atomic():
            made = OwnFormVersion.objects.create(
                form=form, version=seen + 1, file=last.file, file_hash=last.file_hash,
                cells=[list(row) for row in cells[:CELLS]], by=by, at=now,
            )  # fmt: skip
            audit.record(by=by, verb="own_form_mapped", target=form, now=now, detail={"version": made.version})
    except IntegrityError as error:
        raise ExportRefused(ExportRefusal.OVERTAKEN) from error
    return made


def _cell(book: Workbook, sheet: str, place: str) -> Cell | None:
    """A cell that can be written: a merged one is written at its first."""
    if sheet not in book.sheetnames:
        return None
    try:
        found = book[sheet][place]
    except (ValueError, KeyError, AttributeError):
        return None
    return found if isinstance(found, Cell) else None


def put(*, by: User, form: OwnForm, cell: tuple[str, str], figure: str, seen: int, now: datetime) -> OwnFormVersion:
    """A new version with this one cell, named by its sheet and place, holding that figure; no figure clears it.
    Refused as `set_cells`."""
    kept = [(sheet, place, name) for sheet, place, name in latest(form=form).cells if (sheet, place) != cell]
    return set_cells(by=by, form=form, cells=[*kept, *([(*cell, figure)] if figure else [])], seen=seen, now=now)


@dataclass(frozen=True)
class GridCell:
    """One cell as it is seen: its own text, and the figure that goes into it with what it would hold."""

    place: str
    text: str
    figure: str = ""
    value: Any = None
    across: int = 1
    down: int = 1


@dataclass(frozen=True)
class Grid:
    """A piece of one sheet: the letters of its columns, and its rows by number. `below` is the row to go on from, 0 at
    the end; `beyond` says that columns were left off."""

    sheet: str
    columns: list[str]
    rows: list[tuple[int, list[GridCell]]]
    first: int
    below: int
    beyond: bool


def grid(*, version: OwnFormVersion, sheet: str, first: int, filled: Sequence[tuple[str, str, str, Any]]) -> Grid:
    """The sheet of that name, else the first, from a row on, with a little room beyond what is written; `filled` is
    what `preview` gives."""
    book = _open(keeping.kept_own(version=version))
    page = book[sheet] if sheet in book.sheetnames else book.worksheets[0]
    deep, wide = page.max_row + ROOM, page.max_column + ROOM
    first = first if 1 <= first <= deep else 1
    last, right = min(first + GRID_ROWS - 1, deep), min(wide, GRID_COLUMNS)
    held = {place: (figure, value) for own, place, figure, value in filled if own == page.title}
    # A merged area that began above is seen from its first row here on.
    spans = {
        f"{get_column_letter(area.min_col)}{max(area.min_row, first)}": (
            min(area.max_col, right) - area.min_col + 1,
            min(area.max_row, last) - max(area.min_row, first) + 1,
        )
        for area in page.merged_cells.ranges
    }
    rows = []
    for number in range(first, last + 1):
        cells = [page.cell(number, column) for column in range(1, right + 1)]
        seen = [cell for cell in cells if isinstance(cell, Cell) or cell.coordinate in spans]
        rows.append((number, [_seen(cell, held, spans.get(cell.coordinate, (1, 1))) for cell in seen]))
    letters = [get_column_letter(number) for number in range(1, right + 1)]
    return Grid(page.title, letters, rows, first, last + 1 if last < deep else 0, wide > right)


def _seen(cell: Cell | MergedCell, held: Mapping[str, tuple[str, Any]], span: tuple[int, int]) -> GridCell:
    """Nothing is chosen in a piece of a merged area that began above."""
    place = cell.coordinate if isinstance(cell, Cell) else ""
    text = "" if cell.value is None else " ".join(str(cell.value).split())[:GRID_TEXT]
    figure, value = held.get(place, ("", None))
    return GridCell(place, text, figure, value, *span)


def preview(*, ask: Ask, version: OwnFormVersion) -> list[tuple[str, str, str, Any]]:
    """Each cell with its figure in words and what it would hold; None for a figure that is gone. Refused as the
    monthly report."""
    figures = [figure for _sheet, _cell, figure in version.cells]
    known, values = named(figures), values_of(report_of(ask), figures)
    return [
        (sheet, cell, str(label_of(figure, known)), values.get(figure)) for sheet, cell, figure in version.cells
    ]  # fmt: skip


def fill(ask: Ask, mark: Mark) -> IO[bytes]:
    """The workbook of `ask.filters["own"]` with the figures of its month; its own formulas stay and compute anew. Of a
    closed month it is made of the close alone, and the same byte for byte for each version of the form.

    Refused with ExportRefused: not theirs, nothing mapped, a figure that is gone (each is named); with ReportLocked.
    """
    form = access.visible_own_forms(user=ask.by, now=ask.now).filter(number=ask.filters.get("own", "")).first()
    if form is None:
        raise ExportRefused(ExportRefusal.NO_OWN_FORM)
    version = latest(form=form)
    if not version.cells:
        raise ExportRefused(ExportRefusal.NOTHING_MAPPED)
    report = report_of(ask)
    with translation.override(LANGUAGE) if report.sealed else nullcontext():
        return _filled(version, report, mark.of(report.sealed))


def _filled(version: OwnFormVersion, report: MonthlyReport, mark: Mark) -> IO[bytes]:
    figures = [figure for _sheet, _place, figure in version.cells]
    values = values_of(report, figures)
    if missing := [figure for figure in figures if figure not in values]:
        known = named(figures)
        gone = sorted({str(label_of(figure, known)) for figure in missing})
        raise ExportRefused(ExportRefusal.NO_FIGURE, names="、".join(gone))
    book = _open(keeping.kept_own(version=version))
    mark.content.add([version.form.number, version.version])
    for sheet, place, figure in version.cells:
        cell = _cell(book, sheet, place)
        if cell is not None:
            cell.value = values[figure]
            mark.content.add([sheet, place, values[figure]])
    book.calculation.fullCalcOnLoad = True
    return _written(book, f"{version.form.number}-{version.version}", mark)


def _written(book: Workbook, form: str, mark: Mark) -> IO[bytes]:
    """The workbook is the bureau's own: nothing is written between its cells, and its properties say what it is. Gives
    an open file at its start."""
    own, moment = book.properties, mark.now.astimezone(policies.CITY_TIME).replace(tzinfo=None, microsecond=0)
    own.created = own.modified = moment
    own.lastModifiedBy = settings.OFFICIAL["bureau"] if mark.sealed else mark.by.username
    own.description = f"{mark.line} {mark.number} {form} {grouped(mark.check)}"
    written = io.BytesIO()
    # `book.save` would write the moment of its making.
    ExcelWriter(book, zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED)).save()
    return undated(written)
