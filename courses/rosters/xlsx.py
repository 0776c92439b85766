"""Reading xlsx in one pass over its XML: values, formulas, hidden rows and columns, merged cells.

Spreadsheet libraries tell either the values or what is hidden, and lay out the whole area between the outermost cells;
a stranger's file is read here part by part, so that memory is bounded by `grid.UNPACKED_BYTES` whatever it claims.
A part with a document type definition is refused: no entity is ever expanded, nothing outside the file is fetched.
"""

import io
import posixpath
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse

from courses.rosters.grid import UNPACKED_BYTES, Cell, Grid, place_of
from courses.rosters.refusals import RosterRefusal, RosterRefused

PARTS = 2_000
ELEMENTS = 1_000_000
DEPTH = 64
TRUE = {"1", "true"}
# What the standard library raises over parts that are no zip, no XML, or refer to what is not there.
UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    ParseError,
    KeyError,
    ValueError,
    IndexError,
    EOFError,
    OSError,
    RuntimeError,
    StopIteration,
)


def read_xlsx(content: bytes) -> Grid:
    """Refused: RosterRefused for a file that is none, unfolds beyond the limit or holds a document type."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _measure(archive)
            package = Package(archive)
            grid = _read(package)
            package.walk_through()
            return grid
    except (DefusedXmlException, RecursionError) as error:
        raise RosterRefused(RosterRefusal.HOSTILE) from error
    except UNREADABLE as error:
        raise RosterRefused(RosterRefusal.NOT_A_TABLE) from error


def _measure(archive: zipfile.ZipFile) -> None:
    """By what the directory declares; a part that unfolds beyond its own declaration ends in a checksum error."""
    parts = archive.infolist()
    if len(parts) > PARTS or len({part.filename for part in parts}) < len(parts):
        raise RosterRefused(RosterRefusal.HOSTILE)
    if sum(part.file_size for part in parts) > UNPACKED_BYTES:
        raise RosterRefused(RosterRefusal.TOO_BIG_UNPACKED)


@dataclass
class Package:
    """The parts of a workbook, each parsed once, and how many elements they held so far."""

    archive: zipfile.ZipFile
    parsed: set[str] = field(default_factory=set)
    count: int = 0

    def walk_through(self) -> None:
        """Also the parts that nobody reads: the answer is written into a copy of the whole file."""
        for name in self.archive.namelist():
            if name.endswith((".xml", ".rels", ".vml")) and name not in self.parsed:
                for _element in self.elements(name, set()):
                    pass

    def elements(self, name: str, wanted: set[str]) -> Iterator[Element]:
        """The elements of these local names as each ends, of an empty set none. What has been read is let go of."""
        with self.archive.open(name) as part:
            depth: list[Element] = []
            inside = 0
            for event, element in iterparse(part, events=("start", "end"), forbid_dtd=True):
                is_wanted = _local(element) in wanted
                if event == "start":
                    depth.append(element)
                    inside += is_wanted
                    self.count += 1
                    if len(depth) > DEPTH:
                        raise RosterRefused(RosterRefusal.HOSTILE)
                    if self.count > ELEMENTS:
                        raise RosterRefused(RosterRefusal.TOO_BIG_UNPACKED)
                    continue
                depth.pop()
                if is_wanted:
                    inside -= 1
                    yield element
                if not inside:
                    element.clear()
                    if depth:
                        depth[-1].remove(element)
        self.parsed.add(name)


def _local(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _named(element: Element, name: str) -> str:
    """An attribute whatever its namespace: the strict form of the standard has other ones."""
    return next((value for key, value in element.items() if key.rpartition("}")[2] == name), "")


def _read(package: Package) -> Grid:
    grid = Grid("xlsx")
    names = set(package.archive.namelist())
    targets = {
        element.get("Id", ""): posixpath.normpath(posixpath.join("/xl", element.get("Target", ""))).lstrip("/")
        for element in package.elements("xl/_rels/workbook.xml.rels", {"Relationship"})
    }
    visible: list[tuple[str, str]] = []
    for element in package.elements("xl/workbook.xml", {"sheet", "workbookPr"}):
        if _local(element) == "workbookPr":
            grid.epoch_1904 = element.get("date1904", "") in TRUE
        else:
            part = targets.get(_sheet_id(element), "")
            if element.get("state", "visible") == "visible" and part.startswith("xl/worksheets/"):
                visible.append((element.get("name", ""), part))
            else:
                grid.other_sheets.append(element.get("name", ""))
    if not visible:
        raise RosterRefused(RosterRefusal.NOT_A_TABLE)
    grid.other_sheets += [name for name, _part in visible[1:]]
    strings = "xl/sharedStrings.xml"
    texts = [_text(item) for item in package.elements(strings, {"si"})] if strings in names else []
    _read_sheet(package, visible[0][1], texts, grid)
    return grid


def _sheet_id(element: Element) -> str:
    return next((value for key, value in element.items() if key.endswith("}id")), "")


def _text(item: Element) -> str:
    """The runs of a rich text, without the phonetic guides beside them."""
    if _local(item) == "rPh":
        return ""
    own = (item.text or "") if _local(item) == "t" else ""
    return own + "".join(_text(child) for child in item)


def _read_sheet(package: Package, part: str, texts: list[str], grid: Grid) -> None:
    last = 0
    for element in package.elements(part, {"row", "col", "mergeCell"}):
        local = _local(element)
        if local == "row":
            last = int(element.get("r") or last + 1)
            _read_row(element, last, texts, grid)
        elif local == "mergeCell":
            first, _colon, end = element.get("ref", "").partition(":")
            grid.merged.append((*place_of(first), *place_of(end or first)))
        elif element.get("hidden", "") in TRUE:
            ends = min(int(element.get("max", "0")), 200)
            grid.hidden_columns.update(range(int(element.get("min", "0")), ends + 1))


def _read_row(element: Element, row: int, texts: list[str], grid: Grid) -> None:
    column = 0
    for cell in element:
        if _local(cell) != "c":
            continue
        column = place_of(cell.get("r", ""))[1] if cell.get("r") else column + 1
        children = {_local(child): child for child in cell}
        found = _value(cell.get("t", "n"), children, texts)
        if found.text:
            grid.put(row, column, found)
    if row in grid.rows and element.get("hidden", "") in TRUE:
        grid.hidden_rows.add(row)


def _value(kind: str, children: dict[str, Any], texts: list[str]) -> Cell:
    """The text that the file holds, numbers included: what a spreadsheet has rounded is told by its own digits."""
    formula = "f" in children
    value = (children["v"].text or "") if "v" in children else ""
    if kind == "s":
        return Cell(texts[int(value)] if value else "", formula=formula)
    if kind == "inlineStr":
        return Cell(_text(children["is"]) if "is" in children else "", formula=formula)
    # A formula that was never calculated shows nothing; it is named where the cell is needed.
    return Cell(value or ("=" if formula else ""), number=kind == "n" and bool(value), formula=formula)
