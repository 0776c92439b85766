"""Findings as rows: computed again they add nothing, they are looked at by somebody else, and nothing follows."""

from datetime import datetime, timedelta

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError

from courses import attendance, supervision
from courses.attendance import Mark
from courses.models import Attendance, AuditEvent, Direction, Evidence, Lesson, RoomCount, Signal, SignalNote
from courses.people.numbers import fresh
from courses.supervision import CountRefused, NoteRefused
from tests.courses.attendance.conftest import Room, open_room, scan, ticket
from tests.factories import people

pytestmark = pytest.mark.django_db


@pytest.fixture
def room(now: datetime, db: None) -> Room:
    return open_room(now=now)


def compute(room: Room, minutes: float) -> list[str]:
    return [row.kind for row in supervision.compute(lesson=room.lesson, now=room.at(minutes))]


def shared(room: Room) -> None:
    for name in ("王一", "王二"):
        scan(room, room.learner(name), 0, device="BROWSER")


def counted(room: Room, number: int | None, minutes: float = 60) -> RoomCount:
    supervision.begin_count(by=room.trainer, lesson=room.lesson, now=room.at(minutes))
    return supervision.count_room(by=room.trainer, lesson=room.lesson, counted=number, now=room.at(minutes + 1))


def test_computed_twice_over_the_same_rows_it_adds_nothing(room: Room) -> None:
    shared(room)
    assert compute(room, 1) == ["shared_device"]
    assert compute(room, 2) == []
    assert Signal.objects.get().rows[0].keys() >= {"learner", "receipt", "at", "device"}


def test_a_finding_that_grew_is_a_new_version_and_open_again(room: Room) -> None:
    shared(room)
    compute(room, 1)
    inspector = people.user()
    supervision.look_at(by=inspector, signal=Signal.objects.get(), text="夫妻共用", now=room.at(2))
    scan(room, room.learner("王三"), 3, device="BROWSER")
    assert compute(room, 4) == ["shared_device"]
    [held] = supervision.latest(Signal.objects.all())
    assert (held.version, held.figures["people"], held.looked_at) == (2, 3, False)  # type: ignore[attr-defined]


def test_nothing_about_anybody_changes_by_a_signal(room: Room) -> None:
    shared(room)
    before = list(Attendance.objects.order_by("pk").values())
    compute(room, 1)
    assert list(Attendance.objects.order_by("pk").values()) == before


def test_a_scan_that_was_taken_back_is_no_second_person(room: Room) -> None:
    one = room.learner("王一")
    told = scan(room, one, 0, device="BROWSER")
    attendance.undo(learner_id=one.pk, receipt=told.number, now=room.at(0.5))
    scan(room, room.learner("王二"), 1, device="BROWSER")
    assert compute(room, 2) == []


def test_lateness_is_read_from_the_rows(room: Room) -> None:
    for number in range(3):
        learner = room.learner(f"王{number}")
        Evidence.objects.create(
            receipt=fresh(prefix="R", length=11),
            lesson=room.lesson,
            learner=learner,
            kind=Evidence.Kind.WALL,
            direction=Direction.IN,
            strength=Evidence.Strength.PROVED,
            origin=Evidence.Origin.WALL,
            happened_at=room.at(number),
            received_at=room.at(number),
            offset_ms=20000 + 700 * number,
        )
    assert compute(room, 5) == ["late_in_window"]


def test_a_whole_lesson_leads_to_each_kind_that_its_rows_show(room: Room, now: datetime) -> None:
    other = open_room(now=now + timedelta(minutes=30))
    twice = room.learner("王一")
    Attendance.objects.create(
        lesson=other.lesson, learner=twice, in_at=other.at(0), status="awaiting", changed_at=other.at(0)
    )
    scan(room, twice, 0)
    by_hand = [room.learner(name) for name in ("王二", "王三")]
    attendance.mark_many(
        by=room.trainer, lesson=room.lesson, learners=by_hand, as_=Mark.PRESENT, reason="no_phone", now=room.at(5)
    )
    attendance.start_roll_call(by=room.trainer, lesson=room.lesson, now=room.at(60))
    counted(room, 2, 70)
    assert set(compute(room, 80)) == {"roll_call", "heads", "two_rooms"}
    assert set(compute(room, 211)) == {"by_hand", "no_checkout"}
    assert Signal.objects.get(kind="heads").figures["difference"] == -1


