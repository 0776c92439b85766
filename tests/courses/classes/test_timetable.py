"""A timetable from a spreadsheet: read whole, each bad cell named, nothing written by halves."""

import io
import zipfile
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
import xlsxwriter

from courses import classes
from courses.classes import ClassRefusal, ClassRefused, TimetableRefusal, TimetableRefused, timetable
from courses.models import Lesson, Post, TrainingClass, User
from courses.policy import CITY_TIME
from tests.factories import catalogue, people
from tests.factories.classes import training_class

pytestmark = pytest.mark.django_db
HEADER = [
    "上课日期", "课别(上课内容)", "课时", "上课开始时间", "上课结束时间", "上课地点(教室名称)", "培训教师", "教师身份证号",
    "教材名称及出版社单位",
]  # fmt: skip
GOOD = ["2026-10-12", "刀工", 4, "08:30", "11:30", "203 教室", "王老师", "", "《中式烹调》（劳动社会保障出版社）"]


def workbook(*rows: list[Any], header: list[str] | None = None) -> bytes:
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True})
    sheet = book.add_worksheet()
    day, clock = book.add_format({"num_format": "yyyy-mm-dd"}), book.add_format({"num_format": "hh:mm"})
    for number, row in enumerate([HEADER if header is None else header, *rows]):
        for place, value in enumerate(row):
            if isinstance(value, date):
                sheet.write_datetime(number, place, datetime.combine(value, time()), day)
            elif isinstance(value, time):
                sheet.write_datetime(number, place, value, clock)
            else:
                sheet.write(number, place, value)
    book.close()
    return file.getvalue()


def row(**changes: Any) -> list[Any]:
    places = {key: place for place, key in enumerate(timetable.COLUMNS)}
    changed = list(GOOD)
    for key, value in changes.items():
        changed[places[key]] = value
    return changed


@pytest.fixture
def trainer(now: datetime) -> User:
    return people.staff(
        role=Post.Role.TRAINER, now=now, institution=catalogue.institution(), username="t-wang", name="王老师"
    )


@pytest.fixture
def draft(now: datetime, trainer: User) -> TrainingClass:
    return training_class(now=now, first=now + timedelta(days=20), approved=False, trainers=[trainer])


def read(draft: TrainingClass, content: bytes, now: datetime) -> timetable.Reading:
    return classes.import_timetable(by=people.user(), training_class=draft, content=content, now=now)


def faults(draft: TrainingClass, content: bytes, now: datetime) -> list[tuple[int, str, str]]:
    before = list(Lesson.objects.values_list("pk", flat=True))
    found = [(fault.row, fault.column, str(fault.sentence)) for fault in read(draft, content, now).faults]
    assert list(Lesson.objects.values_list("pk", flat=True)) == before
    return found


def test_a_good_file_becomes_the_timetable(now: datetime, draft: TrainingClass, trainer: User) -> None:
    content = workbook(
        row(),
        row(date=date(2026, 10, 13), starts=time(13, 30), ends=time(16, 30), title="面点实操"),
        row(date=46309, starts=0.5625, ends="15：00", hours="2", materials=""),
    )
    assert read(draft, content, now).faults == []
    told = [
        (f"{lesson.starts_at.astimezone(CITY_TIME):%m-%d %H:%M}", lesson.minutes, lesson.part, lesson.trainer)
        for lesson in draft.lessons.all()
    ]
    assert told == [
        ("10-12 08:30", 180, "theory", trainer),
        ("10-13 13:30", 180, "practice", trainer),
        ("10-14 13:30", 90, "theory", trainer),
    ]
    assert draft.lessons.first().materials == "《中式烹调》（劳动社会保障出版社）"  # type: ignore[union-attr]
    draft.refresh_from_db()
    assert (draft.starts_on, draft.ends_on) == (date(2026, 10, 12), date(2026, 10, 14))


