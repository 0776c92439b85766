"""What stands in a file, whatever it is called: told by its first bytes, read within limits, held back if it cannot be.

The limits bound one file with all that is nested in it: bytes, parts, depth, pages and seconds.
"""

import csv
import hashlib
import io
import re
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import IO

from django.utils.translation import gettext as _
from pypdf import PageObject, PdfReader
from pypdf.errors import PyPdfError

from cms.gate.markup import Markup
from cms.gate.office import read_archive
from cms.gate.refusal import FileSlip, FileUnreadable, Passage

BYTES_MAX = 40 * 1024 * 1024
DEPTH_MAX = 3
PAGES_MAX = 1_000
SECONDS_MAX = 60.0
PIECE = 4_000
# An empty page sets a line width and little else.
BLANK_PAGE_BYTES = 200
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
PICTURES = (
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"RIFF",
    b"\x01\x00\x00\x00",
    b"\xd7\xcd\xc6\x9a",
    b"II*\x00",
    b"MM\x00*",
)
NARROW = re.compile(rb"[\x20-\x7e]{11,}")
WIDE = re.compile(rb"(?:[\x20-\x7e]\x00){11,}")
TEXT_ENCODINGS = ("utf-8-sig", "gb18030")


def read_file(stream: IO[bytes], *, name: str = "") -> Iterator[Passage]:
    """Every text of a file with its place; what cannot be read is a passage that says why. Never raises for content."""
    ends = time.monotonic() + SECONDS_MAX
    stream.seek(0)
    content = stream.read(BYTES_MAX + 1)
    fingerprint = hashlib.sha256(content).hexdigest()
    try:
        if len(content) > BYTES_MAX:
            raise FileUnreadable(FileSlip.TOO_LARGE)
        for passage in _read(name, content, depth=0):
            yield replace(passage, fingerprint=fingerprint) if passage.slip else passage
            if time.monotonic() > ends:
                raise FileUnreadable(FileSlip.TOO_LARGE)
    except FileUnreadable as unreadable:
        yield Passage("", slip=unreadable.slip, fingerprint=fingerprint)


def _read(name: str, content: bytes, *, depth: int) -> Iterator[Passage]:
    if depth > DEPTH_MAX:
        raise FileUnreadable(FileSlip.TOO_DEEP)
    if content.startswith(b"PK"):
        yield from read_archive(io.BytesIO(content), inner=lambda part, inside: _read(part, inside, depth=depth + 1))
    elif b"%PDF-" in content[:1024]:
        yield from _pdf(content, depth=depth)
    elif content.startswith(OLE):
        raise FileUnreadable(FileSlip.OLD_FORMAT)
    elif is_picture(content):
        yield from picture(content)
    else:
        yield from _text(name, content, is_nested=depth > 0)


def is_picture(content: bytes) -> bool:
    return content.startswith(PICTURES) or content[4:12] in {b"ftypavif", b"ftypheic"} or content[40:44] == b" EMF"


def picture(content: bytes) -> Iterator[Passage]:
    """The remarks that a camera or a program left in a picture. What is drawn in it is for people to look at."""
    yield from (Passage(_("图片自带的说明"), text) for text in _readable(content))


def _readable(content: bytes) -> Iterator[str]:
    """Runs of plain characters in bytes of any kind, one or two bytes wide."""
    yield from (run.decode("ascii") for run in NARROW.findall(content))
    yield from (run.decode("utf-16-le") for run in WIDE.findall(content))


def _text(name: str, content: bytes, *, is_nested: bool) -> Iterator[Passage]:
    text = _decoded(content)
    if text is None:
        # Fonts, settings and the like inside a container: read as bytes. A file of its own has to be known.
        if not is_nested:
            raise FileUnreadable(FileSlip.UNKNOWN)
        yield from (Passage("", run) for run in _readable(content))
    elif name.lower().endswith((".html", ".htm", ".mht", ".xhtml")):
        markup = Markup(text)
        yield from (Passage("", piece) for piece in (markup.text, *markup.asides))
    else:
        is_table = name.lower().endswith(".csv")
        yield from _lines(text, is_table=is_table)
        if is_table:
            yield from _cells(text)


def _decoded(content: bytes) -> str | None:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace")
    for encoding in TEXT_ENCODINGS:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return None if "\0" in text else text
    return None


def _lines(text: str, *, is_table: bool) -> Iterator[Passage]:
    lines = text.splitlines()
    for number, line in enumerate(lines, 1):
        place = _("第 %(number)d 行") % {"number": number}
        for start in range(0, len(line), PIECE):
            yield Passage(place, line[max(start - 60, 0) : start + PIECE])
        # A number that ends on the next line is named where it begins.
        if number < len(lines) and not is_table:
            yield Passage(place, f"{line[-24:]}\n{lines[number][:24]}")


def _cells(text: str) -> Iterator[Passage]:
    """The cells of a table as a spreadsheet shows them; a cell may go on over several lines."""
    rows = csv.reader(io.StringIO(text, newline=""))
    try:
        for row in rows:
            place = _("第 %(number)d 行") % {"number": rows.line_num}
            yield from (Passage(place, cell) for cell in row)
    except csv.Error:
        # No table after all; its lines have been read.
        return


def _pdf(content: bytes, *, depth: int) -> Iterator[Passage]:
    """Pages, remarks, form fields, properties and enclosed files. A page without text but with a picture is told."""
    try:
        reader = PdfReader(io.BytesIO(content))
        if reader.is_encrypted and not reader.decrypt(""):
            raise FileUnreadable(FileSlip.LOCKED)
        if len(reader.pages) > PAGES_MAX:
            raise FileUnreadable(FileSlip.TOO_LARGE)
        yield from (Passage(_("文件属性"), str(value)) for value in (reader.metadata or {}).values())
        yield from (Passage(_("表单"), str(field.value or "")) for field in (reader.get_fields() or {}).values())
        for number, page in enumerate(reader.pages, 1):
            place = _("第 %(number)d 页") % {"number": number}
            yield from (passage.inside(place) for passage in _pdf_page(page))
        for name, versions in reader.attachments.items():
            place = _("夹带的文件「%(name)s」") % {"name": name}
            for version in versions:
                yield from (passage.inside(place) for passage in _read(name, version, depth=depth + 1))
    except FileUnreadable:
        raise
    except MemoryError:
        raise FileUnreadable(FileSlip.TOO_LARGE) from None
    except (PyPdfError, RecursionError, ValueError, TypeError, KeyError, AttributeError, IndexError, OSError):
        raise FileUnreadable(FileSlip.BROKEN) from None


def _pdf_page(page: PageObject) -> Iterator[Passage]:
    text = page.extract_text()
    yield Passage("", text)
    for mark in page.get("/Annots") or []:
        note = mark.get_object()
        action = note.get("/A") or {}
        yield from (Passage(_("批注"), str(value)) for value in (note.get("/Contents"), action.get("/URI")) if value)
    contents = page.get_contents()
    if not text.strip() and (
        len(page.images) or (contents is not None and len(contents.get_data()) > BLANK_PAGE_BYTES)
    ):
        yield Passage("", slip=FileSlip.PICTURE)
