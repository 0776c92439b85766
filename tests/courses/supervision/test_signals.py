"""Findings as rows: computed again they add nothing, they are looked at by somebody else, and nothing follows."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError
from pytest_django import DjangoAssertNumQueries

from courses import attendance, completion, supervision
from courses import policy as policies
from courses.attendance import Mark
from courses.models import (
    Attendance,
    AuditEvent,
    ChangeRequest,
    Completion,
    Direction,
    Evidence,
    Learner,
    Lesson,
    RoomCount,
    Signal,
    SignalNote,
    SignalRun,
    User,
)
from courses.people.numbers import fresh
from courses.supervision import CountRefused, NoteRefused, rules
from tests.courses.attendance.conftest import Room, open_room, scan, ticket
from tests.factories import people
from tests.factories.completion import submitted

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
    attendance.undo(
        learner_id=one.pk, receipt=told.number, nonce=Evidence.objects.get(receipt=told.number).ticket, now=room.at(0.5)
    )
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


def test_a_lesson_that_cannot_be_looked_through_keeps_no_other_waiting(
    room: Room, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The first of two that are due fails each time; what the log says of it names nobody."""
    found = rules.find

    def fails(**facts: Any) -> list[rules.Found]:
        if facts["facts"].ends_at == room.lesson.ends_at:
            raise ValueError("王一")
        return found(**facts)

    monkeypatch.setattr(rules, "find", fails)
    second = Lesson.objects.get(number=2)
    assert supervision.compute_due(now=second.ends_at + timedelta(hours=1)) == 1
    assert list(SignalRun.objects.values_list("lesson", flat=True)) == [second.pk]
    assert [(row.message, vars(row)["why"]) for row in caplog.records] == [("signals not computed", "ValueError")]
    assert "王一" not in caplog.text


def written(lesson: Lesson, learner: Learner, by: User, now: datetime) -> None:
    Evidence.objects.create(
        receipt=fresh(prefix="R", length=11), lesson=lesson, learner=learner, kind="ruling", direction="in",
        strength="proved", origin="desk", happened_at=lesson.starts_at, received_at=now, by=by, reason="ruled",
    )  # fmt: skip


def found(room: Room, minutes: float) -> tuple[int, list[list[str]]]:
    """How many lessons the sweep took, and whom each version of `one_sided` names."""
    taken = supervision.compute_due(now=room.at(minutes))
    rows = Signal.objects.filter(kind="one_sided").order_by("version").values_list("rows", flat=True)
    return taken, [[row["learner"] for row in version] for version in rows]


def test_what_is_written_after_the_last_run_is_found_by_the_next(room: Room) -> None:
    """Added at 23 hours by one person, who confirms it at 25, and nobody else ever saw this learner."""
    Lesson.objects.filter(number=2).update(status=Lesson.Status.CANCELLED)
    learner = room.learner()
    added = attendance.mark(
        by=room.trainer,
        lesson=room.lesson,
        learner=learner,
        as_=Mark.PRESENT,
        reason="no_phone",
        now=room.at(180 + 1380),
    )
    assert found(room, 180 + 1440) == (1, [])
    attendance.confirm(by=people.user(), receipt=added.receipt, lesson=room.lesson, now=room.at(180 + 1500))
    assert found(room, 180 + 1510) == (1, [[learner.number]])
    assert found(room, 180 + 1520) == (0, [[learner.number]])


def test_a_look_while_somebody_may_still_scan_out_is_not_the_look_at_a_lesson_that_is_over(room: Room) -> None:
    """Whoever opens the roster has a lesson looked through; what only its end can tell is not asked then."""
    Lesson.objects.filter(number=2).update(status=Lesson.Status.CANCELLED)
    learner = room.learner()
    attendance.mark(
        by=room.trainer, lesson=room.lesson, learner=learner, as_=Mark.PRESENT, reason="no_phone", now=room.at(1)
    )
    compute(room, 209)
    assert found(room, 210) == (1, [[learner.number]])


def test_who_turns_up_in_another_room_afterwards_is_shown_in_both(room: Room, now: datetime) -> None:
    """The first class was over and looked through before the second one's row came in."""
    other, twice = open_room(now=now + timedelta(minutes=30)), room.learner("王一")
    Lesson.objects.filter(number=2).update(status=Lesson.Status.CANCELLED)
    scan(room, twice, 0)
    supervision.compute_due(now=room.at(250))
    assert not Signal.objects.filter(kind="two_rooms").exists()
    Attendance.objects.create(
        lesson=other.lesson, learner=twice, in_at=other.at(0), status="present", changed_at=room.at(300)
    )
    written(other.lesson, twice, other.trainer, room.at(300))
    for minutes in (310, 320, 330):
        supervision.compute_due(now=room.at(minutes))
    assert set(Signal.objects.filter(kind="two_rooms").values_list("lesson", flat=True)) == {
        room.lesson.pk, other.lesson.pk,
    }  # fmt: skip
    assert supervision.compute_due(now=room.at(340)) == 0


