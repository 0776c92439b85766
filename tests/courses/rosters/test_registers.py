"""A register kept on another machine: every row of a file or none, waiting for another person, and never twice."""

import csv
import io
from datetime import datetime, timedelta

import pytest
import xlsxwriter
from django.db import IntegrityError, transaction

from courses import attendance
from courses.attendance import MarkRefusal, MarkRefused, imported
from courses.models import Attendance, Enrolment, Evidence, Learner, Post, User
from courses.people import cards
from courses.rosters import registers
from courses.rosters.registers import RegisterRefusal, RegisterRefused, Taken
from tests.courses.attendance.conftest import Room, open_room, scan
from tests.factories import people
from tests.factories.classes import enrolled

pytestmark = pytest.mark.django_db
HEAD = ("班次编号", "课次", "学员", "签到时间", "签退时间")
Status = Attendance.Status


@pytest.fixture
def room(now: datetime) -> Room:
    return open_room(now=now)


@pytest.fixture
def clerk(room: Room, now: datetime) -> User:
    return people.staff(role=Post.Role.INSTITUTION, now=now, institution=room.a_class.institution, username="clerk")


@pytest.fixture
def other(room: Room, now: datetime) -> User:
    return people.staff(role=Post.Role.INSTITUTION, now=now, institution=room.a_class.institution, username="other")


def table(*rows: tuple[object, ...], head: tuple[str, ...] = HEAD) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows([head, *rows])
    return out.getvalue().encode()


def row(room: Room, who: object, came: object = "9:00", left: object = "12:00", **other: object) -> tuple[object, ...]:
    return (other.get("class_number", room.a_class.number), other.get("lesson", 1), who, came, left)


def send(room: Room, by: User, content: bytes, *, after: float = 200) -> Taken:
    return registers.take_register(by=by, training_class=room.a_class, content=content, now=room.at(after))


def decide(room: Room, by: User, *, reason: str = "") -> int:
    [one] = imported.waiting(training_class=room.a_class)
    return imported.decide(by=by, training_class=room.a_class, key=one.key, reason=reason, now=room.at(210))


def state(room: Room, learner: Learner) -> Attendance:
    return Attendance.objects.get(lesson=room.lesson, learner=learner)


def test_a_file_counts_nothing_until_another_person_confirms_it(room: Room, clerk: User, other: User) -> None:
    learner = room.learner()
    taken = send(room, clerk, table(row(room, learner.number, "9:03", "11:58")))
    assert (taken.rows, taken.wrote, taken.faults) == (1, 2, ())
    assert {(said.kind, said.strength, said.origin, said.by) for said in Evidence.objects.all()} == {
        ("import", "awaiting", "file", clerk)
    }
    came = Evidence.objects.get(direction="in")
    assert (came.claimed_at, came.happened_at, came.received_at) == (room.at(3), room.at(3), room.at(200))
    assert (state(room, learner).status, state(room, learner).minutes) == (Status.AWAITING, 0)
    with pytest.raises(MarkRefused) as refused:
        decide(room, clerk)
    assert refused.value.code == MarkRefusal.SAME_PERSON
    assert decide(room, other) == 2
    held = state(room, learner)
    assert (held.status, held.minutes, held.by_hand, held.in_at) == (Status.PRESENT, 180, True, room.at(3))
    assert list(attendance.differences(now=room.at(220))) == []


def test_what_another_person_does_not_accept_counts_for_nothing(room: Room, clerk: User, other: User) -> None:
    learner = room.learner()
    send(room, clerk, table(row(room, learner.number)))
    decide(room, other, reason="not_accepted")
    assert (state(room, learner).status, state(room, learner).minutes) == (Status.UNMARKED, 0)
    assert imported.waiting(training_class=room.a_class) == []


def test_the_same_file_twice_writes_nothing_twice_before_and_after_it_counts(
    room: Room, clerk: User, other: User
) -> None:
    content = table(row(room, room.learner("王一").number), row(room, room.learner("王二").number, "9:20"))
    assert [send(room, clerk, content).wrote, send(room, other, content).wrote] == [4, 0]
    decide(room, other)
    assert send(room, clerk, content).wrote == 0
    assert Evidence.objects.filter(kind="import").count() == 4


def test_a_corrected_file_takes_the_place_of_what_still_waits(room: Room, clerk: User, other: User) -> None:
    learner = room.learner()
    send(room, clerk, table(row(room, learner.number, "9:00")))
    assert send(room, clerk, table(row(room, learner.number, "9:40"))).wrote == 1
    for one in imported.waiting(training_class=room.a_class):
        imported.decide(by=other, training_class=room.a_class, key=one.key, now=room.at(210))
    assert (state(room, learner).status, state(room, learner).minutes) == (Status.LATE, 140)


