"""A couple with one phone, wrong names and all: whatever they press, the records are those of who sat there."""

import random

import pytest

from courses import attendance
from courses.models import Attendance, Evidence
from tests.courses.attendance.conftest import Room, leave, scan

pytestmark = pytest.mark.django_db
CYCLES = 20


@pytest.mark.parametrize("seed", [1, 2])
def test_after_any_number_of_swaps_the_one_who_was_there_counts_and_the_other_does_not(room: Room, seed: int) -> None:
    chance = random.Random(seed)
    two = [room.learner("王小强"), room.learner("李梅")]
    for cycle in range(CYCLES):
        wrong = two[chance.randrange(2)]
        receipt = scan(room, wrong, cycle / 2, device="one phone")
        attendance.undo(learner_id=wrong.pk, receipt=receipt.number, nonce=receipt.ticket, now=room.at(cycle / 2))
    there, absent = two if chance.random() < 0.5 else reversed(two)
    scan(room, there, CYCLES / 2, device="one phone")
    for row in Evidence.objects.filter(strength="awaiting", superseded_by__isnull=True, learner=there):
        attendance.confirm(by=room.trainer, receipt=row.receipt, lesson=room.lesson, now=room.at(12))
    leave(room, there, 180)
    for row in Evidence.objects.filter(strength="awaiting", superseded_by__isnull=True):
        attendance.confirm(by=room.trainer, receipt=row.receipt, lesson=room.lesson, now=room.at(181))
    states = {row.learner_id: (row.status, row.minutes) for row in Attendance.objects.all()}
    assert states[there.pk] == ("present", 180)
    assert states.get(absent.pk, ("unmarked", 0)) == ("unmarked", 0)
    assert Evidence.objects.filter(kind="undo").count() == CYCLES
    assert list(attendance.differences(now=room.at(200))) == []
