"""A canary in every place of every kind of file is found and named; what cannot be read is held back and why."""

import io
import struct
import time
import tracemalloc
import zipfile
from typing import Any

import pytest
from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.workbook.defined_name import DefinedName

from cms import gate
from cms.gate import FileSlip, files, office
from tests.cms.gate.papers import W, docx, packed, paragraph, pdf, png, xlsx

DOCUMENT = "370699199001010016"
PHONE = "13805351234"


def told(content: bytes, name: str = "名单") -> list[tuple[str, str]]:
    return [(finding.place, finding.shown) for finding in gate.file_findings(io.BytesIO(content), name=name)]


def places(content: bytes, name: str = "名单") -> list[str]:
    return [place for place, _shown in told(content, name)]


def slips(content: bytes, name: str = "名单") -> list[FileSlip | None]:
    return [finding.slip for finding in gate.file_findings(io.BytesIO(content), name=name)]


def one_cell(value: Any, **more: Any) -> bytes:
    def fill(book: Workbook) -> None:
        book.active["B3"] = value
        for name, setting in more.items():
            setattr(book.active["B3"], name, setting)

    return xlsx(fill)


def aside(**settings: str) -> bytes:
    def fill(book: Workbook) -> None:
        sheet = book.create_sheet("底稿")
        sheet["C4"] = f"{DOCUMENT}"
        sheet.sheet_state = settings["state"]

    return xlsx(fill)


def dressed(book: Workbook) -> None:
    sheet = book.active
    sheet["A1"] = "人数"
    sheet["A1"].comment = Comment(f"问王师傅 {PHONE}", "经办")


def headed(book: Workbook) -> None:
    book.active.oddHeader.center.text = f"电话 {PHONE}"


def named(book: Workbook) -> None:
    book.defined_names["who"] = DefinedName("who", attr_text=f'"{PHONE}"')


def owned(book: Workbook) -> None:
    book.properties.creator = f"经办 {PHONE}"


def concealed(book: Workbook) -> None:
    book.active["D2"] = PHONE
    book.active.column_dimensions["D"].hidden = True
    book.active.row_dimensions[2].hidden = True


CELLS = [
    (one_cell(DOCUMENT), "工作表「公示」 › B3"),
    (one_cell(int(PHONE)), "工作表「公示」 › B3"),
    (one_cell(float(PHONE)), "工作表「公示」 › B3"),
    (one_cell(370699199001010016), "工作表「公示」 › B3"),
    (one_cell(f'="电话"&"{PHONE}"'), "工作表「公示」 › B3"),
    (aside(state="hidden"), "隐藏的工作表「底稿」 › C4"),
    (aside(state="veryHidden"), "隐藏的工作表「底稿」 › C4"),
    (xlsx(concealed), "工作表「公示」 › D2"),
    (xlsx(dressed), "批注第 1 段"),
    (xlsx(headed), "工作表「公示」"),
    (xlsx(named), "工作簿第 1 段"),
    (xlsx(owned), "文件属性第 1 段"),
]


@pytest.mark.parametrize(("content", "place"), CELLS)
def test_every_place_of_a_workbook_is_read_and_named(content: bytes, place: str) -> None:
    assert place in places(content)


def test_a_workbook_that_keeps_its_texts_in_a_shared_list_is_read_by_cell() -> None:
    cells = '<sheetData><row r="1"><c r="A1" t="s"><v>0</v></c></row></sheetData>'
    content = packed(
        {
            "xl/workbook.xml": '<workbook xmlns:r="r"><sheets><sheet name="甲" r:id="r1" state="hidden"/></sheets>'
            "</workbook>",
            "xl/_rels/workbook.xml.rels": '<R><Relationship Id="r1" Target="worksheets/sheet1.xml"/></R>',
            "xl/worksheets/sheet1.xml": f"<worksheet>{cells}</worksheet>",
            "xl/sharedStrings.xml": f"<sst><si><r><t>370699</t></r><r><t>{DOCUMENT[6:]}</t></r></si>"
            f"<si><t>{PHONE}</t></si></sst>",
        }
    )
    assert told(content) == [
        ("隐藏的工作表「甲」 › A1", "37*************016"),
        ("工作簿里的文字", "37*************016"),
        ("工作簿里的文字", "138****1234"),
    ]


