"""核对导出件: whoever holds a sheet reads on it a number and a check code, and finds out what was exported then.

The code is a signature over the number and everything that stood in the cells: a sheet that nobody took from here has
none, and the code of one sheet does not fit another. A file is compared byte by byte with what was handed over.
"""

import hashlib
import io
import json
import re
from collections.abc import Iterable
from typing import IO, Any

from django.conf import settings
from django.db.models import QuerySet
from PIL import Image

from courses import privacy
from courses.certificates.symbol import modules
from courses.models import Export
from courses.outgoing import sha256_of

PURPOSE = "export-check"
CODE_BYTES = 8
CLOSE = re.compile(r"YJ-(\d{4})-(\d{2})", re.ASCII)
# The forms whose files of a closed month bear the number of its close.
OF_A_CLOSE = ("monthly", "circular", "own")
CODE_CHARACTERS = 2 * CODE_BYTES
# Of the picture of the code: pixels of a module, modules of quiet round it.
MODULE, QUIET = 4, 4


class Content:
    """What stood in the cells of a file, one line after the other, whatever it was written as."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()

    def add(self, cells: Iterable[Any]) -> None:
        said = ["" if cell is None else str(getattr(cell, "value", cell)) for cell in cells]
        self._hash.update(json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")

    @property
    def digest(self) -> str:
        return self._hash.hexdigest()


def code_of(*, number: str, content: str) -> str:
    return privacy.sign(_said(number, content), purpose=PURPOSE, length=CODE_BYTES).hex().upper()


def address_of(*, number: str, code: str) -> str:
    """What the QR leads to: a page of the desk, behind its sign-in."""
    return f"{settings.WAGTAILADMIN_BASE_URL}/desk/exports/check/{number}/{code}/"


def picture_of(*, address: str) -> IO[bytes]:
    """The QR as a PNG, for a sheet that is no page of ours."""
    matrix = modules(address)
    side = len(matrix) + 2 * QUIET
    image = Image.new("1", (side, side), 1)
    for y, row in enumerate(matrix):
        for x, dark in enumerate(row):
            image.putpixel((x + QUIET, y + QUIET), 0 if dark else 1)
    written = io.BytesIO()
    image.resize((side * MODULE, side * MODULE), Image.Resampling.NEAREST).save(written, "PNG")
    written.seek(0)
    return written


def find(*, number: str, code: str) -> Export | None:
    """The record of a sheet; None where the code is not that of its number, or nothing was exported under it. What was
    taken of a closed month bears the number of the close: the first record of it."""
    plain = "".join(code.split()).replace("-", "")
    asked = "".join(number.split()).upper()
    if len(plain) != CODE_CHARACTERS:
        return None
    try:
        signature = bytes.fromhex(plain)
    except ValueError:
        return None
    for export in _under(asked):
        if privacy.verify(_said(asked, export.content), signature, purpose=PURPOSE, length=CODE_BYTES):
            return export
    return None


def _under(number: str) -> QuerySet[Export]:
    rows = Export.objects.exclude(content="").order_by("pk")
    if closed := CLOSE.fullmatch(number):
        year, month = (int(part) for part in closed.groups())
        return rows.filter(form__in=OF_A_CLOSE, filters__year=year, filters__month=month)
    return rows.filter(number=number)


def is_same(*, export: Export, file: IO[bytes]) -> bool:
    """Whether a file has the very bytes that were handed over. A printed page was none."""
    return bool(export.sha256) and sha256_of(file) == export.sha256


def _said(number: str, content: str) -> bytes:
    return f"{number} {content}".encode()