@pytest.mark.parametrize(
    ("changes", "column", "sentence"),
    [
        ({"date": "下周一"}, "上课日期", "日期看不懂，请写成 2026-09-21"),
        ({"date": "2026-02-30"}, "上课日期", "日期看不懂，请写成 2026-09-21"),
        ({"date": "2026-09-01"}, "上课日期", "日期已过"),
        ({"date": ""}, "上课日期", "没有填"),
        ({"title": ""}, "课别(上课内容)", "没有填"),
        ({"title": "刀" * 61}, "课别(上课内容)", "太长，请不要超过 60 字"),
        ({"hours": 3}, "课时", "与起止时间不符，按 45 分钟一学时应为 4"),
        ({"hours": "四"}, "课时", "应为数字"),
        ({"starts": "八点半"}, "上课开始时间", "时间看不懂，请写成 08:30"),
        ({"ends": "25:00"}, "上课结束时间", "时间看不懂，请写成 08:30"),
        ({"ends": "08:00"}, "上课结束时间", "结束须晚于开始"),
        ({"room": ""}, "上课地点(教室名称)", "没有填"),
        ({"trainer": "李老师"}, "培训教师", "不是本机构在册的教师，请核对姓名"),
        ({"trainer_id": 370602199001011000.0}, "教师身份证号",
         "末三位是 000，可能是表格软件改的。请把这一列设为文本，再照证件填 18 位号码"),
    ],
)  # fmt: skip
def test_a_bad_cell_is_named_by_row_and_column_and_nothing_is_written(
    changes: dict[str, Any], column: str, sentence: str, now: datetime, draft: TrainingClass
) -> None:
    assert faults(draft, workbook(row(), row(**{"date": "2026-10-13", **changes})), now) == [(3, column, sentence)]


def test_all_bad_cells_are_named_at_once(now: datetime, draft: TrainingClass) -> None:
    content = workbook(row(date="", room=""), row(), row(trainer="李老师"))
    assert [(number, column) for number, column, _words in faults(draft, content, now)] == [
        (2, "上课日期"),
        (2, "上课地点(教室名称)"),
        (4, "培训教师"),
    ]


def test_two_rows_at_the_same_time_are_found(now: datetime, draft: TrainingClass) -> None:
    assert faults(draft, workbook(row(), row(starts="10:30", ends="12:00", hours=2)), now) == [
        (3, "上课开始时间", "与第 2 行的课时间重叠")
    ]


def test_trainers_of_the_same_name_are_told_apart_by_account(now: datetime, draft: TrainingClass) -> None:
    other = people.staff(
        role=Post.Role.TRAINER, now=now, institution=catalogue.institution(), username="t-wang-2", name="王老师"
    )
    assert [fault[2] for fault in faults(draft, workbook(row()), now)] == ["本机构有同名教师，请改填教师账号"]
    assert read(draft, workbook(row(trainer="t-wang-2")), now).faults == []
    assert draft.lessons.get().trainer == other


def test_a_trainer_of_another_institution_is_not_found(now: datetime, draft: TrainingClass) -> None:
    people.staff(role=Post.Role.TRAINER, now=now, institution=catalogue.institution("J002", "别家"), name="赵老师")
    assert len(faults(draft, workbook(row(trainer="赵老师")), now)) == 1


def test_the_header_may_stand_under_a_title_in_another_order(now: datetime, draft: TrainingClass) -> None:
    header = [
        "培训教师",
        "上课内容",
        "课时",
        "上课 开始时间",
        "上课结束时间",
        "上课地点（教室名称）",
        "上课日期",
        "理论/实操",
    ]
    content = workbook(
        header, ["王老师", "面点", 4, "08:30", "11:30", "203", "2026年10月12日", "实操"], header=["2026 年课程表"]
    )
    assert read(draft, content, now).faults == []
    assert draft.lessons.get().part == "practice"


