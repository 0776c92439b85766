"""Whatever happens in whatever order: what is stored is what the evidence says."""

from datetime import datetime
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from courses import attendance
from courses.attendance import Mark, MarkRefused, ScanRefused
from courses.models import Attendance, Direction, Evidence, Learner
from tests.courses.attendance.conftest import Room, scan

pytestmark = pytest.mark.django_db

steps = st.lists(
    st.tuples(
        st.sampled_from(["in", "out", "undo", "confirm", "reject", *Mark]),
        st.integers(min_value=0, max_value=1),
        st.integers(min_value=1, max_value=25),
        st.sampled_from(["", "a browser"]),
    ),
    max_size=12,
)


def take(room: Room, learner: Learner, what: str, minutes: int, device: str) -> None:
    now = room.at(minutes)
    last = Evidence.objects.filter(learner=learner).order_by("pk").last()
    receipt = last.receipt if last else ""
    if what in Direction:
        scan(room, learner, minutes, direction=Direction(what), device=device)
    elif what == "undo":
        attendance.undo(learner_id=learner.pk, receipt=receipt, nonce=(last and last.ticket) or "", now=now)
    elif what == "confirm":
        attendance.confirm(by=room.trainer, receipt=receipt, lesson=room.lesson, now=now)
    elif what == "reject":
        attendance.reject(by=room.trainer, receipt=receipt, lesson=room.lesson, reason="wrong_person", now=now)
    else:
        attendance.mark(
            by=room.trainer, lesson=room.lesson, learner=learner, as_=Mark(what), reason="no_phone", now=now
        )


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn=steps)
def test_after_any_sequence_recomputation_finds_nothing(room: Room, drawn: list[Any]) -> None:
    with transaction.atomic():
        two = [room.learner("王一"), room.learner("王二")]
        minutes = -30
        for what, which, passed, device in drawn:
            minutes += passed
            try:
                take(room, two[which], what, minutes, device)
            except (ScanRefused, MarkRefused):
                continue
        stored = {row.learner_id: (row.status, row.minutes) for row in Attendance.objects.filter(lesson=room.lesson)}
        assert list(attendance.differences(now=room.at(minutes))) == []
        for learner_id, before in stored.items():
            derived = attendance.recompute(lesson=room.lesson, learner_id=learner_id, now=room.at(minutes))
            assert (derived.status, derived.minutes) == before
        transaction.set_rollback(True)


def test_a_planted_difference_is_named(room: Room, now: datetime) -> None:
    learner = room.learner()
    scan(room, learner, 0)
    Attendance.objects.filter(learner=learner).update(status="present", minutes=180)
    [(name, what)] = attendance.differences(now=now)
    assert room.a_class.number in name
    assert what == "stored present 180 min, evidence says awaiting 0 min"


def test_an_attendance_that_nobody_proved_is_named(room: Room, now: datetime) -> None:
    learner = room.learner()
    Attendance.objects.create(lesson=room.lesson, learner=learner, status="present", minutes=180, changed_at=now)
    assert [what for _name, what in attendance.differences(now=now)] == ["no evidence"]


def test_a_missing_attendance_is_named(room: Room, now: datetime) -> None:
    scan(room, room.learner(), 0)
    Attendance.objects.all().delete()
    assert [what for _name, what in attendance.differences(now=now)] == ["missing"]
