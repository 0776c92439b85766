"""A form is asked for: small ones are handed over at once, large ones and those with full numbers are made in the
background, the latter only when a second person agreed."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import IO, Any

from django.db import transaction
from django.utils.translation import gettext as _

from courses import access, audit
from courses.access import Permission
from courses.exports.asking import SAID, Ask
from courses.exports.forms import FORMS, WRITTEN
from courses.exports.refusals import ExportRefusal, ExportRefused
from courses.exports.sheets import Book
from courses.exports.writing import Mark, Tick, add_all, write_csv, write_xlsx
from courses.models import Export, User
from courses.outgoing import Given, fresh_number, record_given

Kind, Status = Export.Kind, Export.Status
PRINT_ROWS = 2_000
# 1,048,576 of the format, less headings.
SHEET_ROWS = 1_048_000
PURPOSE_MAX = 100


@dataclass(frozen=True)
class Wanted:
    """What somebody asks for."""

    form: str
    kind: str
    filters: dict[str, Any]
    full: bool = False
    purpose: str = ""
    # Up to so many rows a large form is handed over at once, as who stands before a short list expects.
    at_once: int = 0

    @property
    def said(self) -> dict[str, Any]:
        """The filters that this form knows and that say something."""
        names = SAID[FORMS[self.form].by]
        return {name: self.filters[name] for name in names if self.filters.get(name) not in (None, "")}


@dataclass(frozen=True)
class Taken:
    """What became of it: a file, a page for the printer, or neither while it waits or is made."""

    export: Export
    name: str
    file: IO[bytes] | None = None
    book: Book | None = None
    mark: Mark | None = None

    @property
    def given(self) -> Given | None:
        """The file that is handed over at once; None where there is none yet, or a page instead."""
        return None if self.file is None else Given(self.file, self.export, self.name)


def take(*, by: User, wanted: Wanted, now: datetime) -> Taken:
    """Hand a form over, or put it in line.

    Refused with ExportRefused: a kind that the form has not, full numbers without the right, a purpose, a form that has
    them or as anything but xlsx, filters that name nothing of theirs, more rows than a printer wants; with ReportLocked
    while the last check found a difference.
    """
    form = FORMS.get(wanted.form)
    if form is None or wanted.kind not in form.kinds:
        raise ExportRefused(ExportRefusal.UNKNOWN_KIND)
    _refuse_full(by, wanted, now)
    ask = Ask(by, now, wanted.said)
    is_large = form.is_large and "class" not in ask.filters
    if wanted.full or (is_large and wanted.kind != Kind.PRINT):
        book = form.build(ask)
        _refuse_too_many(book, wanted)
        if wanted.full or not wanted.at_once or book.total > wanted.at_once:
            return Taken(_in_line(ask, wanted, book), str(form.title))
    number = fresh_number()
    mark = Mark(by, now, wanted.purpose.strip()[:PURPOSE_MAX], number=number)
    if wanted.kind == Kind.PRINT:
        return _for_print(ask, wanted, mark)
    file, rows, name = make(ask=ask, form=wanted.form, kind=wanted.kind, mark=mark)
    try:
        export = record_given(
            form=form.key, kind=wanted.kind, filters=wanted.said, rows=rows, by=by, now=now, file=file,
            purpose=mark.purpose, number=number, content=mark.content.digest,
        )  # fmt: skip
    except BaseException:
        file.close()
        raise
    return Taken(export, name, file)


def _refuse_full(by: User, wanted: Wanted, now: datetime) -> None:
    if not wanted.full:
        return
    if not access.may(user=by, permission=Permission.EXPORT_FULL, now=now):
        raise ExportRefused(ExportRefusal.NOT_FULL)
    if not wanted.purpose.strip():
        raise ExportRefused(ExportRefusal.PURPOSE_MISSING)
    if not FORMS[wanted.form].whole:
        raise ExportRefused(ExportRefusal.NOBODY_IN_IT)
    if wanted.kind != Kind.XLSX:
        raise ExportRefused(ExportRefusal.FULL_IS_XLSX)


def _refuse_too_many(book: Book, wanted: Wanted) -> None:
    """A sheet of a workbook ends, and what lies beyond its end would be lost in silence."""
    if wanted.kind == Kind.XLSX and book.total > SHEET_ROWS:
        raise ExportRefused(ExportRefusal.TOO_MANY, rows=f"{book.total:,}", limit=f"{SHEET_ROWS:,}")


def _keys(said: dict[str, Any]) -> dict[str, Any]:
    """Without the word that was searched for, which may be a name: nothing is ever taken out of the audit."""
    return {name: value for name, value in said.items() if name != "q"}


def _in_line(ask: Ask, wanted: Wanted, book: Book) -> Export:
    """The filters were held against what the person sees now; what is made later is held against it again."""
    with transaction.atomic():
        export = Export.objects.create(
            number=fresh_number(),
            form=wanted.form,
            kind=wanted.kind,
            filters=wanted.said,
            full=wanted.full,
            purpose=wanted.purpose.strip()[:PURPOSE_MAX],
            status=Status.ASKED if wanted.full else Status.QUEUED,
            asked_by=ask.by,
            asked_at=ask.now,
            total=book.total,
        )
        audit.record(
            by=ask.by, verb="export_asked", target=export, now=ask.now,
            detail={"what": wanted.form, "full": wanted.full, **_keys(wanted.said)},
        )  # fmt: skip
    return export


def _for_print(ask: Ask, wanted: Wanted, mark: Mark) -> Taken:
    """The page holds its rows, so it may hold only so many."""
    book = FORMS[wanted.form].build(ask)
    if book.total > PRINT_ROWS:
        raise ExportRefused(ExportRefusal.TOO_LONG, rows=f"{book.total:,}", limit=f"{PRINT_ROWS:,}")
    book = replace(book, sheets=[replace(sheet, rows=list(sheet.rows)) for sheet in book.sheets])
    add_all(book, mark.content)
    export = record_given(
        form=wanted.form, kind=wanted.kind, filters=wanted.said, by=ask.by, now=ask.now,
        rows=sum(len(list(sheet.rows)) for sheet in book.sheets), purpose=mark.purpose, number=mark.number,
        content=mark.content.digest,
    )  # fmt: skip
    return Taken(export, book.title, book=book, mark=mark)


def make(*, ask: Ask, form: str, kind: str, mark: Mark, tick: Tick | None = None) -> tuple[IO[bytes], int, str]:
    """Write a form: an open file at its start, how many rows it holds, and what it is called. Refused as its form."""
    if write := WRITTEN.get((form, kind)):
        return write(ask, mark), 1, _letter_name(form, ask)
    book = FORMS[form].build(ask)
    file, rows = (write_csv if kind == Kind.CSV else write_xlsx)(book, mark, tick)
    return file, rows, book.title


def _letter_name(form: str, ask: Ask) -> str:
    period = {"form": FORMS[form].title, "year": ask.year, "month": ask.month}
    return _("%(form)s-%(year)s-%(month)02d") % period