def test_people_are_known_by_number_card_or_document_and_times_as_a_spreadsheet_keeps_them(
    room: Room, clerk: User
) -> None:
    one, two, three = (room.learner(name) for name in ("王一", "王二", "王三"))
    code = cards.issue(learner=two, by=clerk, now=room.at(-100)).code
    document = three.documents.get().number
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True})
    page = book.add_worksheet()
    page.write_row(0, 0, HEAD)
    day = 46279  # 14 September 2026
    for place, (who, came) in enumerate([(one.number, 0.375), (code, day + 0.375), (document, "2026-09-14 09:00")], 1):
        page.write_row(place, 0, row(room, who, came, "12：00"))
    book.close()
    taken = send(room, clerk, file.getvalue())
    assert taken.faults == ()
    arrivals = Evidence.objects.filter(direction="in").values_list("learner", "happened_at")
    assert set(arrivals) == {(learner.pk, room.at(0)) for learner in (one, two, three)}


def test_every_bad_cell_is_named_and_nothing_is_written(room: Room, clerk: User, now: datetime) -> None:
    learner = room.learner()
    stranger = people.learner(now=now)
    content = table(
        row(room, learner.number),
        row(room, learner.number, "9:10"),
        row(room, stranger.number),
        row(room, room.learner("王二").number, "5:00"),
        row(room, room.learner("王三").number, "10:00", "9:30"),
        row(room, room.learner("王四").number, "", "12:00"),
        row(room, room.learner("王五").number, class_number="B9", lesson="7"),
        row(room, room.learner("王六").number, lesson="2"),
    )
    taken = send(room, clerk, content)
    assert sorted(taken.faults) == sorted(
        [
            "C3 与第 2 行重复",
            "C4 本班没有这个人",
            "D5 应是 8:30 到 12:30 之间的时间，如 9:05",
            "E6 签退应晚于签到",
            "D7 应是 8:30 到 12:30 之间的时间，如 9:05",
            "A8 不是本班的编号",
            "B8 本班没有这次课",
            "B9 这次课还没有结束",
        ]
    )
    assert not Evidence.objects.exists()
    assert stranger.number not in "".join(taken.faults)


def test_a_document_that_is_known_elsewhere_in_the_city_is_nobody_here(room: Room, clerk: User, now: datetime) -> None:
    """A file of numbers asks the city for nobody."""
    room.learner()
    known, unknown = people.learner(now=now).documents.get().number, people.resident_number()
    taken = send(room, clerk, table(row(room, known), row(room, unknown)))
    assert taken.faults == ("C2 本班没有这个人", "C3 本班没有这个人")


def test_a_scan_stands_and_an_absence_or_a_ruling_is_not_overruled(room: Room, clerk: User) -> None:
    scanned, absent = room.learner("王一"), room.learner("王二")
    scan(room, scanned, 20)
    assert send(room, clerk, table(row(room, scanned.number, "9:00", ""))).wrote == 0
    assert state(room, scanned).in_at == room.at(20)
    attendance.mark(
        by=room.trainer, lesson=room.lesson, learner=absent, as_=attendance.Mark.ABSENT, reason="seen", now=room.at(60)
    )
    taken = send(room, clerk, table(row(room, absent.number)))
    assert taken.faults == ("C2 已登记缺勤或请假，请先请老师更正",)


def test_nobody_imports_or_confirms_their_own_presence(room: Room, clerk: User, other: User) -> None:
    own = room.learner()
    Learner.objects.filter(pk=own.pk).update(user=clerk)
    assert send(room, clerk, table(row(room, own.number))).faults == ("C2 是您本人，须由别人导入",)
    assert send(room, other, table(row(room, own.number))).wrote == 2
    with pytest.raises(MarkRefused) as refused:
        decide(room, clerk)
    assert refused.value.code == MarkRefusal.SAME_PERSON


def test_after_the_hours_for_late_additions_no_file_adds_anything(room: Room, clerk: User) -> None:
    content = table(row(room, room.learner().number))
    assert send(room, clerk, content, after=180 + 24 * 60 + 1).faults == ("B2 下课已超过 24 小时，不能再补",)
    assert send(room, clerk, content, after=180 + 24 * 60).wrote == 2


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"\x00\x01", RegisterRefusal.NOT_A_TABLE),
        (b"", RegisterRefusal.NOT_A_TABLE),
        (b"x" * (registers.FILE_BYTES + 1), RegisterRefusal.TOO_BIG),
        (table(("B1", 1, "X", "9:00"), head=("班次编号", "课次", "学员", "时间")), RegisterRefusal.NO_HEADER),
        (table(), RegisterRefusal.NO_ROWS),
    ],
)
def test_what_is_no_register_is_refused_as_a_whole(room: Room, clerk: User, content: bytes, code: str) -> None:
    with pytest.raises(RegisterRefused) as refused:
        send(room, clerk, content)
    assert refused.value.code == code


def test_the_database_keeps_no_imported_row_without_who_and_why(room: Room, now: datetime) -> None:
    seat: Enrolment = enrolled(training_class=room.a_class, now=now - timedelta(days=9))
    with pytest.raises(IntegrityError), transaction.atomic():
        Evidence.objects.create(
            receipt="R1", lesson=room.lesson, learner=seat.learner, enrolment=seat, kind="import", direction="in",
            strength="awaiting", origin="file", happened_at=now, received_at=now,
        )  # fmt: skip
