"""自备表: a workbook is taken in, mapped in versions, seen beforehand, filled, and a figure that is gone is named."""

import io
import zipfile
from datetime import date, datetime, timedelta

import openpyxl
import pytest

from courses import exports, tally
from courses.exports import Ask, ExportRefusal, ExportRefused, Wanted, keeping, own
from courses.models import District, Export, OwnForm, OwnFormVersion
from tests.factories import catalogue, people
from tests.factories.ledger import batch, row

pytestmark = pytest.mark.django_db
CELLS = [
    ("报表", "B2", "skills.verified"),
    ("报表", "B3", "skills.target@zhifu"),
    ("报表", "B4", "month"),
    ("报表", "C2", "skills.state"),
]


def workbook() -> bytes:
    """A form as an office makes one: a title over merged cells, a formula of its own, a width."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "报表"
    sheet["A1"] = "某市培训月报"
    sheet.merge_cells("A1:C1")
    sheet["B5"] = "=B2*2"
    sheet.column_dimensions["A"].width = 33
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


def repacked(**parts: bytes) -> bytes:
    """The same with parts that an office does not write."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook())) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, parts.pop(name.replace("/", "_"), None) or old.read(name))
        for name, content in parts.items():
            new.writestr(name.replace("_", "/"), content)
    return made.getvalue()


def refused(deed, *args, **kwargs) -> ExportRefused:
    with pytest.raises(ExportRefused) as caught:
        deed(*args, **kwargs)
    return caught.value


@pytest.fixture
def form(now, city) -> OwnForm:
    tally.set_target(
        by=city, year=2026, line="skills", district=catalogue.district(), amount=40, source="年度计划", now=now
    )
    batch(rows=[row(counted_on=date(2026, 8, 3)) for _ in range(3)], now=now)
    return exports.upload(by=city, name="月报", content=workbook(), now=now)


def filled(by, form: OwnForm, now: datetime) -> openpyxl.worksheet.worksheet.Worksheet:
    wanted = Wanted("own", "xlsx", {"own": form.number, "year": 2026, "month": 8})
    file = exports.take(by=by, wanted=wanted, now=now).file
    assert file is not None
    with file:
        return openpyxl.load_workbook(file)["报表"]


def test_each_cell_gets_its_figure_and_everything_else_stays(now, city, form) -> None:
    exports.set_cells(by=city, form=form, cells=CELLS, seen=1, now=now)
    sheet = filled(city, form, now)
    assert [sheet[place].value for place in ("B2", "B3", "B4", "C2", "B5")] == [3, 40, 8, "未设目标", "=B2*2"]
    assert (sheet["A1"].value, sheet.column_dimensions["A"].width) == ("某市培训月报", 33)
    assert "A1:C1" in [str(place) for place in sheet.merged_cells.ranges]
    kept = Export.objects.get()
    assert (kept.form, kept.filters) == ("own", {"own": form.number, "year": 2026, "month": 8})


def test_what_would_be_filled_is_seen_beforehand(now, city, form) -> None:
    version = exports.set_cells(by=city, form=form, cells=CELLS[:2], seen=1, now=now)
    ask = Ask(city, now, {"year": 2026, "month": 8})
    assert exports.preview(ask=ask, version=version) == [
        ("报表", "B2", "全市 职业技能培训 本年累计", 3),
        ("报表", "B3", "芝罘区 职业技能培训 年度目标", 40),
    ]


def test_a_counted_figure_may_be_cut_by_kind_and_month_beside_line_and_district(now, city, form) -> None:
    """3 in August in Zhifu are skills training; 2 of July are a second kind, 1 of these in Laishan."""
    catalogue.district("laishan", "莱山区", "370613")
    for key, name in (("skill", "职业技能培训"), ("gyb", "GYB")):
        catalogue.kind(key, name=name)
    own = {"counted_on": date(2026, 7, 9), "kind": "gyb"}
    batch(rows=[row(**own), row(**own, district="laishan")], now=now)
    cuts = {
        exports.narrowed("skills.verified", kind="gyb", month=0): ("全市 职业技能培训 GYB 本年累计", 2),
        exports.narrowed("skills.month@zhifu", kind="skill", month=0): ("芝罘区 职业技能培训 职业技能培训 本月人次", 3),
        exports.narrowed("skills.verified@laishan", kind="", month=7): ("莱山区 职业技能培训 7 月人次", 1),
        exports.narrowed("skills.month", kind="gyb", month=8): ("全市 职业技能培训 GYB 8 月人次", 0),
        exports.narrowed("skills.month", kind="", month=9): ("全市 职业技能培训 9 月人次", ""),
    }
    assert list(cuts)[2:4] == ["skills.count~7@laishan", "skills.count/gyb~8"]
    cells = [("报表", f"D{place}", key) for place, key in enumerate(cuts, start=1)]
    version = exports.set_cells(by=city, form=form, cells=cells, seen=1, now=now)
    seen = exports.preview(ask=Ask(city, now, {"year": 2026, "month": 8}), version=version)
    assert [(label, value) for _sheet, _cell, label, value in seen] == list(cuts.values())
    sheet = filled(city, form, now)
    assert [sheet[f"D{place}"].value for place in range(1, 6)] == [2, 3, 1, 0, None]


