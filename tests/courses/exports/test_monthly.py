"""月报: the workbook computes what it says, and page, workbook, letter, API and command tell one figure."""

import json
from datetime import date, timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.urls import reverse
from docx import Document
from docx.enum.section import WD_ORIENT
from openpyxl import load_workbook

from courses import exports, tally
from courses.exports import Wanted, monthly_report
from courses.models import Brand, Export, MonthClose, Signal, SignalNote
from courses.people import clients
from courses.people.clients import Scope as ClientScope
from courses.tally import ReportLocked, confirm_close, propose_close, record_check
from tests.append_only import lift
from tests.courses.web.desk.conftest import words
from tests.factories import cards, catalogue, people
from tests.factories.classes import training_class
from tests.factories.ledger import batch, row
from tests.workbooks import computed, formulas

pytestmark = pytest.mark.django_db
SEPTEMBER = {"year": 2026, "month": 9}


@pytest.fixture
def year(now, city) -> None:
    """Two districts, both lines, two brands; 7 in August, 6 in September, 2 of these entrepreneurship."""
    zhifu, laishan = catalogue.district(), catalogue.district("laishan", "莱山区", "370613")
    catalogue.institution()
    for line, amounts in (("skills", (100, 40, 30)), ("entrepreneurship", (10, 4, 3))):
        for place, amount in zip((None, zhifu, laishan), amounts, strict=True):
            tally.set_target(by=city, year=2026, line=line, district=place, amount=amount, source="年度计划", now=now)
    Brand.objects.create(key="lu", name="鲁菜师傅", name_en="Lu", motif="lu")
    facts = [("zhifu", 8, "skills", "lu")] * 4 + [("laishan", 8, "skills", "")] * 3
    facts += [("zhifu", 9, "skills", "")] * 3 + [("laishan", 9, "skills", "lu")]
    facts += [("laishan", 9, "entrepreneurship", "")] * 2
    rows = [
        row(district=district, counted_on=date(2026, month, 3), line=line, brand=brand, posted_on=date(2026, month, 9))
        for district, month, line, brand in facts
    ]
    batch(rows=rows, now=now)


def workbook(by, now, **filters):
    file = exports.take(by=by, wanted=Wanted("monthly", "xlsx", filters or SEPTEMBER), now=now).file
    with file:
        said, claimed = load_workbook(file), load_workbook(file, data_only=True)
    return said, claimed


@pytest.mark.usefixtures("year")
def test_every_formula_gives_the_value_that_stands_beside_it(now, city) -> None:
    said, claimed = workbook(city, now)
    many = 0
    for sheet in said.worksheets:
        for cell, formula in formulas(sheet).items():
            assert computed(sheet, formula) == claimed[sheet.title][cell].value, (sheet.title, cell, formula)
            many += 1
    # Two rates and leads; in the league 4 rates, 6 sums, 4 differences; of each of three cuts 4 sums and 4 differences.
    assert many == 4 + 14 + 3 * 8
    differences = [
        row for sheet in claimed.worksheets[:-1] for row in sheet.iter_rows(values_only=True) if "核对" in row[:3]
    ]
    assert len(differences) == 1 + 3 * 2
    assert {value for row in differences for value in row if isinstance(value, int)} == {0}


@pytest.mark.usefixtures("year")
def test_a_false_sum_would_be_found(now, city) -> None:
    said, claimed = workbook(city, now)
    sheet = said["区市"]
    cell, formula = next((cell, text) for cell, text in formulas(sheet).items() if "SUM" in text)
    sheet[f"{cell[0]}5"].value += 1
    assert computed(sheet, formula) == claimed["区市"][cell].value + 1


