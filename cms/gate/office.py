"""docx, xlsx, pptx and zip: every part is read, shown or hidden; nothing is executed, fetched or unpacked too far.

Text is gathered by its container (a paragraph, a cell, a shared string), so that formatting cannot cut a number in two.
"""

import posixpath
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation
from typing import IO, Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse
from django.utils.translation import gettext as _

from cms.gate.refusal import FileSlip, FileUnreadable, Passage

ENTRIES_MAX = 2_000
EXPANDED_MAX = 48 * 1024 * 1024
CONTAINERS = frozenset({"p", "si", "comment", "text", "oddHeader", "evenHeader", "firstHeader", "oddFooter"})
# Attributes that hold words: alternative texts, addresses, tool tips, cached values, names.
WORDS = frozenset({"descr", "title", "name", "Target", "tooltip", "display", "alias", "v", "prompt", "error", "string"})
MARKUP = re.compile(r"\.(xml|rels|vml)$", re.IGNORECASE)
# A workbook may write any character by its number, and shows the character.
ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
SHEET = re.compile(r"xl/(?:worksheets|macrosheets|chartsheets|dialogsheets)/[^/]+\.xml")
Inner = Callable[[str, bytes], Iterator[Passage]]


@dataclass
class Archive:
    """An opened container with what has been expanded so far."""

    file: zipfile.ZipFile
    inner: Inner
    strings: list[str] = field(default_factory=list)

    def open(self, name: str) -> IO[bytes]:
        return self.file.open(name)


def read_archive(stream: IO[bytes], *, inner: Inner) -> Iterator[Passage]:
    """All passages of a container; `inner` reads what is no markup. Refused: FileUnreadable."""
    try:
        with zipfile.ZipFile(stream) as file:
            names = _members(file)
            archive = Archive(file, inner)
            if "xl/workbook.xml" in names:
                yield from (replace(one, text=_shown(one.text)) for one in _workbook(archive, names))
            else:
                yield from _parts(archive, names)
    except DefusedXmlException:
        raise FileUnreadable(FileSlip.HOSTILE) from None
    except (zipfile.BadZipFile, zlib.error, ParseError, KeyError, EOFError, RuntimeError, ValueError):
        raise FileUnreadable(FileSlip.BROKEN) from None


def _members(file: zipfile.ZipFile) -> list[str]:
    """Names of the parts, once all of them together are known to be small enough to read."""
    parts = [part for part in file.infolist() if not part.is_dir()]
    if any(part.flag_bits & 0x1 for part in parts):
        raise FileUnreadable(FileSlip.LOCKED)
    # A part is never read beyond its declared size: a false declaration breaks its checksum.
    if len(parts) > ENTRIES_MAX or sum(part.file_size for part in parts) > EXPANDED_MAX:
        raise FileUnreadable(FileSlip.TOO_LARGE)
    return [part.filename for part in parts]


def _parts(archive: Archive, names: list[str]) -> Iterator[Passage]:
    for name in names:
        place = _place_of(name)
        yield Passage(place, posixpath.basename(name))
        if MARKUP.search(name):
            with archive.open(name) as part:
                for number, text in _texts(part):
                    yield Passage(_("%(part)s第 %(number)d 段") % {"part": place, "number": number}, text)
        else:
            yield from (passage.inside(place) for passage in archive.inner(name, archive.file.read(name)))


PLACES: tuple[tuple[str, Callable[[], str]], ...] = (
    ("word/document", lambda: _("正文")),
    ("word/header", lambda: _("页眉")),
    ("word/footer", lambda: _("页脚")),
    ("word/comments", lambda: _("批注")),
    ("word/footnotes", lambda: _("脚注")),
    ("word/endnotes", lambda: _("尾注")),
    ("docProps/", lambda: _("文件属性")),
    ("xl/comments", lambda: _("批注")),
    ("xl/threadedComments", lambda: _("批注")),
    ("xl/drawings", lambda: _("图形")),
    ("xl/pivotCache", lambda: _("透视表缓存")),
    ("xl/externalLinks", lambda: _("外部链接缓存")),
    ("xl/workbook", lambda: _("工作簿")),
)


def _place_of(name: str) -> str:
    """The part as a person knows it; its name in the file where it has no other."""
    return next((label() for start, label in PLACES if name.startswith(start)), name)


