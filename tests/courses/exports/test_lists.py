"""Lists of a screen, taken away: the figures are those of the page, no whole name leaves, each file is a row."""

from datetime import date

import pytest

from courses import exports, tally
from courses.models import AuditEvent, CountEntry, Export
from courses.tally import Scope
from tests.courses.exports.conftest import read
from tests.factories import catalogue
from tests.factories.completion import counted
from tests.factories.ledger import batch, row

pytestmark = pytest.mark.django_db


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
    kept = Export.objects.get()
    assert (kept.form, kept.kind, kept.rows, kept.status, len(kept.sha256)) == ("entries", "xlsx", 2, "given", 64)
