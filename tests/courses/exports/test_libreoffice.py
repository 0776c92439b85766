"""Our files opened by LibreOffice: its sums agree with ours, 18 digits stay, and nothing that was typed computes."""

import re
import shutil
import subprocess
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from courses import exports
from courses.exports import Book, Sheet, Wanted
from courses.exports import Mark as Stamp
from courses.exports.writing import write_csv, write_xlsx
from courses.models import Export
from tests.courses.exports.conftest import NUMBER
from tests.courses.exports.test_forms import PAYLOADS
from tests.courses.exports.test_monthly import SEPTEMBER, year
from tests.workbooks import formulas

__all__ = ["year"]
OFFICE = shutil.which("soffice") or shutil.which("libreoffice")
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(OFFICE is None, reason="LibreOffice is not installed: no file was opened by it"),
]
VALUE = re.compile(rb"(</f>)<v>[^<]*</v>")


def opened(folder: Path, *names: str) -> dict[str, Any]:
    """Each file as LibreOffice reads it and writes it anew: text, values and formulas are then its own."""
    assert OFFICE
    home = f"-env:UserInstallation=file://{folder}/home"
    csv_as_text = "--infilter=CSV:44,34,76,1" if names[0].endswith(".csv") else None
    command = [
        OFFICE,
        home,
        "--headless",
        *([csv_as_text] if csv_as_text else []),
        "--convert-to",
        "xlsx:Calc MS Excel 2007 XML",
    ]
    subprocess.run([*command, "--outdir", str(folder / "out"), *(str(folder / name) for name in names)], check=True,
                   capture_output=True, timeout=180)  # fmt: skip
    return {name: folder / "out" / f"{Path(name).stem}.xlsx" for name in names}


def without_values(file: Path, target: Path) -> None:
    """The formulas without what they are said to give, so that whoever opens the file has to compute them."""
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, VALUE.sub(rb"\1", old.read(name)))


@pytest.mark.usefixtures("year")
def test_libreoffice_computes_the_values_that_our_monthly_workbook_states(now, city, tmp_path: Path) -> None:
    file = exports.take(by=city, wanted=Wanted("monthly", "xlsx", SEPTEMBER), now=now).file
    assert file is not None
    with file:
        (tmp_path / "ours.xlsx").write_bytes(file.read())
    without_values(tmp_path / "ours.xlsx", tmp_path / "bare.xlsx")
    said, stated = load_workbook(tmp_path / "ours.xlsx"), load_workbook(tmp_path / "ours.xlsx", data_only=True)
    bare = load_workbook(tmp_path / "bare.xlsx", data_only=True)
    theirs = load_workbook(opened(tmp_path, "bare.xlsx")["bare.xlsx"], data_only=True)
    places = [(sheet.title, cell) for sheet in said.worksheets for cell in formulas(sheet)]
    assert len(places) == 4 + 14 + 3 * 8
    assert {bare[sheet][cell].value for sheet, cell in places} == {None}
    wrong = [
        (sheet, cell) for sheet, cell in places if theirs[sheet][cell].value != pytest.approx(stated[sheet][cell].value)
    ]
    assert wrong == []


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_eighteen_digits_stay_and_no_payload_computes(now, city, tmp_path: Path, kind: str) -> None:
    texts = [*PAYLOADS, NUMBER, "007", "0"]
    book = Book("x", [Sheet("x", ["值"], [[text] for text in texts])])
    file, _rows = (write_csv if kind == Export.Kind.CSV else write_xlsx)(book, Stamp(city, now))
    with file:
        (tmp_path / f"x.{kind}").write_bytes(file.read())
    sheet = load_workbook(opened(tmp_path, f"x.{kind}")[f"x.{kind}"]).worksheets[0]
    cells = [sheet.cell(place, 1) for place in range(2, 2 + len(texts))]
    assert [cell.value for cell in cells if cell.data_type == "f"] == []
    assert len(PAYLOADS) >= 100
    plain = [str(cell.value).lstrip("'").replace("_x000D_", "\r") for cell in cells]
    assert plain[len(PAYLOADS) :] == [NUMBER, "007", "0"]
    assert [" ".join(one.split()) for one in plain] == [" ".join(one.split()) for one in texts]


def test_a_full_roster_keeps_its_numbers(now, city, second, roster, tmp_path: Path) -> None:
    wanted = Wanted("a", "xlsx", {"class": roster.number}, full=True, purpose="办理补贴")
    export = exports.take(by=city, wanted=wanted, now=now).export
    exports.agree(by=second, export=export, now=now)
    exports.make_due(clock=lambda: now)
    export.refresh_from_db()
    with exports.fetch(by=city, export=export, now=now).file as file:
        (tmp_path / "a.xlsx").write_bytes(file.read())
    sheet = load_workbook(opened(tmp_path, "a.xlsx")["a.xlsx"])["学员花名册"]
    heading = [cell.value for cell in sheet[1]]
    row = dict(zip(heading, sheet[2], strict=True))
    assert (row["证件号码"].value, row["证件号码"].data_type) == (NUMBER, "s")
    assert (row["姓名"].value, row["姓名"].data_type) == ("=1+1", "s")
    assert row["出生日期"].value == date(1990, 1, 1).isoformat()
