"""A workbook of scores is written as a whole or not at all; what is wrong comes back in the same table."""

import io
from datetime import datetime

import openpyxl
import pytest

from courses import scores, scoresheets
from courses.models import AuditEvent, Enrolment, Export, Score, TrainingClass
from courses.scoresheets import SheetRefusal, SheetRefused
from tests.factories import people
from tests.factories.classes import enrolled, training_class

pytestmark = pytest.mark.django_db


@pytest.fixture
def a_class(now: datetime) -> TrainingClass:
    return training_class(now=now)


@pytest.fixture
def own(a_class: TrainingClass, now: datetime) -> list[Enrolment]:
    return [enrolled(training_class=a_class, now=now, name=name) for name in ("王小强", "李娜")]


def csv(*rows: list[str]) -> bytes:
    return "\n".join(",".join(row) for row in [["报名编号", "姓名", "理论成绩", "实操成绩"], *rows]).encode()


def test_the_template_filled_in_comes_back_as_scores(
    a_class: TrainingClass, own: list[Enrolment], now: datetime
) -> None:
    by = people.user()
    book = openpyxl.load_workbook(scoresheets.template(by=by, training_class=a_class, now=now).file)
    page = book.worksheets[0]
    page["C2"], page["D2"], page["E3"] = "88.5", "59", 100
    file = io.BytesIO()
    book.save(file)
    reading, back = scoresheets.take(by=by, training_class=a_class, content=file.getvalue(), now=now)
    assert (reading.written, reading.faults, back) == (3, {}, None)
    held = scores.standing(enrolments=own)
    assert [held[row.pk] for row in own] == [{"theory": 885, "practice": 590}, {"total": 1000}]
    kept = Export.objects.get()
    assert (kept.form, kept.rows, kept.asked_by, kept.filters) == ("scores", 2, by, {"class": a_class.number})
    assert AuditEvent.objects.get(verb="exported").detail == {"what": "scores", "rows": 2}


def test_one_bad_cell_and_nothing_is_written(a_class: TrainingClass, own: list[Enrolment], now: datetime) -> None:
    rows = [[own[0].number, "王小强", "88", "90"], [own[1].number, "王小强", "优", "101"], ["B1", "张三", "60", ""]]
    reading, back = scoresheets.take(by=people.user(), training_class=a_class, content=csv(*rows), now=now)
    assert not Score.objects.exists()
    assert set(reading.faults) == {3, 4}
    assert back is not None
    page = openpyxl.load_workbook(back.file).worksheets[0]
    told = [page.cell(row=row, column=5).value or "" for row in (1, 2, 3, 4)]
    assert told[:2] == ["问题", ""]
    assert all(words in told[2] for words in ("姓名与报名编号不符", "理论成绩应在", "实操成绩应在"))
    assert "报名编号不在本班录取名单里" in told[3]
    assert (back.export.form, back.export.rows, back.export.purpose) == ("scores", 3, "填写成绩")


def test_a_refusal_of_one_line_takes_the_others_back(
    a_class: TrainingClass, own: list[Enrolment], now: datetime
) -> None:
    trainer = a_class.trainers.get()
    content = csv([own[0].number, "王小强", "88", "90"])
    reading, _back = scoresheets.take(by=trainer, training_class=a_class, content=content, now=now)
    assert (reading.written, Score.objects.count()) == (0, 0)
    assert "考培分离" in reading.faults[2][0]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"PK\x03\x04 broken", SheetRefusal.NOT_A_TABLE),
        (b"a,b\n1,2", SheetRefusal.NO_HEADER),
        (csv(), SheetRefusal.NO_LINES),
        (b"x" * (2 * 1024 * 1024 + 1), SheetRefusal.TOO_BIG),
    ],
)
def test_what_is_no_sheet_is_refused(
    content: bytes, code: SheetRefusal, a_class: TrainingClass, own: list[Enrolment], now: datetime
) -> None:
    with pytest.raises(SheetRefused) as refused:
        scoresheets.take(by=people.user(), training_class=a_class, content=content, now=now)
    assert refused.value.code == code
