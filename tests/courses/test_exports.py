"""Files out: text stays text, nothing is a formula, the figures are those of the page, each file is logged."""

from datetime import date
from typing import IO, Any

import pytest
from openpyxl import load_workbook
from python_calamine import CalamineWorkbook

from courses import exports, privacy, tally
from courses.exports import ExportRefusal, ExportRefused
from courses.models import AuditEvent, CountEntry, EducationLevel, Learner
from courses.tally import Scope
from tests.factories import catalogue, people
from tests.factories.classes import enrolled, training_class
from tests.factories.completion import counted
from tests.factories.ledger import batch, row

pytestmark = pytest.mark.django_db
NUMBER = people.resident_number(born_on=date(1991, 2, 3), serial=7)


def read(file: IO[bytes]) -> dict[str, list[list[Any]]]:
    """Every sheet as a spreadsheet program sees it; the file is closed, as the response would."""
    with file:
        book = CalamineWorkbook.from_filelike(file)
        return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


@pytest.fixture
def city(now):
    return people.staff(role="city", now=now, username="city&co")


@pytest.fixture
def roster(now):
    """One learner whose name and schooling would be formulas in a careless file."""
    made = training_class(now=now)
    learner = people.learner(now=now, name="=1+1", document=NUMBER)
    learner.education = EducationLevel.objects.create(key="x", name="@SUM(A1)", name_en="x")
    learner.save()
    enrolled(training_class=made, now=now, learner=learner)
    return made


def phone() -> str:
    return Learner.objects.get(name="=1+1").phone


def full_roster(roster, city, now) -> IO[bytes]:
    return exports.roster_xlsx(training_class=roster, by=city, now=now, full=True, purpose="核对补贴")


def test_full_numbers_and_phones_survive_as_text(now, city, roster) -> None:
    header, body = read(full_roster(roster, city, now))["学员花名册"]
    found = dict(zip(header, body, strict=True))
    assert (found["证件号码"], found["联系电话"]) == (NUMBER, phone())
    assert len(NUMBER) == 18
    assert (found["姓名"], found["文化程度"]) == ("=1+1", "@SUM(A1)")


def test_no_cell_is_a_formula_and_every_text_is_marked_as_text(now, city, roster) -> None:
    with full_roster(roster, city, now) as file:
        sheet = load_workbook(file)["学员花名册"]
    assert {cell.data_type for cell in sheet[2] if cell.value is not None} == {"s", "n"}
    assert [cell.value for cell in sheet[2] if cell.data_type == "n" and cell.value is not None] == [1]
    assert {cell.number_format for cell in sheet[2] if cell.data_type == "s"} == {"@"}
    assert sheet.freeze_panes == "A2"
    assert sheet.oddFooter.left.text.startswith("city&&co 2026-09-14 09:00")


def test_numbers_are_masked_unless_asked_for_with_permission_and_purpose(now, city, roster) -> None:
    officer = people.staff(role="district", now=now, district=catalogue.district())
    masked = read(exports.roster_xlsx(training_class=roster, by=officer, now=now))["学员花名册"][1]
    assert privacy.mask_id(NUMBER) in masked
    assert not {NUMBER, phone()} & set(masked)
    for person, purpose, code in (
        (officer, "核对补贴", ExportRefusal.NOT_FULL),
        (city, " ", ExportRefusal.PURPOSE_MISSING),
    ):
        with pytest.raises(ExportRefused) as refused:
            exports.roster_xlsx(training_class=roster, by=person, now=now, full=True, purpose=purpose)
        assert refused.value.code == code
    logged = AuditEvent.objects.get(verb="exported")
    assert (logged.target, logged.detail) == (
        roster.number,
        {"what": "roster", "rows": 1, "full": False, "purpose": ""},
    )


def test_each_file_says_what_its_words_mean_and_who_took_it_when(now, city, roster) -> None:
    about = dict(read(exports.roster_xlsx(training_class=roster, by=city, now=now, purpose="归档"))["口径"][1:])
    assert (about["导出人"], about["导出时间"], about["用途"]) == ("city&co", "2026-09-14 09:00", "归档")
    assert about["证件号码"] == "已遮挡"


def test_the_tally_file_holds_the_figures_of_the_page(now, city) -> None:
    zhifu = catalogue.district()
    tally.set_target(by=city, year=2026, line="skills", district=zhifu, amount=40, source="年度计划", now=now)
    batch(rows=[row(counted_on=date(2026, 8, 1)) for _ in range(3)], now=now)
    figures = tally.for_year(year=2026, scope=Scope(), as_of=None, today=date(2026, 9, 14))
    sheets = read(exports.tally_xlsx(tally=figures, by=city, now=now))
    skills = dict(zip(sheets["总表"][0], sheets["总表"][1], strict=True))
    assert (skills["已核人次"], skills["人数"]) == (figures.lines["skills"].verified, figures.lines["skills"].people)
    place = dict(zip(sheets["区市"][0], sheets["区市"][1], strict=True))
    own = figures.districts[0].lines["skills"]
    assert (place["职业技能培训已核人次"], place["职业技能培训目标"]) == (own.verified, own.target) == (3, 40)
    assert place["职业技能培训完成率 %"] == 7.5
    assert sheets["月份"][1][1:] == [*figures.lines["skills"].monthly, 3]


def test_the_lines_behind_a_figure_are_written_without_a_whole_name(now, city) -> None:
    counted(now=now)
    batch(rows=[row()], now=now)
    sheet = read(exports.entries_xlsx(entries=CountEntry.objects.order_by("pk"), by=city, now=now))["计数账"]
    lines = [dict(zip(sheet[0], line, strict=True)) for line in sheet[1:]]
    assert [line["姓名"] for line in lines] == ["王*强", ""]
    assert {line["区市"] for line in lines} == {"芝罘区"}
    assert {(line["机构编号"], line["机构"], line["类型"]) for line in lines} == {
        ("J001", "市技师学院", "职业技能培训")
    }
    assert AuditEvent.objects.get(verb="exported").detail == {"what": "entries", "rows": 2}
