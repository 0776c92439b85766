"""Walking a stranger's PDF, in a process of its own with bounded memory and time: it cannot be checked beforehand.

Run as a file (`python -I pdf.py`): the PDF on standard input, one word on standard output. Knows nothing of the
service. Objects that are packed into streams are unpacked: there the raw bytes tell nothing.
"""

import io
import re
import resource
import sys
import zlib
from collections.abc import Iterator
from typing import Any

from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, NameObject, PdfObject, StreamObject

PLAIN, ACTIVE, UNREADABLE = "plain", "active", "unreadable"
MEMORY_BYTES = 768 * 1024 * 1024
SECONDS = 10
OBJECTS = 100_000
# Bytes before a stream in which its own description is looked for.
HEAD = 4096
ENTRIES = 1_000_000
UNPACKED_BYTES = 32 * 1024 * 1024
# Names, as keys or as values, that make a PDF more than paper.
NAMES = frozenset(
    f"/{name}"
    for name in (
        "JavaScript", "JS", "Launch", "EmbeddedFile", "EmbeddedFiles", "RichMedia", "XFA", "AA", "SubmitForm",
        "ImportData", "GoToE", "Rendition", "Movie", "Sound", "Encrypt",
    )
)  # fmt: skip
# The same where only bytes can be read; short ones would be found by chance.
RAW = re.compile(
    rb"/(JavaScript|JS|Launch|EmbeddedFiles?|RichMedia|XFA|AA|Encrypt|SubmitForm|ImportData|GoToE)(?![A-Za-z0-9])"
)
ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")
PACKED = re.compile(rb"/ObjStm\b")
STREAM = re.compile(rb"stream\r?\n")


class Active(Exception):
    pass


class TooMuch(Exception):
    pass


def is_active(content: bytes) -> bool:
    """Bytes of a PDF, names written with escapes included (/J#61vaScript)."""
    return RAW.search(ESCAPED.sub(lambda match: bytes([int(match[1], 16)]), content)) is not None


def verdict(content: bytes) -> str:
    try:
        for packed in _packed(content):
            if is_active(packed):
                return ACTIVE
        reader = PdfReader(io.BytesIO(content))
        if reader.is_encrypted:
            return ACTIVE
        _walk(reader)
    except Active:
        return ACTIVE
    except Exception:  # noqa: BLE001 (whatever a library meets in a stranger's file)
        return UNREADABLE
    return PLAIN


def _packed(content: bytes) -> Iterator[bytes]:
    """Every stream of packed objects that the bytes show, whether the file's own table names it or not."""
    left = UNPACKED_BYTES
    for found in STREAM.finditer(content):
        head = ESCAPED.sub(
            lambda match: bytes([int(match[1], 16)]), content[max(found.start() - HEAD, 0) : found.start()]
        )
        if not PACKED.search(head.rpartition(b"obj")[2]):
            continue
        unpacking = zlib.decompressobj()
        try:
            plain = unpacking.decompress(content[found.end() :], left)
        except zlib.error:
            # Packed in another way: the walk reads it, or refuses it.
            continue
        left -= len(plain)
        if left <= 0:
            raise TooMuch
        yield plain


def _walk(reader: PdfReader) -> None:
    """Every object of the file's table, reachable from a page or not, and the trailer with what it opens with."""
    numbers = {(number, generation) for generation, rows in reader.xref.items() for number in rows}
    numbers |= {(number, 0) for number in reader.xref_objStm}
    if len(numbers) > OBJECTS:
        raise TooMuch
    entries = _look(reader.trailer, 0)
    _look_at_opening(reader)
    for number, generation in sorted(numbers):
        held = reader.get_object(IndirectObject(number, generation, reader)) if number else None
        if isinstance(held, StreamObject) and held.get("/Type") == "/ObjStm" and is_active(held.get_data()):
            raise Active
        entries += _look(held, 0)
        if entries > ENTRIES:
            raise TooMuch
    if not len(reader.pages):
        raise TooMuch


def _look_at_opening(reader: PdfReader) -> None:
    """To open at a page is no deed; anything else that happens by itself is."""
    opening: Any = reader.root_object.get("/OpenAction")
    held = opening.get_object() if opening is not None else None
    if isinstance(held, DictionaryObject) and held.get("/S") != "/GoTo":
        raise Active
    if isinstance(held, DictionaryObject) and "/Next" in held:
        raise Active


def _look(held: PdfObject | None, depth: int) -> int:
    """How many entries one object has with all that is written inside it; what it refers to is looked at by itself."""
    if depth > 100:
        raise TooMuch
    if isinstance(held, NameObject):
        if held in NAMES:
            raise Active
        return 1
    if isinstance(held, DictionaryObject):
        if NAMES.intersection(held):
            raise Active
        return 1 + sum(_look(held.raw_get(key), depth + 1) for key in held)
    if isinstance(held, ArrayObject):
        return 1 + sum(_look(entry, depth + 1) for entry in list.__iter__(held))
    return 1


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    sys.stdout.write(verdict(sys.stdin.buffer.read()))


if __name__ == "__main__":
    main()
