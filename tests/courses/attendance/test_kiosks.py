"""固定扫码台: opened by a code of eight characters, known by its own token, ended at any moment."""

from datetime import timedelta

import pytest

from courses.attendance import KioskRefusal, KioskRefused, Place, kiosks, place_of
from courses.models import AuditEvent, Kiosk, Lesson, TrainingClass
from tests.courses.attendance.conftest import Room

pytestmark = pytest.mark.django_db


def opened(room: Room, *, whole_room: bool = False) -> tuple[Kiosk, str]:
    started = kiosks.start(by=room.trainer, lesson=room.lesson, whole_room=whole_room, now=room.at(-20))
    token = kiosks.open_up(code=started.code, address="10.0.0.1", now=room.at(-19))
    return started.kiosk, token


def refused(room: Room, code: str, minutes: float, address: str = "10.0.0.1") -> KioskRefusal:
    with pytest.raises(KioskRefused) as caught:
        kiosks.open_up(code=code, address=address, now=room.at(minutes))
    return caught.value.code  # type: ignore[return-value]


def test_a_kiosk_of_a_lesson_scans_there_until_its_windows_close(room: Room) -> None:
    kiosk, token = opened(room)
    assert kiosks.of_token(token=token, now=room.at(209)) == kiosk
    assert place_of(kiosks.of_token(token=token, now=room.at(0))) == room.lesson  # type: ignore[arg-type]
    assert kiosks.of_token(token=token, now=room.at(210)) is None


def test_a_kiosk_of_a_room_scans_whatever_is_on_there_for_twelve_hours(room: Room) -> None:
    kiosk, token = opened(room, whole_room=True)
    assert place_of(kiosk) == Place(room.a_class.institution_id, room.a_class.venue_id, "203 教室")
    assert kiosks.of_token(token=token, now=room.at(699)) == kiosk
    assert kiosks.of_token(token=token, now=room.at(700)) is None


def test_neither_code_nor_token_stands_in_the_database(room: Room) -> None:
    started = kiosks.start(by=room.trainer, lesson=room.lesson, whole_room=False, now=room.at(-20))
    token = kiosks.open_up(code=started.code, address="10.0.0.1", now=room.at(-19))
    row = repr(Kiosk.objects.values().get())
    assert (started.code in row, token in row) == (False, False)


def test_an_opening_code_opens_one_machine_within_ten_minutes(room: Room) -> None:
    started = kiosks.start(by=room.trainer, lesson=room.lesson, whole_room=False, now=room.at(-20))
    typed = f"{started.code[:4]} {started.code[4:]}".lower()
    assert refused(room, started.code, -10) == KioskRefusal.NOT_KNOWN
    assert kiosks.open_up(code=typed, address="10.0.0.1", now=room.at(-19))
    assert refused(room, started.code, -18) == KioskRefusal.NOT_KNOWN


def test_guessing_ends_after_ten_tries(room: Room) -> None:
    assert [refused(room, "00000000", 0) for _ in range(11)] == [KioskRefusal.NOT_KNOWN] * 10 + [KioskRefusal.TOO_MANY]


def test_one_press_ends_a_kiosk_and_its_token_opens_nothing(room: Room) -> None:
    kiosk, token = opened(room)
    kiosks.end(by=room.trainer, kiosk=kiosk, now=room.at(0))
    assert kiosks.of_token(token=token, now=room.at(0)) is None
    with pytest.raises(KioskRefused):
        kiosks.end(by=room.trainer, kiosk=kiosk, now=room.at(1))
    told = AuditEvent.objects.filter(verb__startswith="kiosk").order_by("pk").values_list("verb", flat=True)
    assert list(told) == ["kiosk_started", "kiosk_ended"]


def test_the_trainer_sees_the_kiosks_of_the_lesson_and_of_its_room(room: Room) -> None:
    own, _token = opened(room)
    of_room, _token = opened(room, whole_room=True)
    ended, _token = opened(room)
    kiosks.end(by=room.trainer, kiosk=ended, now=room.at(0))
    assert set(kiosks.live(lesson=room.lesson, now=room.at(0))) == {own, of_room}


def test_without_a_room_or_after_the_lesson_none_is_started(room: Room) -> None:
    with pytest.raises(KioskRefused) as caught:
        kiosks.start(
            by=room.trainer, lesson=room.lesson, whole_room=False, now=room.lesson.ends_at + timedelta(hours=1)
        )
    assert caught.value.code == KioskRefusal.OVER
    Lesson.objects.update(room="")
    TrainingClass.objects.update(room="")
    nowhere = Lesson.objects.select_related("training_class").get(pk=room.lesson.pk)
    with pytest.raises(KioskRefused) as caught:
        kiosks.start(by=room.trainer, lesson=nowhere, whole_room=True, now=room.at(0))
    assert caught.value.code == KioskRefusal.NO_ROOM