def test_the_sweep_looks_through_a_lesson_when_it_is_over_and_again_after_late_additions(room: Room) -> None:
    shared(room)
    Lesson.objects.filter(number=2).update(status=Lesson.Status.CANCELLED)
    moments = [(209, 0), (210, 1), (220, 0), (180 + 24 * 60, 1), (180 + 24 * 60 + 10, 0)]
    assert [supervision.compute_due(now=room.at(minutes)) for minutes, _due in moments] == [due for _, due in moments]
    assert supervision.compute_due(now=room.at(8 * 24 * 60)) == 0
    assert Signal.objects.filter(kind="shared_device").count() == 1


def test_the_count_stands_beside_what_the_register_said(room: Room) -> None:
    scan(room, room.learner("王一"), 0, device="a")
    scan(room, room.learner("王二"), 1, device="a")
    room.learner("王三")
    made = counted(room, 3)
    assert (made.counted, made.register_here, made.register_awaiting, made.due) == (3, 1, 1, 3)
    assert made.difference == 1
    detail = AuditEvent.objects.get(verb="room_counted").detail
    assert detail == {"lesson": 1, "counted": 3, "register": 2}


def test_while_somebody_counts_the_wall_keeps_its_figures_to_itself(room: Room) -> None:
    supervision.begin_count(by=room.trainer, lesson=room.lesson, now=room.at(60))
    lesson = Lesson.objects.select_related("training_class").get(pk=room.lesson.pk)
    hidden = [attendance.wall_state(lesson=lesson, now=room.at(minutes)).counting for minutes in (60, 64.9, 65)]
    assert hidden == [True, True, False]


@pytest.mark.parametrize(("number", "code"), [(None, "wrong_number"), (-1, "wrong_number"), (1000, "wrong_number")])
def test_a_count_is_a_whole_number(room: Room, number: int | None, code: str) -> None:
    with pytest.raises(CountRefused) as caught:
        counted(room, number)
    assert (caught.value.code, RoomCount.objects.count()) == (code, 0)


def test_a_count_with_the_figures_in_sight_or_after_its_time_is_none(room: Room) -> None:
    def count(minutes: float) -> RoomCount:
        return supervision.count_room(by=room.trainer, lesson=room.lesson, counted=1, now=room.at(minutes))

    with pytest.raises(CountRefused, match="not_begun"):
        count(60)
    supervision.begin_count(by=room.trainer, lesson=room.lesson, now=room.at(60))
    with pytest.raises(CountRefused, match="not_begun") as caught:
        count(65)
    assert "5 分钟" in caught.value.sentence
    for minutes in (-31, 181):
        with pytest.raises(CountRefused, match="not_now"):
            supervision.begin_count(by=room.trainer, lesson=room.lesson, now=room.at(minutes))


def test_the_trainer_explains_and_another_looks(room: Room) -> None:
    shared(room)
    compute(room, 1)
    signal, inspector = Signal.objects.get(), people.user()
    supervision.explain(by=room.trainer, signal=signal, text=" 夫妻 共用一部手机 ", now=room.at(2))
    with pytest.raises(NoteRefused, match="own_class"):
        supervision.look_at(by=room.trainer, signal=signal, text="没问题", now=room.at(3))
    with pytest.raises(NoteRefused, match="note_missing"):
        supervision.look_at(by=inspector, signal=signal, text="  ", now=room.at(3))
    supervision.look_at(by=inspector, signal=signal, text="属实", now=room.at(4))
    with pytest.raises(NoteRefused, match="looked_at"):
        supervision.look_at(by=people.user(), signal=signal, text="属实", now=room.at(5))
    told = list(SignalNote.objects.values_list("by", "text", "closes"))
    assert told == [(room.trainer.pk, "夫妻 共用一部手机", False), (inspector.pk, "属实", True)]
    assert [one.looked_at for one in supervision.latest(Signal.objects.all())] == [True]  # type: ignore[attr-defined]


@pytest.mark.parametrize("table", ["signal", "signalnote", "roomcount"])
def test_the_database_keeps_them_as_they_were(room: Room, table: str) -> None:
    shared(room)
    compute(room, 1)
    supervision.look_at(by=people.user(), signal=Signal.objects.get(), text="属实", now=room.at(2))
    counted(room, 2)
    for statement in (f"UPDATE courses_{table} SET id = id", f"DELETE FROM courses_{table}"):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_one_phone_that_asked_the_trainer_for_several_people_is_seen(room: Room) -> None:
    for name in ("王一", "王二"):
        made = ticket(room, room.at(0), device="BROWSER")
        asking = attendance.ask_door(ticket_text=attendance.seal_ticket(made), now=room.at(1))
        attendance.settle_door(
            by=room.trainer, lesson=room.lesson, request=asking, learner=room.learner(name), now=room.at(2)
        )
    assert compute(room, 3) == ["shared_device"]
