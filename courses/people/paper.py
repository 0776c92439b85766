"""What a file that somebody hands in really is, by its content alone. A PDF is walked in a process of its own."""

import hashlib
import io
import re
import subprocess
import sys
from collections import deque
from enum import StrEnum
from pathlib import Path

from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps, UnidentifiedImageError
from pillow_heif import register_heif_opener

from courses.people import pdf
from courses.refusals import Refused

# Only what these three decoders recognise is a photo, whatever its name says.
PHOTOS = ("JPEG", "PNG", "HEIF")
PIXELS_MOST = 60_000_000
SIDE_MOST = 3000
QUALITY = 85
PDF = Path(__file__).with_name("pdf.py")
PDF_SECONDS = 20
MARKUP = re.compile(rb"<\s*(script|html|svg|!doctype|\?php)", re.IGNORECASE)
_plain: deque[bytes] = deque(maxlen=64)

register_heif_opener()


class PaperSlip(StrEnum):
    WRONG_TYPE = "wrong_type"
    UNREADABLE = "unreadable"
    ACTIVE = "active"


class PaperRefused(Refused):
    sentences = {
        PaperSlip.WRONG_TYPE: _("只收照片或 PDF。"),
        PaperSlip.UNREADABLE: _("文件打不开。"),
        PaperSlip.ACTIVE: _("PDF 里有脚本、附件或密码。"),
    }


def read_paper(content: bytes) -> tuple[str, bytes]:
    """(`jpeg` or `pdf`, the content to keep). Refused with PaperRefused."""
    if content.startswith(b"%PDF-"):
        return "pdf", _checked_pdf(content)
    return "jpeg", _photo(content)


def open_photo(content: bytes) -> Image.Image:
    """The picture upright, by its content alone. Refused with PaperRefused."""
    try:
        with Image.open(io.BytesIO(content), formats=PHOTOS) as picture:
            if picture.width * picture.height > PIXELS_MOST:
                raise PaperRefused(PaperSlip.UNREADABLE)
            return ImageOps.exif_transpose(picture).convert("RGB")
    except UnidentifiedImageError:
        raise PaperRefused(PaperSlip.WRONG_TYPE) from None
    except PaperRefused:
        raise
    except Exception as error:
        raise PaperRefused(PaperSlip.UNREADABLE) from error


def _photo(content: bytes) -> bytes:
    """At most 3000 pixels a side, without a word of what else the file held."""
    upright = open_photo(content)
    upright.thumbnail((SIDE_MOST, SIDE_MOST))
    bare = Image.new("RGB", upright.size)
    bare.paste(upright)
    written = io.BytesIO()
    bare.save(written, "JPEG", quality=QUALITY)
    return written.getvalue()


def _checked_pdf(content: bytes) -> bytes:
    if b"%%EOF" not in content[-2048:]:
        raise PaperRefused(PaperSlip.UNREADABLE)
    if pdf.is_active(content) or MARKUP.search(content[:1024]) or MARKUP.search(content[-2048:]):
        raise PaperRefused(PaperSlip.ACTIVE)
    found = _walked(content)
    if found != pdf.PLAIN:
        raise PaperRefused(PaperSlip.ACTIVE if found == pdf.ACTIVE else PaperSlip.UNREADABLE)
    return content


def _walked(content: bytes) -> str:
    """What the walk found. One that ran out of memory or time could not read the file. One form that a whole class
    hands in is walked once; of what was plain only the digest is remembered."""
    digest = hashlib.sha256(content).digest()
    if digest in _plain:
        return pdf.PLAIN
    try:
        done = subprocess.run(  # noqa: S603 (our own file, by our own interpreter)
            [sys.executable, "-I", str(PDF)], input=content, capture_output=True, timeout=PDF_SECONDS, check=True
        )
    except subprocess.SubprocessError:
        return pdf.UNREADABLE
    found = done.stdout.decode()
    if found == pdf.PLAIN:
        _plain.append(digest)
    return found
