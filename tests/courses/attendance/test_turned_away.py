"""Scans that were turned away, and guests who make up a lesson: who settles it reads of them."""

from datetime import time

import pytest
from pytest_django import DjangoAssertNumQueries

from courses import attendance
from courses.attendance import (
    Hours,
    PersonRefusal,
    PersonRefused,
    Scanner,
    ScanRefusal,
    ScanRefused,
    Who,
    makeup,
    seal_ticket,
    turned_away_of,
)
from courses.models import Direction, Enrolment, Evidence, Learner, Lesson, MakeUp
from courses.people import cards
from courses.web.presence import TURNED_AWAY
from tests.courses.attendance.conftest import Room, scan, ticket
from tests.factories import people
from tests.factories.classes import first_lesson, training_class

pytestmark = pytest.mark.django_db
HEARD = 3 * 24 * 60


def refused(room: Room, learner: Learner, minutes: float, direction: Direction = Direction.IN) -> ScanRefusal:
    """Scan, sign in and be turned away, which leaves its row."""
    made = seal_ticket(ticket(room, room.at(minutes), direction=direction))
    with pytest.raises(ScanRefused) as caught:
        attendance.redeem(ticket_text=made, who=Who(user_id=learner.user_id), now=room.at(minutes))
    return ScanRefusal(caught.value.code)


def names(room: Room) -> list[tuple[str, str]]:
    return [(row.name, row.code) for row in attendance.turned_away(lesson=room.lesson)]


def test_each_reason_has_its_words() -> None:
    assert set(TURNED_AWAY) == {*ScanRefusal, *PersonRefusal}


def test_who_came_and_was_not_recorded_is_listed_once_by_a_masked_name(
    room: Room, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    stranger, early = people.learner(now=room.at(-9000), name="欧阳海"), room.learner("王小强")
    assert [refused(room, stranger, at) for at in (1, 2)] == [ScanRefusal.NOT_ENROLLED] * 2
    assert refused(room, early, -31) == ScanRefusal.TOO_EARLY
    with django_assert_num_queries(1):
        rows = attendance.turned_away(lesson=room.lesson)
    assert [(row.name, row.code, row.at) for row in rows] == [
        ("王*强", "too_early", room.at(-31)),
        ("欧*海", "not_enrolled", room.at(2)),
    ]


def test_who_was_turned_away_and_came_in_later_is_not_listed(room: Room) -> None:
    learner = room.learner()
    refused(room, learner, -31)
    scan(room, learner, -5)
    assert names(room) == []
    assert refused(room, learner, 211, Direction.OUT) == ScanRefusal.TOO_LATE
    assert names(room) == [("王*强", "too_late")]


def test_a_dispute_has_every_such_scan_of_its_learner_at_its_lesson(
    room: Room, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    one, other = room.learner("王小强"), room.learner("李梅")
    refused(room, one, -31)
    refused(room, other, -31)
    scan(room, one, 0)
    pair = (room.lesson.pk, one.pk)
    with django_assert_num_queries(1):
        found = turned_away_of(pairs=[pair])
    assert {key: [row.code for row in rows] for key, rows in found.items()} == {pair: ["too_early"]}


@pytest.fixture
def heard(room: Room) -> Lesson:
    """A lesson of another class that may be heard in place of the room's."""
    return first_lesson(training_class(now=room.at(-20000), first=room.at(HEARD), course=room.a_class.course))


def agreed(room: Room, heard: Lesson, learner: Learner) -> MakeUp:
    rows = Enrolment.objects.select_related("learner__user", "training_class__course", "training_class__policy")
    row = makeup.ask(
        enrolment=rows.get(learner=learner, training_class=room.a_class), missed=1,
        heard=f"{heard.training_class.number}-1", by=people.user(), now=room.at(200),
    )  # fmt: skip
    makeup.answer(by=people.user(), make_up=row, agree=True, text="", now=room.at(300))
    return row


def guests(lesson: Lesson) -> list[tuple[int, object]]:
    """Each by the row of its make-up, with the first time that it was scanned."""
    return [(row.pk, getattr(row, "scanned_at", None)) for row in attendance.guests_of(lesson=lesson)]


def test_a_guest_has_an_answer_of_their_own_at_the_wall_and_no_evidence(room: Room, heard: Lesson) -> None:
    learner = room.learner()
    row = agreed(room, heard, learner)
    there = Room(heard, room.trainer)
    assert refused(there, learner, 2) == ScanRefusal.GUEST
    assert not Evidence.objects.exists()
    assert attendance.turned_away(lesson=heard) == []
    assert guests(heard) == [(row.pk, there.at(2))]
    makeup.witness(by=people.user(), make_up=row, hours=Hours(time(9), time(12)), now=there.at(190))
    assert guests(heard) == []


@pytest.mark.parametrize("by_trainer", [True, False], ids=["trainer", "kiosk"])
def test_a_guest_has_it_too_where_they_are_scanned(room: Room, heard: Lesson, by_trainer: bool) -> None:
    learner = room.learner()
    row = agreed(room, heard, learner)
    card = cards.issue(learner=learner, by=room.trainer, now=room.at(400)).code
    scanner = Scanner(by=room.trainer) if by_trainer else Scanner(origin=Evidence.Origin.KIOSK, name="T1")
    with pytest.raises(PersonRefused) as caught:
        attendance.scan_person(text=card, at=heard, scanner=scanner, now=room.at(HEARD + 3))
    assert (caught.value.code, caught.value.learner) == (PersonRefusal.GUEST, learner)
    assert guests(heard) == [(row.pk, room.at(HEARD + 3))]


def test_who_only_asked_is_no_guest_yet(room: Room, heard: Lesson) -> None:
    learner = room.learner()
    row = agreed(room, heard, learner)
    MakeUp.objects.filter(pk=row.pk).update(status=MakeUp.Status.ASKED)
    assert refused(Room(heard, room.trainer), learner, 2) == ScanRefusal.NOT_ENROLLED
