"""The same close gives the same bytes of every file: in another process, later, elsewhere, to somebody else, in another
language, after a renaming."""

import hashlib
import zipfile
from datetime import UTC, date, datetime
from io import BytesIO
from typing import Any

import openpyxl
import pytest
import time_machine
from django.db import connection
from django.utils import translation
from docx import Document
from openpyxl.comments import Comment
from openpyxl.formatting.rule import CellIsRule
from openpyxl.styles import PatternFill
from openpyxl.worksheet.datavalidation import DataValidation

from courses import attendance, exports, tally
from courses.attendance import Mark
from courses.exports import Wanted
from courses.models import (
    Attendance,
    AuditEvent,
    Brand,
    Card,
    DailyTotal,
    District,
    Export,
    Institution,
    Lesson,
    MonthClose,
    OwnForm,
    ProgrammeKind,
    RoomCount,
    Signal,
    SignalNote,
    User,
)
from courses.outgoing import Given
from courses.tally.snapshots import root_of
from tests.append_only import lift
from tests.crowd import Crowd
from tests.factories import cards, catalogue, people
from tests.factories.classes import enrolled, training_class
from tests.factories.ledger import batch, row
from tests.races import Arena

THIS = "tests.courses.exports.test_same_bytes"
NOW = datetime(2026, 9, 14, 1, 0, tzinfo=UTC)
AUGUST = {"year": 2026, "month": 8}
FILES = ("json", "csv", "xlsx", "monthly.xlsx", "monthly.docx", "circular.docx", "own.xlsx")
# Of the bureau's own form: what is counted, cut by everything at once, and words that are said in a language.
CELLS = {
    "B2": "skills.verified", "B3": "skills.target@zhifu", "B4": "skills.people", "B5": "skills.state@zhifu",
    "B6": "as_of", "B7": "close", "C2": "skills.month/skill", "C3": "skills.count/skill~8@zhifu",
    "C4": "skills.count~7@zhifu",
}  # fmt: skip


def plant() -> None:
    """August as two people closed it: two districts, an institution and a brand with names, a target."""
    catalogue.policy()
    zhifu = catalogue.district()
    catalogue.district("laishan", "莱山区", "370613")
    catalogue.institution()
    Brand.objects.create(key="lu", name="鲁菜师傅", name_en="Lu", motif="lu")
    city = people.staff(role="city", now=NOW, username="first")
    people.staff(role="city", now=NOW, username="second")
    tally.set_target(by=city, year=2026, line="skills", district=zhifu, amount=40, source="年度计划", now=NOW)
    facts = [("zhifu", "skills", "lu"), ("zhifu", "skills", ""), ("laishan", "entrepreneurship", "")]
    own = {"counted_on": date(2026, 8, 3), "posted_on": date(2026, 9, 9)}
    batch(rows=[row(district=place, line=line, brand=brand, **own) for place, line, brand in facts], now=NOW)
    _records()
    close = tally.propose_close(by=people.user(), **AUGUST, now=NOW)
    tally.confirm_close(by=people.user(), close=close, seen=close.root, now=NOW)


def _records() -> None:
    """A class of August with one who came to half of it, a signal and a count of heads, and a card."""
    begun, trainer = datetime(2026, 7, 20, 1, 0, tzinfo=UTC), people.user()
    made = training_class(now=begun, first=datetime(2026, 8, 3, 1, 0, tzinfo=UTC), lessons=2, trainers=[trainer])
    own = enrolled(training_class=made, now=begun)
    first, second = made.lessons.order_by("number")
    for word, moment in ((Mark.PRESENT, first.starts_at), (Mark.OUT, first.ends_at)):
        attendance.mark(by=trainer, lesson=first, learner=own.learner, as_=word, reason="no_phone", now=moment)
    Signal.objects.create(code="S1", lesson=second, kind="heads", figures={}, rows=[], at=second.ends_at)
    _counted(first, by=trainer)
    cards.shown(institution=made.institution, on=date(2026, 8, 10), now=NOW)


def _counted(lesson: Lesson, *, by: User) -> None:
    heads = {"counted": 1, "register_here": 1, "register_awaiting": 0, "due": 1}
    RoomCount.objects.create(lesson=lesson, **heads, by=by, at=lesson.starts_at)


def bring() -> None:
    """The bureau's own workbook, into the folder of whoever fills it: merged cells, a note, a list to choose from."""
    if OwnForm.objects.exists():
        return
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "报表"
    for area in ("A1:C1", "D1:E1", "A9:B9", "D4:E8"):
        sheet.merge_cells(area)
    sheet["A1"], sheet["B8"], sheet["A2"].comment = "某市培训月报", "=B2*2", Comment("按月结填", "办公室")
    choice = DataValidation(type="list", formula1='"是,否"')
    for place in ("E10", "D12", "F14"):
        choice.add(place)
    sheet.add_data_validation(choice)
    sheet.conditional_formatting.add("B2:B9", CellIsRule(operator="lessThan", formula=["1"], fill=PatternFill()))
    kept, by = BytesIO(), User.objects.get(username="first")
    book.save(kept)
    form = exports.upload(by=by, name="自备月报", content=without_dates(kept), now=NOW)
    cells = [("报表", place, figure) for place, figure in CELLS.items()]
    exports.set_cells(by=by, form=form, cells=cells, seen=1, now=NOW)


