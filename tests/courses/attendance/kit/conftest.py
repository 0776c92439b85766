"""A room without network, and a phone that was prepared for it half an hour before class."""

from collections.abc import Callable

import pytest

from courses.attendance import personal
from courses.models import Device, Learner
from courses.people import devices
from tests.courses.attendance.conftest import Room
from tests.factories.phones import Phone

Ready = Callable[..., Phone]


@pytest.fixture
def ready(easy_room: Room) -> Ready:
    def phone(minutes: float = -20, **fields: object) -> Phone:
        made = Phone(easy_room.lesson, easy_room.trainer, **fields)  # type: ignore[arg-type]
        return made.prepare(easy_room.at(minutes))

    return phone


def code_of(learner: Learner, room: Room, minutes: float) -> str:
    """What the learner's phone shows at that minute."""
    device = Device.objects.filter(learner=learner, revoked_at__isnull=True).first()
    device = device or devices.bind(learner=learner, label="Android", now=room.at(-60))
    return personal.code_at(learner=learner, device=device, moment=room.at(minutes))
