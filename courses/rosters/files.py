"""A file of unknown make into a grid: xlsx, xls, or text with commas or tabs in UTF-8 or GB18030. Told by content."""

import csv
import io
import json
import subprocess
import sys
from pathlib import Path

from courses.rosters.grid import COLUMNS, FILE_BYTES, HEADER_WITHIN, ROWS, Cell, Grid
from courses.rosters.refusals import RosterRefusal, RosterRefused
from courses.rosters.xlsx import read_xlsx

LEGACY = Path(__file__).with_name("legacy.py")
LEGACY_SECONDS = 30
LIMITS = {RosterRefusal.TOO_MANY_ROWS: f"{ROWS:,}", RosterRefusal.TOO_WIDE: COLUMNS}


def read(content: bytes) -> Grid:
    """Refused: RosterRefused, with nothing kept."""
    if not content:
        raise RosterRefused(RosterRefusal.EMPTY_FILE)
    if len(content) > FILE_BYTES:
        raise RosterRefused(RosterRefusal.TOO_BIG, limit=FILE_BYTES // 1024 // 1024)
    if content.startswith(b"PK\x03\x04"):
        return read_xlsx(content)
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        return _read_xls(content)
    if content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        raise RosterRefused(RosterRefusal.WEB_PAGE)
    return _read_text(content)


def _read_xls(content: bytes) -> Grid:
    call = [sys.executable, "-I", str(LEGACY), str(ROWS + HEADER_WITHIN), str(COLUMNS)]
    try:
        done = subprocess.run(  # noqa: S603 (our own file, by our own interpreter)
            call, input=content, capture_output=True, timeout=LEGACY_SECONDS, check=True
        )
        told = json.loads(done.stdout)
    except (subprocess.SubprocessError, ValueError) as error:
        raise RosterRefused(RosterRefusal.NOT_A_TABLE) from error
    if "refused" in told:
        code = RosterRefusal(told["refused"])
        raise RosterRefused(code, limit=LIMITS.get(code, ""))
    grid = Grid("xls", merged=[tuple(place) for place in told["merged"]], other_sheets=told["others"])
    for row, column, text, number in told["cells"]:
        grid.put(row, column, Cell(text, number))
    return grid


def _read_text(content: bytes) -> Grid:
    text = _decoded(content)
    if "\0" in text:
        raise RosterRefused(RosterRefusal.NOT_A_TABLE)
    head = text[:4096]
    delimiter = max(",\t;", key=head.count)
    grid = Grid("csv")
    try:
        for number, line in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), start=1):
            for column, value in enumerate(line, start=1):
                grid.put(number, column, Cell(value))
    except csv.Error as error:
        raise RosterRefused(RosterRefusal.NOT_A_TABLE) from error
    return grid


def _decoded(content: bytes) -> str:
    encodings = ["utf-16"] if content[:2] in (b"\xff\xfe", b"\xfe\xff") else ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise RosterRefused(RosterRefusal.ENCODING)