TEXT = f"{DOCUMENT}"
WRITTEN = [
    (docx(paragraph(TEXT)), "正文第 2 段"),
    (docx(paragraph("370699", "1990", "01010016")), "正文第 2 段"),
    (docx(paragraph(TEXT, hidden=True)), "正文第 2 段"),
    (docx(f"<w:tbl><w:tr><w:tc>{paragraph(TEXT)}</w:tc></w:tr></w:tbl>"), "正文第 2 段"),
    (docx(f"<w:p><w:del><w:r><w:delText>{TEXT}</w:delText></w:r></w:del></w:p>"), "正文第 2 段"),
    (docx(f'<w:p><w:drawing><wp:docPr xmlns:wp="wp" descr="{TEXT}"/></w:drawing></w:p>'), "正文第 2 段"),
    (docx(word__header1=f"<w:hdr {W}>{paragraph(TEXT)}</w:hdr>"), "页眉第 1 段"),
    (docx(word__footer1=f"<w:ftr {W}>{paragraph(TEXT)}</w:ftr>"), "页脚第 1 段"),
    (docx(word__comments=f"<w:comments {W}><w:comment>{paragraph(TEXT)}</w:comment></w:comments>"), "批注第 1 段"),
    (docx(word__footnotes=f"<w:footnotes {W}>{paragraph(TEXT)}</w:footnotes>"), "脚注第 1 段"),
    (docx(docProps__core=f"<cp><creator>经办 {TEXT}</creator></cp>"), "文件属性第 1 段"),
    (docx(customXml__item1=f"<data><row>{TEXT}</row></data>"), "customXml/item1.xml第 1 段"),
    (docx(**{"word__embeddings__book.xlsx": one_cell(TEXT)}), "word/embeddings/book.xlsx › 工作表「公示」 › B3"),
    (docx(**{"word___rels__document.xml.rels": f'<R><R Target="https://example.org/{TEXT}"/></R>'}), ""),
]


@pytest.mark.parametrize(("content", "place"), WRITTEN)
def test_every_place_of_a_document_is_read_and_named(content: bytes, place: str) -> None:
    [(found, shown)] = set(told(content))
    assert shown == "37*************016"
    assert found.startswith(place)


def noted(file: Any) -> None:
    file.text_annotation(x=10, y=10, text=f"call {PHONE}")


def linked(file: Any) -> None:
    file.link(x=10, y=10, w=5, h=5, link=f"https://example.org/?tel={PHONE}")


def enclosed(file: Any) -> None:
    file.embed_file(bytes=one_cell(TEXT), basename="list.xlsx")


PRINTED = [
    (pdf("training", f"list {TEXT}"), "第 2 页"),
    (pdf(f"ID {DOCUMENT[:10]}\n{DOCUMENT[10:]}"), "第 1 页"),
    (pdf("clean", title=f"list {PHONE}"), "文件属性"),
    (pdf("clean", draw=noted), "第 1 页 › 批注"),
    (pdf("clean", draw=linked), "第 1 页 › 批注"),
    (pdf("clean", draw=enclosed), "夹带的文件「list.xlsx」 › 工作表「公示」 › B3"),
]


@pytest.mark.parametrize(("content", "place"), PRINTED)
def test_every_place_of_a_pdf_is_read_and_named(content: bytes, place: str) -> None:
    assert place in places(content)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_plain_texts_and_tables_are_read_in_any_encoding_of_the_office(encoding: str) -> None:
    lines = f"姓名,证件\n王师傅,{DOCUMENT}\n"
    assert told(lines.encode(encoding), "名单.csv") == [("第 2 行", "37*************016")]
    assert places(f"甲\n{DOCUMENT[:9]}\n{DOCUMENT[9:]}".encode(encoding), "说明.txt") == ["第 2 行"]