def _texts(part: IO[bytes]) -> Iterator[tuple[int, str]]:
    """Texts of one part of markup with the number of their container: paragraphs, wordy attributes, loose texts."""
    depth, number, gathered, loose = 0, 1, [""], [""]
    for event, element in iterparse(part, events=("start", "end"), forbid_dtd=True):
        tag = _local(element)
        if event == "start":
            depth += tag in CONTAINERS
            yield from ((number, value) for name, value in element.attrib.items() if _bare(name) in WORDS)
            continue
        (gathered if depth else loose).append(element.text or "")
        if tag in CONTAINERS:
            depth -= 1
            if not depth:
                yield number, "".join(gathered)
                number, gathered = number + 1, [""]
        elif tag in {"br", "cr", "tab"}:
            gathered.append(" ")
        element.clear()
    yield from ((number, text) for text in loose)


def _local(element: Element) -> str:
    return _bare(str(element.tag))


def _bare(name: str) -> str:
    return name.rpartition("}")[2]


def _workbook(archive: Archive, names: list[str]) -> Iterator[Passage]:
    if "xl/sharedStrings.xml" in names:
        with archive.open("xl/sharedStrings.xml") as part:
            archive.strings = list(_shared(part))
    titles = _sheet_titles(archive, names)
    for name in names:
        if SHEET.fullmatch(name):
            sheet = titles.get(name, name)
            with archive.open(name) as part:
                yield from (passage.inside(sheet) for passage in _cells(part, archive.strings))
    # Strings that no cell shows any more stay in the file.
    yield from (Passage(_("工作簿里的文字"), text) for text in archive.strings)
    yield from _parts(archive, [name for name in names if not SHEET.fullmatch(name) and "sharedStrings" not in name])


def _shown(text: str) -> str:
    return ESCAPED.sub(lambda written: chr(int(written[1], 16)), text) if "_x" in text else text


def _shared(part: IO[bytes]) -> Iterator[str]:
    """Shared strings by their number; the reading aid of a string (rPh) belongs to it."""
    for _event, element in iterparse(part, events=("end",), forbid_dtd=True):
        if _local(element) == "si":
            yield "".join(element.itertext())
            element.clear()


def _sheet_titles(archive: Archive, names: list[str]) -> dict[str, str]:
    """Part → name of its sheet, said to be hidden where it is."""
    targets: dict[str, str] = {}
    if "xl/_rels/workbook.xml.rels" in names:
        with archive.open("xl/_rels/workbook.xml.rels") as part:
            for _event, element in iterparse(part, forbid_dtd=True):
                target = element.get("Target") or ""
                targets[element.get("Id") or ""] = posixpath.normpath(posixpath.join("/xl", target)).lstrip("/")
    titles = {}
    with archive.open("xl/workbook.xml") as part:
        for _event, element in iterparse(part, forbid_dtd=True):
            if _local(element) == "sheet":
                relation = next((value for key, value in element.attrib.items() if _bare(key) == "id"), "")
                titles[targets.get(relation, "")] = _sheet_title(element)
    return titles


def _sheet_title(sheet: Element) -> str:
    values = {"name": sheet.get("name") or ""}
    if sheet.get("state") in {"hidden", "veryHidden"}:
        return _("隐藏的工作表「%(name)s」") % values
    return _("工作表「%(name)s」") % values


def _cells(part: IO[bytes], strings: list[str]) -> Iterator[Passage]:
    """Cells, shown or hidden, with formulas and in-line texts; headers, footers and rules of the sheet."""
    row: Element | None = None
    for event, element in iterparse(part, events=("start", "end"), forbid_dtd=True):
        tag = _local(element)
        if event == "start":
            row = element if tag == "row" else row
            yield from (Passage("", value) for name, value in element.attrib.items() if _bare(name) in WORDS)
        elif tag == "c":
            yield from (Passage(element.get("r") or "", text) for text in _cell(element, strings))
            element.clear()
            if row is not None:
                row.clear()
        elif tag not in {"v", "t", "f", "is", "r", "row"}:
            yield Passage("", element.text or "")


def _cell(cell: Element, strings: list[str]) -> Iterator[str]:
    kind, inline = cell.get("t"), ""
    for child in cell:
        text = "".join(child.itertext())
        if _local(child) == "is":
            inline += text
        elif _local(child) != "v":
            yield text
        elif kind == "s":
            yield strings[int(text)] if text.isdigit() and int(text) < len(strings) else text
        else:
            yield _plain(text) if kind in {None, "n"} else text
    yield inline


def _plain(number: str) -> str:
    """A number as its digits; of a float what a spreadsheet shows, 15 digits."""
    if "E" not in number.upper() and "." not in number:
        return number
    try:
        value: Any = Decimal(f"{Decimal(number):.15g}")
    except InvalidOperation:
        return number
    return f"{value:f}".partition(".")[0] if value == value.to_integral_value() else f"{value:f}"