def without_dates(kept: BytesIO) -> bytes:
    """As an office writes it that says of no workbook when it was made."""
    made = BytesIO()
    with zipfile.ZipFile(kept) as old, zipfile.ZipFile(made, "w") as new:
        for name in old.namelist():
            if name != "docProps/core.xml":
                new.writestr(name, old.read(name))
    return made.getvalue()


def rename() -> None:
    """What somebody may do at any time after; what is said of a record of August among it."""
    District.objects.filter(key="zhifu").update(name="新芝罘区", order=99)
    catalogue.district("new", "新区", "370699")
    Institution.objects.update(name="新学院")
    Brand.objects.update(name="新品牌")
    ProgrammeKind.objects.filter(key="skill").update(name="新类型")
    OwnForm.objects.update(name="新表名")
    by, later = people.user(), NOW.replace(day=25)
    for signal in Signal.objects.exclude(Signal.looked()):
        SignalNote.objects.create(signal=signal, by=by, at=later, text="看过", closes=True)
    Card.objects.update(status=Card.Status.DROPPED)
    Attendance.objects.update(minutes=90)
    _counted(Lesson.objects.order_by("number")[0], by=by)


def taken(*, who: str, at: str, language: str) -> dict[str, Any]:
    """The digest of each file, and the number and code by which the records know it."""
    now, by = datetime.fromisoformat(at), User.objects.get(username=who)
    found = {}
    with time_machine.travel(now), translation.override(language):
        close = MonthClose.objects.get()
        for kind in FILES[:3]:
            found[kind] = tally.take_file(by=by, close=close, kind=kind, now=now)
        for name in FILES[3:]:
            form, kind = name.split(".")
            said = {**AUGUST, "own": OwnForm.objects.get().number} if form == "own" else AUGUST
            given = exports.take(by=by, wanted=Wanted(form, kind, said, purpose=who), now=now).given
            assert given is not None
            found[name] = given
    return {name: digest_of(given) for name, given in found.items()}


def digest_of(given: Given) -> str:
    with given.file as file:
        return hashlib.sha256(file.read()).hexdigest()


def test_the_files_of_a_close_are_the_same_bytes_in_another_process_at_another_time(arena: Arena) -> None:
    database = arena.ground.name
    arena.crowd.call(database, f"{THIS}:plant")
    told = []
    for number, (who, at, language, zone) in enumerate(
        (
            ("first", "2026-09-20T03:04:05+00:00", "zh-hans", "Asia/Shanghai"),
            ("second", "2027-02-03T17:18:20+00:00", "en", "America/New_York"),
        )
    ):
        environment = arena.ground.environment("lms.settings.test", TZ=zone, PYTHONHASHSEED=str(number))
        with Crowd(environment, processes=1, threads=1) as another:
            another.call(database, f"{THIS}:bring")
            told.append(another.call(database, f"{THIS}:taken", who=who, at=at, language=language))
        arena.crowd.call(database, f"{THIS}:rename")
    assert set(told[0]) == set(FILES)
    assert [name for name in FILES if told[0][name] != told[1][name]] == []


def said(*, district: str = "") -> str:
    """What the circular of August says, to whoever takes it a month later."""
    wanted, by = Wanted("circular", "docx", {**AUGUST, "district": district}), User.objects.get(username="first")
    given = exports.take(by=by, wanted=wanted, now=NOW.replace(month=10)).given
    assert given is not None
    with given.file as file:
        return "".join(line.text for line in Document(file).paragraphs)


@pytest.mark.django_db
def test_the_circular_of_a_closed_month_tells_of_its_records_what_its_close_knew() -> None:
    plant()
    figures = "出勤率50.0%。本年至今已核人次中，每次到课都凭扫码的占0.0%。本月到教室检查1次，其中发现问题0次。"
    cards_of = "本月有待核对事项的课次1次，出示黄牌0张、红牌1张。"
    before = said()
    assert "以下为2026年9月14日提出月结时的情况。本月结束的班次" + figures + cards_of in before
    assert "2026年9月14日" in before
    rename()
    assert said() == before
    assert "出勤率50.0%" in said(district="zhifu")
    assert "本月没有班次结束。" in said(district="laishan")


@pytest.mark.django_db
def test_a_record_that_changes_between_proposal_and_confirmation_stops_no_close() -> None:
    plant()
    close = tally.propose_close(by=people.user(), year=2026, month=7, now=NOW)
    Signal.objects.create(
        code="S2",
        lesson=Lesson.objects.order_by("number")[0],
        kind="burst",
        figures={},
        rows=[],
        at=NOW.replace(month=7),
    )
    tally.confirm_close(by=people.user(), close=close, seen=close.root, now=NOW)
    close.refresh_from_db()
    assert close.snapshot["quality"][""]["waiting"] == 0
    assert list(tally.close_differences()) == []