def bomb() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/sheet1.xml", b"0" * (timetable.MAX_UNPACKED + 1))
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"not a workbook", TimetableRefusal.NOT_A_WORKBOOK),
        (b"PK\x03\x04broken", TimetableRefusal.NOT_A_WORKBOOK),
        (b"0" * (timetable.MAX_BYTES + 1), TimetableRefusal.TOO_LARGE),
        (bomb(), TimetableRefusal.TOO_LARGE),
        (workbook(header=["姓名", "电话"]), TimetableRefusal.NO_HEADER),
        (workbook(), TimetableRefusal.NO_ROWS),
        (workbook(*[row()] * (timetable.MAX_ROWS + 1)), TimetableRefusal.TOO_MANY_ROWS),
    ],
)
def test_what_is_no_timetable_is_refused_whole(
    content: bytes, code: TimetableRefusal, now: datetime, draft: TrainingClass
) -> None:
    with pytest.raises(TimetableRefused) as refused:
        read(draft, content, now)
    assert refused.value.code == code
    assert draft.lessons.count() == 2


def test_a_class_under_review_takes_no_file(now: datetime, draft: TrainingClass) -> None:
    classes.submit(by=people.user(), training_class=draft, now=now)
    with pytest.raises(ClassRefused) as refused:
        read(draft, workbook(row()), now)
    assert refused.value.code == ClassRefusal.UNDER_REVIEW
    assert draft.lessons.count() == 2


def test_a_sheet_that_reaches_too_far_is_refused_before_it_is_laid_out(draft: TrainingClass, now: datetime) -> None:
    def far(row: int, column: int) -> str:
        file = io.BytesIO()
        book = xlsxwriter.Workbook(file, {"in_memory": True})
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, HEADER)
        sheet.write(row, column, "x")
        book.close()
        with pytest.raises(TimetableRefused) as refused:
            timetable.read_timetable(content=file.getvalue(), institution=draft.institution, now=now)
        assert refused.value.sentence
        return str(refused.value.code)

    assert far(1_048_575, 0) == TimetableRefusal.TOO_MANY_ROWS
    assert far(1, 16_383) == TimetableRefusal.TOO_WIDE


def test_a_reader_that_dies_or_never_ends_refuses_the_file_and_not_the_service(
    draft: TrainingClass, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timetable, "SHEET_SECONDS", 0.001)
    with pytest.raises(TimetableRefused) as refused:
        timetable.read_timetable(content=workbook(GOOD), institution=draft.institution, now=now)
    assert refused.value.code == TimetableRefusal.NOT_A_WORKBOOK


def test_the_workbook_of_a_timetable_comes_back_as_the_same_timetable(
    draft: TrainingClass, trainer: User, now: datetime
) -> None:
    """Also where the minutes are no round number of hours, and where two trainers have one name."""
    people.staff(role=Post.Role.TRAINER, now=now, institution=draft.institution, username="t-wang-2", name="王老师")
    first, *_others = draft.lessons.order_by("number")
    Lesson.objects.filter(pk=first.pk).update(
        ends_at=first.starts_at + timedelta(minutes=100), room="203", part="practice"
    )
    draft.lessons.exclude(room="203").update(room="205", materials="《焊工》")
    facts = ("number", "title", "starts_at", "ends_at", "room", "trainer", "materials", "part")
    before = list(draft.lessons.order_by("number").values_list(*facts))
    file = classes.timetable_workbook(training_class=draft, hour_minutes=45)
    assert read(draft, file.read(), now).faults == []
    assert list(draft.lessons.order_by("number").values_list(*facts)) == before


@pytest.mark.parametrize(("hours", "taken"), [(2.22, True), ("2.22", True), (2.2, False), (2.3, False)])
def test_hours_that_are_no_round_number_are_taken_as_the_refusal_itself_writes_them(
    hours: object, taken: bool, draft: TrainingClass, now: datetime
) -> None:
    said = [str(fault.sentence) for fault in read(draft, workbook(row(ends="10:10", hours=hours)), now).faults]
    assert said == ([] if taken else ["与起止时间不符，按 45 分钟一学时应为 2.22"])
