"""Lists of a screen, taken away: the figures are those of the page, no whole name leaves, each file is a row."""

from dataclasses import replace
from datetime import date

import pytest

from courses import exports, tally
from courses.exports import ExportRefusal, ExportRefused, Wanted, taking
from courses.models import AuditEvent, Export
from courses.tally import Scope
from tests.courses.exports.conftest import read
from tests.factories import catalogue
from tests.factories.classes import training_class
from tests.factories.completion import counted
from tests.factories.ledger import batch, row

pytestmark = pytest.mark.django_db


def test_the_tally_file_holds_the_figures_of_the_page(now, city) -> None:
    zhifu = catalogue.district()
    tally.set_target(by=city, year=2026, line="skills", district=zhifu, amount=40, source="年度计划", now=now)
    batch(rows=[row(counted_on=date(2026, 8, 1)) for _ in range(3)], now=now)
    figures = tally.for_year(year=2026, scope=Scope(), as_of=None, today=date(2026, 9, 14))
    sheets = read(exports.tally_xlsx(tally=figures, by=city, now=now).file)
    skills = dict(zip(sheets["总表"][0], sheets["总表"][1], strict=True))
    assert (skills["已核人次"], skills["人数"]) == (figures.lines["skills"].verified, figures.lines["skills"].people)
    place = dict(zip(sheets["区市"][0], sheets["区市"][1], strict=True))
    own = figures.districts[0].lines["skills"]
    assert (place["职业技能培训已核人次"], place["职业技能培训目标"]) == (own.verified, own.target) == (3, 40)
    assert place["职业技能培训完成率 %"] == 7.5
    assert sheets["月份"][1][1:] == [*figures.lines["skills"].monthly, 3]


def test_the_record_of_the_tally_says_by_what_it_was_cut_and_for_what(now, city) -> None:
    district = catalogue.district()
    figures = tally.for_year(year=2026, scope=Scope(district.key), as_of=date(2026, 9, 1), today=date(2026, 9, 14))
    cut = {"district": "zhifu", "as_of": "2026-09-01"}
    given = exports.tally_xlsx(tally=figures, by=city, now=now, filters=cut)
    assert (given.export.filters, given.export.purpose) == ({"year": 2026, **cut}, "核对年度计数")
    assert dict(read(given.file)["口径"][1:])["用途"] == "核对年度计数"


def taken(by, now, at_once=100, **filters):
    return exports.take(by=by, wanted=Wanted("entries", "xlsx", filters, at_once=at_once), now=now).file


def test_a_list_of_lines_is_given_at_once_or_made_by_the_screen_s_own_filters(now, city) -> None:
    """Of four lines, two are of one kind in one district."""
    batch(rows=[row(kind="gyb") for _ in range(2)], now=now)
    batch(rows=[row(kind="skill"), row(kind="gyb", district="laishan")], now=now)
    catalogue.district()
    asked = {"year": 2025, "kind": "gyb", "district": "zhifu", "brand": "-", "line": "skills"}
    assert len(read(taken(city, now, **asked))["计数账"]) == 1 + 2
    assert taken(city, now, at_once=1, **asked) is None
    exports.make_due(clock=lambda: now)
    made = Export.objects.get(status="ready")
    assert (made.rows, made.filters) == (2, asked)
    assert len(read(exports.fetch(by=city, export=made, now=now).file)["计数账"]) == 1 + 2


def test_more_lines_than_a_sheet_holds_are_no_workbook(now, city, monkeypatch) -> None:
    monkeypatch.setattr(taking, "SHEET_ROWS", 1)
    batch(rows=[row(), row()], now=now)
    with pytest.raises(ExportRefused) as refused:
        taken(city, now, year=2025)
    assert refused.value.code == ExportRefusal.TOO_MANY
    with pytest.raises(ExportRefused) as unnamed:
        taken(city, now)
    assert unnamed.value.code == ExportRefusal.NO_PERIOD


def test_the_lines_behind_a_figure_are_written_without_a_whole_name(now, city) -> None:
    counted(now=now)
    batch(rows=[row(counted_on=date(2026, 6, 1))], now=now)
    sheet = read(taken(city, now, year=2026))["计数账"]
    lines = [dict(zip(sheet[0], line, strict=True)) for line in sheet[1:]]
    assert [line["姓名"] for line in lines] == ["", "王*强"]
    assert {line["区市"] for line in lines} == {"芝罘区"}
    assert {(line["机构编号"], line["机构"], line["类型"]) for line in lines} == {
        ("J001", "市技师学院", "职业技能培训")
    }
    assert AuditEvent.objects.get(verb="exported").detail == {"what": "entries", "rows": 2}
    kept = Export.objects.get()
    assert (kept.form, kept.kind, kept.rows, kept.status, len(kept.sha256)) == ("entries", "xlsx", 2, "given", 64)


def test_a_long_list_of_classes_is_made_in_the_background_by_the_filters_of_its_screen(now, city) -> None:
    kept = [training_class(now=now) for _ in range(2)]
    training_class(now=now, status="closed")
    asked = Wanted("classes", "xlsx", {"status": "enrolling", "year": "2026", "brand": "", "q": kept[0].number[:4]})
    short = exports.take(by=city, wanted=replace(asked, at_once=2), now=now)
    assert short.file is not None
    held = [line[0] for line in read(short.file)["班次"][1:]]
    assert sorted(held) == sorted(row.number for row in kept)
    queued = exports.take(by=city, wanted=replace(asked, at_once=1), now=now)
    assert (queued.file, queued.export.status, queued.export.total) == (None, "queued", 2)
    assert exports.make_due(clock=lambda: now) == 1
    made = Export.objects.get(pk=queued.export.pk)
    assert (made.status, made.rows) == ("ready", 2)
    assert made.filters == {"status": "enrolling", "year": "2026", "q": kept[0].number[:4]}
    assert [line[0] for line in read(exports.fetch(by=city, export=made, now=now).file)["班次"][1:]] == held