@pytest.mark.django_db
def test_what_two_took_of_a_closed_month_are_two_records_of_one_content() -> None:
    plant()
    bring()
    for who in ("first", "second"):
        taken(who=who, at="2026-09-20T03:04:05+00:00", language="zh-hans")
    rows = Export.objects.filter(form="monthly", kind="xlsx").order_by("pk")
    assert [row.asked_by.username for row in rows] == ["first", "second"]
    assert len({row.content for row in rows} | {row.sha256 for row in rows}) == 2
    code = exports.code_of(number="YJ-2026-08", content=rows[0].content)
    assert exports.find(number="YJ-2026-08", code=code) == rows[0]
    for form in ("circular", "own"):
        first = Export.objects.filter(form=form).earliest("pk")
        code = exports.code_of(number="YJ-2026-08", content=first.content)
        assert exports.find(number="YJ-2026-08", code=code) == first
    code = exports.code_of(number="YJ-2026-08", content=rows[0].content)
    assert exports.find(number="YJ-2026-07", code=code) is None


def own_form(now: datetime) -> bytes:
    """The bureau's own form of August, as somebody takes it."""
    wanted = Wanted("own", "xlsx", {**AUGUST, "own": OwnForm.objects.get().number})
    given = exports.take(by=User.objects.get(username="first"), wanted=wanted, now=now).given
    assert given is not None
    with given.file as file:
        return file.read()


@pytest.mark.django_db
def test_the_bureaus_own_form_of_a_closed_month_is_made_of_its_close_alone() -> None:
    """Neither what came later nor the loss of everything that the figures were counted from changes it."""
    plant()
    bring()
    before = own_form(NOW)
    late = row(district="zhifu", counted_on=date(2026, 8, 9), posted_on=date(2026, 9, 20))
    batch(rows=[late], now=NOW.replace(day=20))
    DailyTotal.objects.all().delete()
    later, by = NOW.replace(month=11), User.objects.get(username="second")
    district = District.objects.get(key="zhifu")
    tally.set_target(by=by, year=2026, line="skills", district=district, amount=9, source="调整", now=later)
    with translation.override("en"), time_machine.travel(later):
        assert own_form(later) == before
    book = openpyxl.load_workbook(BytesIO(before))
    found = {place: book["报表"][place].value for place in CELLS}
    assert found == {
        "B2": 2, "B3": 40, "B4": 2, "B5": "滞后", "B6": "2026-09-13", "B7": "YJ-2026-08", "C2": 2, "C3": 2, "C4": 0,
    }  # fmt: skip
    said, content = book.properties.description, Export.objects.filter(form="own").earliest("pk").content
    code = exports.grouped(exports.code_of(number="YJ-2026-08", content=content))
    assert said == f"月结 2026-09-14 09:00 YJ-2026-08 {OwnForm.objects.get().number}-2 {code}"
    assert "first" not in f"{said}{book.properties.lastModifiedBy}"


@pytest.mark.django_db
def test_a_close_that_kept_no_further_cuts_gives_them_by_the_days_that_it_sealed() -> None:
    plant()
    bring()
    before = own_form(NOW)
    lift(connection)
    close = MonthClose.objects.get()
    told = {name: kept for name, kept in close.snapshot.items() if name != "cells"}
    MonthClose.objects.update(snapshot=told, root=root_of(told))
    batch(rows=[row(district="zhifu", counted_on=date(2026, 8, 9), posted_on=date(2026, 9, 20))], now=NOW)
    assert own_form(NOW) == before


@pytest.mark.django_db
def test_a_proposal_that_kept_no_further_cuts_is_confirmed_as_it_was_made() -> None:
    plant()
    close = tally.propose_close(by=people.user(), year=2026, month=7, now=NOW)
    lift(connection)
    told = {name: kept for name, kept in close.snapshot.items() if name != "cells"}
    MonthClose.objects.filter(pk=close.pk).update(snapshot=told, root=root_of(told))
    AuditEvent.objects.filter(verb="close_proposed", target=str(close.pk)).update(detail={"root": root_of(told)})
    close.refresh_from_db()
    tally.confirm_close(by=people.user(), close=close, seen=close.root, now=NOW)
    assert list(tally.close_differences()) == []


@pytest.mark.django_db
def test_a_month_that_is_open_says_who_took_it_and_when() -> None:
    plant()
    told = [taken_open(who) for who in ("first", "second")]
    assert told[0] != told[1]


def taken_open(who: str) -> str:
    wanted, by = Wanted("monthly", "xlsx", {"year": 2026, "month": 9}), User.objects.get(username=who)
    given = exports.take(by=by, wanted=wanted, now=NOW).given
    assert given is not None
    return digest_of(given)
