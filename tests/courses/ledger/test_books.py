"""The books refuse to be edited, in the database itself."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction

from courses import ledger
from courses.attendance import paper
from courses.migrations._append_only import BOOKS
from courses.models import (
    DeviceAllowance,
    Enrolment,
    InstitutionEvent,
    Learner,
    ReviewEscalation,
    RollCall,
    RollCallTry,
    RoomCheck,
    RoomCheckLine,
    RoomCount,
    Signal,
    SignalNote,
    SizeOverride,
    Target,
    Tombstone,
    TrainingClass,
    User,
)
from tests import lasting
from tests.append_only import lift, restore
from tests.factories import cards, people, selection
from tests.factories.completion import counted
from tests.factories.phones import Phone

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def every_book_has_a_row(now, django_db_setup, django_db_blocker) -> Iterator[None]:
    with lasting.planted(django_db_blocker, lambda: _a_row_of_each(now), at=now):
        yield


def _a_row_of_each(now: datetime) -> None:
    _entry, later = counted(now=now)
    ledger.seal_through(day=later.date(), now=later.replace(day=later.day + 2))
    made, officer = TrainingClass.objects.get(), people.user()
    SizeOverride.objects.create(training_class=made, seats=60, reason="大教室", by=officer, at=now)
    ReviewEscalation.objects.create(training_class=made, submitted_at=now, due_on=now.date(), at=now)
    InstitutionEvent.objects.create(institution=made.institution, verb="registered", by=officer, at=now)
    Target.objects.create(year=2026, line="skills", amount=30_000, source="年度计划", at=now)
    _looked_at(made, officer, now)
    selection.proposed(camp=selection.camp(now=now), now=now)
    Tombstone.objects.create(person=uuid4(), at=now, keeps_name=False, request="ZX1", by_name="city")


def _looked_at(made: TrainingClass, officer: User, now: datetime) -> None:
    """What is kept about presence beside the evidence itself."""
    lesson, learner = made.lessons.all()[0], Learner.objects.all()[0]
    call = RollCall.objects.create(
        code="C0", lesson=lesson, picture="wok", offered=["wok", "hull"], tries=2, by=officer,
        started_at=now, ends_at=now + timedelta(minutes=3),
    )  # fmt: skip
    RollCallTry.objects.create(roll_call=call, learner=learner, number=1, picture="hull", at=now)
    counted = RoomCount.objects.create(
        lesson=lesson, counted=9, register_here=8, register_awaiting=0, due=9, by=officer, at=now
    )
    check = RoomCheck.objects.create(number="JC0", room_count=counted, conclusion="fine", by=officer, at=now)
    RoomCheckLine.objects.create(room_check=check, enrolment=Enrolment.objects.all()[0], what="absent")
    cards.proposed(training_class=made, now=now)
    paper.print_sign_in(by=officer, lesson=lesson, now=now)
    DeviceAllowance.objects.create(learner=learner, by=officer, reason="换了手机", at=now)
    signal = Signal.objects.create(code="S0", lesson=lesson, kind=Signal.Kind.HEADS, figures={}, rows=[], at=now)
    SignalNote.objects.create(signal=signal, by=officer, at=now, text="已核对")
    phone = Phone(lesson, officer).prepare(lesson.starts_at)
    phone.mark(learner, "present", lesson.starts_at)
    phone.send(lesson.starts_at)


@pytest.mark.parametrize("book", BOOKS)
@pytest.mark.parametrize("statement", ["UPDATE {} SET id = id", "DELETE FROM {}"])
def test_no_row_of_a_book_is_changed_or_removed(every_book_has_a_row, book, statement) -> None:
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(book))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT COUNT(*) FROM {book}")
        assert cursor.fetchone()[0] > 0


def test_without_the_triggers_a_row_could_be_changed(every_book_has_a_row) -> None:
    """The twin that shows what refuses: the triggers, and nothing else that the test runs on."""
    lift(connection)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE courses_countentry SET reason = 'changed'")
        assert cursor.rowcount == 1
    restore(connection)