@pytest.mark.usefixtures("year")
def test_page_workbook_letter_api_and_command_tell_the_same(now, city, settings) -> None:
    """Difference 0, of every district and line."""
    settings.ENFORCE_SECOND_FACTOR = False
    _said, claimed = workbook(city, now)
    heading = [cell.value for cell in claimed["区市"][4]]
    rows = [dict(zip(heading, row, strict=True)) for row in claimed["区市"].iter_rows(min_row=5, values_only=True)]
    names = {"skills": "职业技能培训累计", "entrepreneurship": "创业培训累计"}
    book = {(row["区市"], line): row[name] for row in rows for line, name in names.items()}
    with exports.take(by=city, wanted=Wanted("monthly", "docx", SEPTEMBER), now=now).file as file:
        letter = Document(file)
    cells = [[cell.text for cell in row.cells] for row in letter.tables[0].rows]
    paper = {(row[1], line): int(row[place]) for row in cells[1:] for line, place in zip(names, (4, 9), strict=True)}
    with time_machine.travel(now, tick=False):
        out = StringIO()
        call_command("tally", 2026, "--json", stdout=out)
        client = Client()
        client.force_login(city, backend="allauth.account.auth_backends.AuthenticationBackend")
        page = words(client.get(reverse("desk_reports"), SEPTEMBER))
        _client, token = clients.issue(by=None, name="省厅", scopes=[ClientScope.TALLY], now=now)
        api = Client().get("/api/v1/tally/2026", headers={"Authorization": f"Bearer {token}"}).json()
    command = json.loads(out.getvalue())
    told = {(row["name"], row["line"]): row["verified"] for row in command["districts"]}
    assert told == {(row["name"], row["line"]): row["verified"] for row in api["districts"]}
    places = [key for key in told if key[0] in ("芝罘区", "莱山区")]
    assert (
        {key: book[key] for key in places} == {key: paper[key] for key in places} == {key: told[key] for key in places}
    )
    assert {key: told[key] for key in places} == {
        ("芝罘区", "skills"): 7, ("芝罘区", "entrepreneurship"): 0,
        ("莱山区", "skills"): 4, ("莱山区", "entrepreneurship"): 2,
    }  # fmt: skip
    whole = {row["line"]: row["verified"] for row in command["lines"]}
    assert whole == {line: book["已核", line] for line in names} == {line: paper["全市", line] for line in names}
    assert "职业技能培训已核 11 人次，完成年度目标 100 人次的 11.0%" in page
    assert "创业培训已核 2 人次，完成年度目标 10 人次的 20.0%" in page
    assert "莱山区 30 4 13.3%" in page


@pytest.mark.usefixtures("year")
def test_a_closed_month_tells_its_snapshot_whatever_came_later(now, city) -> None:
    close = propose_close(by=people.user(), year=2026, month=8, now=now)
    confirm_close(by=people.user(), close=close, seen=close.root, now=now)
    late = row(counted_on=date(2026, 8, 30), posted_on=date(2026, 9, 14), district="zhifu")
    batch(rows=[late], now=now)
    report = monthly_report(year=2026, month=8, district="", now=now + timedelta(days=1), with_people=True)
    figures = report.lines[next(iter(report.lines))]
    assert (report.number, figures.month, figures.verified, figures.people) == ("YJ-2026-08", 7, 7, 7)
    assert exports.mark_of(report) == "已月结 YJ-2026-08"
    lift(connection)
    MonthClose.objects.all().delete()
    open_one = monthly_report(year=2026, month=8, district="", now=now, with_people=False)
    figures = open_one.lines[next(iter(open_one.lines))]
    assert (figures.verified, figures.people, exports.mark_of(open_one)) == (8, None, "未月结 · 截至 2026-09-14")


@pytest.mark.usefixtures("year")
def test_a_district_reports_its_own_and_nobody_else_s(now, city) -> None:
    officer = people.staff(role="district", now=now, district=catalogue.district("laishan", "莱山区", "370613"))
    said, claimed = workbook(officer, now)
    assert said.sheetnames == ["月报", "区市", "口径"]
    assert [row[1] for row in claimed["区市"].iter_rows(min_row=5, max_row=6, values_only=True)] == ["莱山区", "合计"]
    assert [claimed["月报"].cell(5, column).value for column in (3, 4)] == [1, 4]
    with pytest.raises(exports.ExportRefused):
        workbook(officer, now, **SEPTEMBER, district="zhifu")