def test_news_of_any_lesson_and_a_cancelled_last_one_make_the_last_lesson_due(room: Room) -> None:
    """The register of a first lesson is corrected after the second, and the second is called off after that."""
    learner, second = room.learner(), Lesson.objects.select_related("training_class").get(number=2)
    end = (second.ends_at - room.lesson.starts_at).total_seconds() / 60
    assert found(room, end + 1440) == (2, [])
    written(room.lesson, learner, room.trainer, room.at(end + 1450))
    assert found(room, end + 1460) == (2, [[learner.number]])
    assert found(room, end + 1470) == (0, [[learner.number]])
    columns = {f"was_{name}": getattr(second, name) for name in ("starts_at", "ends_at")}
    ChangeRequest.objects.create(
        number="C1", bundle="C1", training_class=second.training_class, lesson=second, starts_at=second.starts_at,
        ends_at=second.ends_at, cancels=True, reason="x", asked_by=people.user(), asked_at=room.at(end),
        status="granted", decided_by=people.user(), decided_at=room.at(end + 1480), **columns,
    )  # fmt: skip
    Lesson.objects.filter(pk=second.pk).update(status=Lesson.Status.CANCELLED)
    assert found(room, end + 1490) == (1, [[learner.number]] * 2)
    assert found(room, end + 1500)[0] == 0


def test_a_class_of_long_ago_is_looked_at_while_a_completion_waits(now: datetime) -> None:
    done, later = submitted(now=now, alone=True)
    later += timedelta(days=30)
    assert supervision.compute_due(now=later) == 1
    assert completion.held(completions=[done], now=later) == {done.pk: ["one_sided"]}
    for minutes, status, due in ((10, Completion.Status.SUBMITTED, 1), (30, Completion.Status.RETURNED, 0)):
        Completion.objects.filter(pk=done.pk).update(status=status)
        then = later + timedelta(minutes=minutes)
        written(Lesson.objects.get(), done.enrolment.learner, people.user(), then)
        assert supervision.compute_due(now=then + timedelta(minutes=10)) == due


def test_the_sweep_asks_as_often_for_one_lesson_as_for_three(
    room: Room, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    later = room.at(180 + 1440)
    for _more in range(2):
        supervision.compute_due(now=later)
        policies.current(on=policies.local_date(later))
        with django_assert_num_queries(5):
            assert supervision.compute_due(now=later + timedelta(minutes=10)) == 0
        open_room(now=room.lesson.starts_at)


def test_who_vouches_for_whom_is_asked_at_the_last_lesson_of_a_class(room: Room) -> None:
    """One relayed, one scanned and confirmed, one scanned and ticked, one by hand, one let out by hand, one excused."""
    relayed, confirmed, ticked, by_hand, let_out, excused = (room.learner(f"王{number}") for number in "一二三四五六")
    for person in (relayed, let_out, ticked):
        scan(room, person, 0, device="one phone" if person == ticked else "")
    waits = scan(room, confirmed, 1, device="one phone")
    attendance.confirm(by=room.trainer, receipt=waits.number, lesson=room.lesson, now=room.at(2))
    call = attendance.start_roll_call(by=room.trainer, lesson=room.lesson, now=room.at(60))
    attendance.tick_present(by=room.trainer, roll_call=call, learner=ticked, now=room.at(62))
    for person, as_ in ((by_hand, Mark.PRESENT), (let_out, Mark.OUT), (excused, Mark.LEAVE)):
        attendance.mark(
            by=room.trainer, lesson=room.lesson, learner=person, as_=as_, reason="no_phone", now=room.at(175)
        )
    assert "one_sided" not in compute(room, 211)
    Lesson.objects.filter(number=2).update(status=Lesson.Status.CANCELLED)
    assert compute(room, 212) == ["one_sided"]
    found = Signal.objects.get(kind="one_sided")
    assert found.figures == {"people": 3, "came": 5, "from": 2}
    assert {row["learner"] for row in found.rows} == {relayed.number, by_hand.number, let_out.number}


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
