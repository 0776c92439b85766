"""What is read of a file, and which files are not touched at all."""

import io
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from courses.rosters import RosterRefusal, RosterRefused
from courses.rosters.columns import Column, find_header
from courses.rosters.files import read
from courses.rosters.grid import FILE_BYTES, ROWS, UNPACKED_BYTES
from tests.factories import sheets

SHEET = "xl/worksheets/sheet1.xml"
MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
PEOPLE = [sheets.person(1), sheets.person(2)]


def refusal_of(content: bytes) -> str:
    with pytest.raises(RosterRefused) as refused:
        find_header(read(content))
    return str(refused.value.code)


def names_in(content: bytes) -> list[str]:
    grid = read(content)
    row_of_header, places, _unread = find_header(grid)
    return [grid.rows[row][places[Column.NAME]].text for row in sorted(grid.rows) if row > row_of_header]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", "\t"])
def test_text_files_are_read_in_every_usual_encoding(encoding: str, delimiter: str) -> None:
    assert names_in(sheets.text(PEOPLE, encoding=encoding, delimiter=delimiter)) == ["李强", "张强"]


def test_a_workbook_is_read() -> None:
    assert names_in(sheets.xlsx(PEOPLE)) == ["李强", "张强"]


@pytest.mark.parametrize(
    "header",
    [
        ("序号", "学员姓名", "性别", "证件种类", "身份证号", "出生日期", "学历", "人员类型", "手机号"),
        (" 序号", "姓　名", "性 别", "证件类型", "证件号码（必填）", "出生日期", "文化程度", "人员类别*", "联系电话："),
    ],
)
def test_headings_may_be_spaced_and_named_otherwise(header) -> None:
    assert names_in(sheets.xlsx(PEOPLE, header=header)) == ["李强", "张强"]


def test_columns_may_stand_in_any_order_below_a_merged_title() -> None:
    def shuffle(page) -> None:
        page.insert_rows(1, 2)
        page["A1"] = "烟台市职业技能培训学员花名册"
        page.merge_cells("A1:I1")
        page.move_range("B3:B9", cols=10)

    assert names_in(sheets.xlsx(PEOPLE, change=shuffle)) == ["李强", "张强"]


def test_a_header_that_is_missing_short_or_double_is_named() -> None:
    assert refusal_of(sheets.xlsx(PEOPLE, header="甲乙丙丁戊己庚辛壬")) == RosterRefusal.NO_HEADER
    without = [*sheets.HEADER[:4], "号", *sheets.HEADER[5:]]
    assert refusal_of(sheets.xlsx(PEOPLE, header=without)) == RosterRefusal.HEADING_MISSING
    double = [*sheets.HEADER[:5], "身份证号", *sheets.HEADER[6:]]
    assert refusal_of(sheets.xlsx(PEOPLE, header=double)) == RosterRefusal.HEADING_TWICE


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", RosterRefusal.EMPTY_FILE),
        (b"x" * (FILE_BYTES + 1), RosterRefusal.TOO_BIG),
        (b"<html><table><tr><td>1</td></tr></table>", RosterRefusal.WEB_PAGE),
        (b"PK\x03\x04broken", RosterRefusal.NOT_A_TABLE),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, RosterRefusal.NOT_A_TABLE),
        (b"\xff\x00\xfd\x81", RosterRefusal.ENCODING),
        (b"a,\0b", RosterRefusal.NOT_A_TABLE),
    ],
)
def test_what_is_no_table_is_refused_with_its_code(content: bytes, code: str) -> None:
    assert refusal_of(content) == code


def test_entities_and_outside_references_are_refused_before_they_are_read() -> None:
    bomb = f"""<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">
        <!ENTITY f SYSTEM "file:///etc/hostname">]><worksheet {MAIN}><sheetData>
        <row r="1"><c r="A1" t="inlineStr"><is><t>&b;&f;</t></is></c></row></sheetData></worksheet>"""
    for encoding in ("utf-8", "utf-16"):
        assert refusal_of(sheets.with_part(sheets.xlsx(PEOPLE), SHEET, bomb.encode(encoding))) == RosterRefusal.HOSTILE
    shared = sheets.with_part(sheets.xlsx(PEOPLE), "xl/theme/theme1.xml", b'<!DOCTYPE x [<!ENTITY a "1">]><x>&a;</x>')
    assert refusal_of(shared) == RosterRefusal.HOSTILE