def test_a_cell_that_goes_on_over_two_lines_is_read_as_the_spreadsheet_shows_it() -> None:
    lines = f'姓名,证件\n王师傅,"{DOCUMENT[:11]}\n{DOCUMENT[11:]}"\n李师傅,370699\n'
    assert told(lines.encode(), "名单.csv") == [("第 3 行", "37*************016")]


def test_characters_that_a_workbook_writes_by_their_number_are_read_as_they_are_shown() -> None:
    written = "".join(f"_x{ord(digit):04X}_" for digit in DOCUMENT)
    assert places(one_cell(written)) == places(one_cell(DOCUMENT))


def test_a_number_in_the_name_of_a_file_and_in_a_picture_s_remark_is_found() -> None:
    assert [shown for _place, shown in told(b"clean", f"{PHONE}.txt")] == ["138****1234"]
    assert told(png() + b"tEXtComment\0tel 13805351234", "a.png") == [("图片自带的说明", "138****1234")]


def test_files_inside_a_container_are_read() -> None:
    content = packed({"甲/名单.xlsx": one_cell(TEXT), "乙.docx": docx(), "读我.txt": "ok"})
    assert places(content) == ["甲/名单.xlsx › 工作表「公示」 › B3"]


def locked() -> bytes:
    content = bytearray(packed({"a.txt": "ok"}, method=zipfile.ZIP_STORED))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        struct.pack_into("<H", content, content.index(mark) + offset, 1)
    return bytes(content)


def locked_pdf() -> bytes:
    return pdf("clean", draw=lambda file: file.set_encryption(owner_password="o", user_password="u"))


def nested(depth: int) -> bytes:
    content = b"ok"
    for _level in range(depth):
        content = packed({"a.zip": content})
    return content


BOMB = packed({f"{number}.txt": b"0" * 8_000_000 for number in range(40)})
LAUGH = '<!DOCTYPE a [<!ENTITY b "ha"><!ENTITY c "&b;&b;&b;">]><w:document>&c;</w:document>'
FETCH = '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><w:document>&b;</w:document>'
SCAN = pdf(draw=lambda file: file.image(io.BytesIO(png(40))))
UNREADABLE = [
    (b"PK\x03\x04 not a container", FileSlip.BROKEN),
    (b"%PDF-1.7 nothing follows", FileSlip.BROKEN),
    (docx()[:-60], FileSlip.BROKEN),
    (locked(), FileSlip.LOCKED),
    (locked_pdf(), FileSlip.LOCKED),
    (files.OLE + b"0" * 600, FileSlip.OLD_FORMAT),
    (BOMB, FileSlip.TOO_LARGE),
    (packed({f"{number}.txt": "" for number in range(office.ENTRIES_MAX + 1)}), FileSlip.TOO_LARGE),
    (nested(8), FileSlip.TOO_DEEP),
    (packed({"word/document.xml": LAUGH}), FileSlip.HOSTILE),
    (packed({"word/document.xml": FETCH}), FileSlip.HOSTILE),
    (b"\x7fELF\0\0\0\xff\xfe\xfd", FileSlip.UNKNOWN),
    (SCAN, FileSlip.PICTURE),
]


@pytest.mark.parametrize(("content", "slip"), UNREADABLE)
def test_what_cannot_be_read_is_held_back_with_the_reason(content: bytes, slip: FileSlip) -> None:
    assert slips(content) == [slip]


def test_what_was_found_before_a_file_broke_off_is_still_told() -> None:
    content = docx(paragraph(TEXT), word__zz="<not closed")
    assert slips(content) == [None, FileSlip.BROKEN]


def test_a_bomb_costs_neither_time_nor_memory() -> None:
    tracemalloc.start()
    begun = time.monotonic()
    assert slips(BOMB) == [FileSlip.TOO_LARGE]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert time.monotonic() - begun < 2
    assert peak < 150 * 1024 * 1024


@pytest.mark.parametrize(
    "content",
    [docx(paragraph("37*************016")), one_cell("138****1234"), pdf("0535-6785123"), png(), b"", nested(2)],
)
def test_clean_files_pass(content: bytes) -> None:
    assert told(content) == []