@pytest.mark.parametrize(
    "figure", ["skills.verified/nothing", "skills.count~13", "skills.target/gyb", "skills.verified~7", "own.month/gyb"]
)
def test_a_cut_that_there_is_not_is_refused(now, city, form, figure: str) -> None:
    catalogue.kind("gyb", name="GYB")
    refusal = refused(exports.set_cells, by=city, form=form, cells=[("报表", "D1", figure)], seen=1, now=now)
    assert refusal.code == ExportRefusal.NO_FIGURE


def test_only_what_is_counted_can_be_cut() -> None:
    assert refused(exports.narrowed, "skills.target", kind="gyb", month=0).code == ExportRefusal.NOT_CUT
    assert exports.narrowed("year", kind="", month=0) == "year"


def test_a_figure_that_is_gone_is_named_and_nothing_is_filled(now, city, form) -> None:
    exports.set_cells(by=city, form=form, cells=CELLS, seen=1, now=now)
    District.objects.filter(key="zhifu").update(key="zhifu-old")
    refusal = refused(filled, city, form, now)
    assert refusal.code == ExportRefusal.NO_FIGURE
    assert refusal.sentence == "没有这些数了：skills.target@zhifu。本次未填表。请在对应关系里改掉。"
    assert not Export.objects.exists()


def test_a_change_is_a_new_version_and_one_that_was_overtaken_is_refused(now, city, form) -> None:
    exports.set_cells(by=city, form=form, cells=CELLS[:1], seen=1, now=now)
    exports.set_cells(by=city, form=form, cells=CELLS, seen=2, now=now)
    assert [len(one.cells) for one in OwnFormVersion.objects.order_by("version")] == [0, 1, 4]
    late = refused(exports.set_cells, by=city, form=form, cells=CELLS, seen=2, now=now)
    assert late.code == ExportRefusal.OVERTAKEN


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ([("没有", "B2", "year")], ExportRefusal.NO_CELL),
        ([("报表", "B", "year")], ExportRefusal.NO_CELL),
        ([("报表", "A1:B2", "year")], ExportRefusal.NO_CELL),
        ([("报表", "B1", "year")], ExportRefusal.NO_CELL),
        ([("报表", "B2", "year"), ("报表", "B2", "month")], ExportRefusal.CELL_TWICE),
        ([("报表", "B2", "=1+1")], ExportRefusal.NO_FIGURE),
    ],
)
def test_a_mapping_that_cannot_be_filled_is_refused(cells, code, now, city, form) -> None:
    assert refused(exports.set_cells, by=city, form=form, cells=cells, seen=1, now=now).code == code


def test_a_form_without_a_mapping_is_not_filled(now, city, form) -> None:
    assert refused(filled, city, form, now).code == ExportRefusal.NOTHING_MAPPED


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"no workbook", ExportRefusal.NOT_A_WORKBOOK),
        (repacked(**{"xl_vbaProject.bin": b"x"}), ExportRefusal.MACROS),
        (repacked(**{"xl_externalLinks_externalLink1.xml": b"<x/>"}), ExportRefusal.MACROS),
        (
            repacked(**{"[Content_Types].xml": b'<Types x="application/vnd.ms-excel.sheet.macroEnabled.main+xml"/>'}),
            ExportRefusal.MACROS,
        ),
        (
            repacked(**{"xl_workbook.xml": b'<!DOCTYPE x [<!ENTITY a "b">]><workbook>&a;</workbook>'}),
            ExportRefusal.MACROS,
        ),
        (repacked(**{"xl_media_big.bin": b"0" * (own.UNPACKED_BYTES + 1)}), ExportRefusal.TOO_BIG),
        (b"PK" + b"0" * own.FILE_BYTES, ExportRefusal.TOO_BIG),
    ],
    ids=["no workbook", "macros", "links", "macro type", "entity", "bomb", "large"],
)
def test_a_harmful_or_unreadable_file_is_refused_and_nothing_is_kept(content, code, now, city, tmp_path) -> None:
    assert refused(exports.upload, by=city, name="月报", content=content, now=now).code == code
    assert not OwnForm.objects.exists()
    assert not (tmp_path / keeping.OWN).exists()