def test_a_file_that_unfolds_beyond_the_limit_is_refused() -> None:
    bomb = sheets.with_part(sheets.xlsx(PEOPLE), "xl/media/picture.bin", b"\0" * (UNPACKED_BYTES + 1))
    assert len(bomb) < FILE_BYTES
    assert refusal_of(bomb) == RosterRefusal.TOO_BIG_UNPACKED


def test_a_part_that_lies_about_its_size_is_refused() -> None:
    honest = sheets.with_part(sheets.xlsx(PEOPLE), SHEET, f"<worksheet {MAIN}>{' ' * 100_000}</worksheet>".encode())
    file = io.BytesIO(honest)
    with zipfile.ZipFile(file) as archive:
        size = archive.getinfo(SHEET).file_size
    assert (
        refusal_of(honest.replace(size.to_bytes(4, "little"), (40).to_bytes(4, "little"))) == RosterRefusal.NOT_A_TABLE
    )


def test_a_cell_a_million_columns_away_costs_nothing() -> None:
    cell = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    far = f'<worksheet {MAIN}><dimension ref="A1:XFD1048576"/><sheetData>{cell}</sheetData></worksheet>'
    assert refusal_of(sheets.with_part(sheets.xlsx(PEOPLE), SHEET, far.encode())) == RosterRefusal.TOO_WIDE


def test_one_long_text_named_by_every_cell_does_not_multiply() -> None:
    cells = "".join('<c t="s"><v>0</v></c>' for _ in range(50))
    rows = "".join(f'<row r="{row}">{cells}</row>' for row in range(1, 3000))
    sheet = sheets.with_part(
        sheets.xlsx(PEOPLE), SHEET, f"<worksheet {MAIN}><sheetData>{rows}</sheetData></worksheet>".encode()
    )
    texts = f"<sst {MAIN}><si><t>{'字' * 1_000_000}</t></si></sst>".encode()
    grid = read(sheets.with_part(sheet, "xl/sharedStrings.xml", texts))
    assert {len(cell.text) for line in grid.rows.values() for cell in line.values()} == {500}


def fifty_thousand_rows() -> bytes:
    rows = [sheets.person(1)] * 50_000
    return sheets.xlsx(rows[:1], change=lambda page: [page.append(row) for row in rows])


def zip_bomb() -> bytes:
    """A sheet that says it is small and unfolds to twice the limit."""
    honest = sheets.with_part(sheets.xlsx(PEOPLE), SHEET, b" " * (2 * UNPACKED_BYTES))
    with zipfile.ZipFile(io.BytesIO(honest)) as archive:
        size = archive.getinfo(SHEET).file_size
    return honest.replace(size.to_bytes(4, "little"), (40_000).to_bytes(4, "little"))


def a_billion_laughs() -> bytes:
    laughs = "".join(f'<!ENTITY l{n} "{"".join(f"&l{n - 1};" for _ in range(10))}">' for n in range(1, 10))
    cell = '<row r="1"><c r="A1" t="inlineStr"><is><t>&l9;</t></is></c></row>'
    sheet = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "哈">{laughs}]><worksheet {MAIN}><sheetData>{cell}'
    return sheets.with_part(sheets.xlsx(PEOPLE), SHEET, f"{sheet}</sheetData></worksheet>".encode())


@pytest.mark.parametrize(
    ("made", "code"),
    [
        (fifty_thousand_rows, RosterRefusal.TOO_MANY_ROWS),
        (zip_bomb, RosterRefusal.NOT_A_TABLE),
        (a_billion_laughs, RosterRefusal.HOSTILE),
    ],
)
def test_a_hostile_file_is_refused_in_bounded_memory(made: Callable[[], bytes], code: str, tmp_path: Path) -> None:
    """In a process of its own, so that nothing else is counted: 150 MB above an empty one at most."""
    book = tmp_path / "large.xlsx"
    book.write_bytes(made())
    script = """
import os, resource, sys
import django; django.setup()
from courses.rosters.files import read
from courses.rosters import RosterRefused
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    read(open(sys.argv[1], "rb").read())
except RosterRefused as refused:
    print(refused.code, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""
    done = subprocess.run([sys.executable, "-c", script, str(book)], capture_output=True, text=True, check=True)
    told, megabytes = done.stdout.split()
    assert told == code
    assert int(megabytes) <= 150


def test_the_limit_itself_is_read() -> None:
    rows = [sheets.person(1)] * ROWS
    assert len(names_in(sheets.text(rows, encoding="utf-8"))) == ROWS