@pytest.mark.usefixtures("year")
def test_the_circular_ranks_and_names_and_is_a_draft(now, city) -> None:
    with exports.take(by=city, wanted=Wanted("circular", "docx", SEPTEMBER), now=now).file as file:
        letter = Document(file)
    text = [line.text for line in letter.paragraphs if line.text]
    assert text[0] == "关于2026年9月全市职业培训\n目标进度情况的通报（代拟稿）"
    assert text[1:3] == ["（未月结 · 截至 2026-09-14）", "各区市人力资源和社会保障局："]
    assert [line for line in text if line.startswith(("一、", "二、", "三、", "四、", "五、"))] == [
        "一、总体情况", "二、区市排名", "三、进度偏慢和滞后的区市", "四、记录质量", "五、工作要求",
    ]  # fmt: skip
    assert "职业技能培训按完成率从高到低依次为芝罘区（17.5%）、莱山区（13.3%）。" in text
    assert text[text.index("附件") - 2 : text.index("附件")] == [
        "烟台市人力资源和社会保障局（示例）",
        "2026年9月14日",
    ]
    assert letter.sections[0].header.paragraphs[0].text.startswith("city&co 2026-09-14 09:00")
    heading = letter.paragraphs[0].runs[0]
    assert [section.orientation for section in letter.sections] == [WD_ORIENT.PORTRAIT, WD_ORIENT.LANDSCAPE]
    assert (heading.font.size.pt, round(letter.sections[0].top_margin.mm)) == (22, 37)


@pytest.mark.usefixtures("year")
def test_the_circular_tells_what_waits_still_and_the_cards_that_stand(now, city) -> None:
    """A finding that was looked at in its last version waits no more, though an older one was not; a card that was
    taken back is none."""
    made = training_class(now=now, lessons=3)
    for place, lesson in enumerate(made.lessons.order_by("number")):
        for version in (1, 2):
            signal = Signal.objects.create(
                code=f"S{place}{version}", lesson=lesson, kind=Signal.Kind.HEADS, version=version,
                figures={}, rows=[], at=now,
            )  # fmt: skip
            if (place, version) in ((0, 2), (1, 1)):
                SignalNote.objects.create(signal=signal, by=city, at=now, text="看过", closes=True)
    for colour, stands in (("yellow", True), ("yellow", False), ("red", False)):
        card = cards.shown(institution=made.institution, colour=colour, on=date(2026, 9, 10), now=now)
        if not stands:
            cards.withdrawn(card=card, now=now)
    with exports.take(by=city, wanted=Wanted("circular", "docx", SEPTEMBER), now=now).file as file:
        text = "".join(line.text for line in Document(file).paragraphs)
    assert "本月有待核对事项的课次2次，出示黄牌1张、红牌0张。" in text


@pytest.mark.usefixtures("year")
def test_letters_and_workbook_say_by_which_day_a_person_time_has_its_month(now, city) -> None:
    """A class counts by its last day, the approval or the certificate, as its own rules say."""
    rule = "按各班批准时规则确定的计数日期归入月份"
    for form in ("monthly", "circular"):
        with exports.take(by=city, wanted=Wanted(form, "docx", SEPTEMBER), now=now).file as file:
            text = [line.text for line in Document(file).paragraphs]
        assert [rule in line for line in text].count(True) == 1, form
        assert not [line for line in text if "按班次结束日期" in line]
    _said, claimed = workbook(city, now)
    about = {row[0]: row[1] for row in claimed["口径"].iter_rows(values_only=True)}
    assert about["人次"].endswith(rule)


@pytest.mark.usefixtures("year")
def test_no_report_leaves_after_a_drift(now, city) -> None:
    record_check(differences=2, now=now)
    for form, kind in (("monthly", "xlsx"), ("monthly", "docx"), ("circular", "docx")):
        with pytest.raises(ReportLocked):
            exports.take(by=city, wanted=Wanted(form, kind, SEPTEMBER), now=now)
    assert not Export.objects.exists()


@pytest.mark.usefixtures("year")
def test_nothing_is_expected_yet_of_a_year_to_come(now, city) -> None:
    tally.set_target(by=city, year=2027, line="skills", district=None, amount=100, source="年度计划", now=now)
    report = monthly_report(year=2027, month=1, district="", now=now, with_people=False)
    figures = report.lines[next(iter(report.lines))]
    assert (figures.target, figures.verified, figures.expected, report.share) == (100, 0, 0, 0)