def test_who_does_not_see_the_whole_city_neither_brings_nor_fills_one(now, city, form) -> None:
    officer = people.staff(role="district", now=now, district=catalogue.district())
    uploaded = refused(exports.upload, by=officer, name="月报", content=workbook(), now=now)
    assert uploaded.code == ExportRefusal.NOT_YOURS
    exports.set_cells(by=city, form=form, cells=CELLS, seen=1, now=now)
    assert refused(filled, officer, form, now).code == ExportRefusal.NO_OWN_FORM


def test_it_is_filled_every_month_and_kept_encrypted(now, city, form, tmp_path) -> None:
    exports.set_cells(by=city, form=form, cells=CELLS, seen=1, now=now)
    exports.plan(by=city, form="own", kind="xlsx", district="", own=form.number, day=20, now=now)
    later = now + timedelta(days=7)
    assert (exports.queue_due(now=later), exports.make_due(clock=lambda: later)) == (1, 1)
    export = Export.objects.get()
    with exports.fetch(by=city, export=export, now=later).file as file:
        assert openpyxl.load_workbook(file)["报表"]["B2"].value == 3
    stored = (tmp_path / OwnFormVersion.objects.earliest("pk").file).read_bytes()
    assert not stored.startswith(b"PK")
    assert exports.sweep_strays(now=later) == 0


def seen(form: OwnForm, now: datetime, city, first: int = 1, sheet: str = "") -> exports.Grid:
    version = exports.latest(form=form)
    ask = Ask(city, now, {"year": 2026, "month": 8})
    return exports.grid(version=version, sheet=sheet, first=first, filled=exports.preview(ask=ask, version=version))


def test_the_workbook_is_seen_as_a_table_with_what_its_cells_would_hold(now, city, form) -> None:
    exports.set_cells(by=city, form=form, cells=CELLS, seen=1, now=now)
    found = seen(form, now, city)
    assert (found.sheet, found.columns, found.first, found.below, found.beyond) == (
        "报表",
        ["A", "B", "C", "D"],
        1,
        0,
        False,
    )
    rows = dict(found.rows)
    assert sorted(rows) == [1, 2, 3, 4, 5, 6]
    assert [(cell.place, cell.text, cell.across) for cell in rows[1]] == [("A1", "某市培训月报", 3), ("D1", "", 1)]
    assert {cell.place: cell.value for row in rows.values() for cell in row if cell.figure} == {
        "B2": 3, "B3": 40, "B4": 8, "C2": "未设目标",
    }  # fmt: skip
    assert [cell.text for cell in rows[5]] == ["", "=B2*2", "", ""]


def test_a_long_and_wide_workbook_is_seen_in_pieces(now, city) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    for place in range(1, 101):
        sheet.cell(place, 1, f"第 {place} 行")
    sheet.cell(1, 40, "远")
    sheet.merge_cells("B59:B62")
    sheet["B59"] = "合并"
    kept = io.BytesIO()
    book.save(kept)
    long = exports.upload(by=city, name="长表", content=kept.getvalue(), now=now)
    first = seen(long, now, city)
    assert (len(first.rows), first.below, len(first.columns), first.beyond) == (60, 61, 26, True)
    assert [(cell.place, cell.down) for cell in dict(first.rows)[59][:2]] == [("A59", 1), ("B59", 2)]
    rest = seen(long, now, city, first=first.below)
    assert (rest.rows[0][0], rest.rows[-1][0], rest.below) == (61, 101, 0)
    assert [(cell.place, cell.down) for cell in rest.rows[0][1][:3]] == [("A61", 1), ("", 2), ("C61", 1)]
    assert [cell.place for cell in rest.rows[1][1][:2]] == ["A62", "C62"]
    assert seen(long, now, city, first=5000).first == 1


def test_one_cell_is_put_moved_to_another_figure_and_cleared_and_the_others_stay(now, city, form) -> None:
    exports.set_cells(by=city, form=form, cells=CELLS, seen=1, now=now)
    exports.put(by=city, form=form, cell=("报表", "B4"), figure="year", seen=2, now=now)
    exports.put(by=city, form=form, cell=("报表", "B2"), figure="", seen=3, now=now)
    made = exports.put(by=city, form=form, cell=("报表", "A9"), figure="month", seen=4, now=now)
    assert made.cells == [
        ["报表", "B3", "skills.target@zhifu"], ["报表", "C2", "skills.state"], ["报表", "B4", "year"],
        ["报表", "A9", "month"],
    ]  # fmt: skip
    wrong = refused(exports.put, by=city, form=form, cell=("报表", "B1"), figure="month", seen=5, now=now)
    assert wrong.code == ExportRefusal.NO_CELL
    late = refused(exports.put, by=city, form=form, cell=("报表", "A9"), figure="year", seen=4, now=now)
    assert late.code == ExportRefusal.OVERTAKEN
