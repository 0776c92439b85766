"""What a browser is to keep instead of show; nowhere else is a file answered.

`download` hands over what the records tell of, and there is no other way for a list of people or figures. Beside it:
one citizen's file to whoever may look at it, a citizen's own papers, forms with nobody in them, and the table that a
visitor sent. `tests/architecture/test_downloads.py` knows who calls which.
"""

from typing import IO

from csp.constants import HEADER
from django.http import FileResponse, HttpResponse

from courses.models import Proof
from courses.outgoing import Given

TYPES = {Proof.Kind.JPEG: ("image/jpeg", "jpg"), Proof.Kind.PDF: ("application/pdf", "pdf")}
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CONTENT_TYPES = {
    "xlsx": XLSX,
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
}
OWN_TYPES = {"pdf": "application/pdf", "ics": "text/calendar; charset=utf-8"}


def download(given: Given, name: str = "") -> FileResponse:
    """A file that its row in the records tells of; sent as it is read, never kept by a cache on the way."""
    kind = given.export.kind
    return _sent(given.file, f"{name or given.name}.{kind}", CONTENT_TYPES[kind])


def blank(file: IO[bytes], name: str) -> FileResponse:
    """A workbook to fill in, with nobody in it yet."""
    return _sent(file, f"{name}.xlsx", XLSX)


def returned(file: IO[bytes], name: str) -> FileResponse:
    """The table that a visitor sent, with what we say to each line; nothing of it is kept here."""
    return _sent(file, f"{name}.xlsx", XLSX)


def _sent(file: IO[bytes], name: str, content_type: str) -> FileResponse:
    response = FileResponse(file, as_attachment=True, filename=name, content_type=content_type)
    response.headers["Cache-Control"] = "no-store"
    return response


def attachment(*, content: bytes, kind: str, name: str) -> HttpResponse:
    """A citizen's file: never shown inside our own origin, never guessed at. `name` is a number of ours, without an
    ending. Who is not its owner has it from `look`, which is kept and shown to the learner."""
    media_type, ending = TYPES[Proof.Kind(kind)]
    return _shut(content, media_type, f"{name}.{ending}")


def own_paper(*, content: bytes | str, kind: str, name: str) -> HttpResponse:
    """What we made for the one citizen who takes it: a certificate, a calendar."""
    return _shut(content, OWN_TYPES[kind], f"{name}.{kind}")


def _shut(content: bytes | str, media_type: str, name: str) -> HttpResponse:
    return HttpResponse(
        content,
        content_type=media_type,
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "X-Content-Type-Options": "nosniff",
            HEADER: "default-src 'none'; sandbox",
            "Cache-Control": "private, no-store",
        },
    )
