"""In whatever order phones hand in what they wrote of one person, the person stands as all of it says together."""

import pytest

from courses.models import Attendance, Learner
from tests.courses.attendance.conftest import Room
from tests.courses.attendance.kit.conftest import Ready, code_of
from tests.factories.phones import Phone

pytestmark = pytest.mark.django_db
Write = tuple[int, str, float]
# Which phone says what at which minute, and how the person stands in the end.
SAID: dict[str, tuple[list[Write], str, int]] = {
    "all agree": ([(0, "present", 1), (1, "scan", 5), (2, "present", 9)], "present", 180),
    "the earliest scan counts": ([(0, "scan", 40), (1, "scan", 20), (2, "scan", 60)], "late", 160),
    "one contradicts": ([(0, "scan", 5), (1, "absent", 30), (2, "present", 31)], "awaiting", 0),
    "a mark put right by its own phone": ([(0, "absent", 5), (0, "late", 20), (1, "scan", 25)], "late", 160),
    "two hands differ": ([(0, "present", 5), (1, "late", 30), (1, "out", 100)], "awaiting", 0),
    "arrived and left": ([(0, "present", 1), (1, "out", 90), (2, "out", 120)], "left_early", 120),
}


@pytest.mark.parametrize("case", SAID)
def test_the_order_of_handing_in_makes_no_difference(easy_room: Room, ready: Ready, case: str) -> None:
    said, status, minutes = SAID[case]
    ends = []
    for order in (range(len(said)), reversed(range(len(said)))):
        learner = easy_room.learner()
        phones = [ready() for _ in range(3)]
        parcels = [(phones[place], _write(phones[place], learner, easy_room, as_, at)) for place, as_, at in said]
        for turn in order:
            phone, parcel = parcels[turn]
            phone.send(easy_room.at(150), [parcel])
        row = Attendance.objects.get(learner=learner)
        ends.append((row.status, row.minutes))
    assert ends == [(status, minutes)] * len(ends)


def _write(phone: Phone, learner: Learner, room: Room, as_: str, minute: float) -> object:
    at = room.at(minute)
    return phone.code(code_of(learner, room, minute), at) if as_ == "scan" else phone.mark(learner, as_, at)
