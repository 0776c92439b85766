"""What lies on a phone that is prepared: enough to recognise a learner of this lesson, and nothing else of anybody."""

import json
from datetime import timedelta

import pytest

from courses.attendance import personal
from courses.attendance.kit import KitRefusal, KitRefused
from courses.models import AuditEvent, Kit
from courses.people import cards, devices
from tests.courses.attendance.conftest import Room
from tests.courses.attendance.kit.conftest import Ready, code_of
from tests.factories.phones import Phone

pytestmark = pytest.mark.django_db


def test_a_phone_knows_surnames_and_numbers_of_the_list_and_nothing_that_opens_anything(
    easy_room: Room, ready: Ready
) -> None:
    learner = easy_room.learner("欧阳小海")
    card = cards.issue(learner=learner, by=easy_room.trainer, now=easy_room.at(-60))
    device = devices.bind(learner=learner, label="", now=easy_room.at(-60))
    phone = ready()
    [member] = phone.content["members"]
    assert (member["no"], member["name"], set(member)) == (1, "欧**", {"id", "no", "name", "code", "card", "tails"})
    seed = personal.seed(learner_number=learner.number, device_code=device.code, on=personal.day_of(easy_room.at(0)))
    said = json.dumps(phone.content, ensure_ascii=False)
    secrets = [
        learner.name, learner.number, learner.number[1:], learner.phone, learner.documents.get().number,
        device.code, seed.hex(), card.code, card.card.mark, card.card.digest, "小海",
    ]  # fmt: skip
    assert [one for one in secrets if one in said] == []


def test_it_is_told_when_to_forget_it_all_by_itself(easy_room: Room, ready: Ready) -> None:
    """Once the time for late additions is over, nobody adds to the lesson any more."""
    until = easy_room.lesson.ends_at + timedelta(hours=24)
    assert ready().content["until"] == int(until.timestamp() * 1000)


def test_it_knows_three_characters_of_each_code_of_these_hours_and_no_other(easy_room: Room, ready: Ready) -> None:
    learner = easy_room.learner()
    code_of(learner, easy_room, 0)
    [tails] = ready().content["members"][0]["tails"]
    steps = (30 + 180 + 30) * 2 + 1
    assert len(tails) == 3 * steps
    for minute, place in ((-30, 0), (0, 60), (179.5, 60 + 359), (210, steps - 1)):
        assert tails[3 * place : 3 * place + 3] == code_of(learner, easy_room, minute)[-3:]


def test_a_learner_has_another_name_at_every_lesson(easy_room: Room, ready: Ready) -> None:
    learner, phone = easy_room.learner(), ready()
    later = Phone(easy_room.a_class.lessons.order_by("number")[1], easy_room.trainer).prepare(easy_room.at(60))
    assert phone.content["members"][0]["id"] == phone.name_of(learner) != later.name_of(learner)
    assert phone.content["salt"] != ready().content["salt"]


def test_the_same_key_is_the_same_phone_and_keeps_the_clock_of_the_first_time(easy_room: Room, ready: Ready) -> None:
    phone = ready(skew=timedelta(minutes=3))
    first = phone.number
    easy_room.learner()
    phone.skew = timedelta(hours=5)
    phone.prepare(easy_room.at(-10))
    kit = Kit.objects.get()
    assert (phone.number, len(phone.content["members"]), kit.offset_ms) == (first, 1, -180_000)
    assert [event.detail["again"] for event in AuditEvent.objects.filter(verb="kit_prepared").order_by("pk")] == [
        False, True,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("minutes", "code"), [(-37 * 60, KitRefusal.TOO_EARLY), (211, KitRefusal.OVER), (-36 * 60, None), (210, None)]
)
def test_a_phone_is_prepared_from_the_day_before_until_the_last_window_shuts(
    easy_room: Room, ready: Ready, minutes: int, code: KitRefusal | None
) -> None:
    if code is None:
        assert ready(minutes).number == Kit.objects.get().number
        return
    with pytest.raises(KitRefused) as caught:
        ready(minutes)
    assert (caught.value.code, Kit.objects.count()) == (code, 0)


def test_a_cancelled_lesson_prepares_nobody(easy_room: Room, ready: Ready) -> None:
    easy_room.lesson.status = "cancelled"
    with pytest.raises(KitRefused) as caught:
        ready()
    assert caught.value.code == KitRefusal.CANCELLED


@pytest.mark.parametrize("key", ["", "AAAA", "x" * 88, "BA" + "A" * 85 + "="])
def test_what_is_no_key_is_refused(easy_room: Room, monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    monkeypatch.setattr(Phone, "public_key", key)
    with pytest.raises(KitRefused) as caught:
        Phone(easy_room.lesson, easy_room.trainer).prepare(easy_room.at(0))
    assert caught.value.code == KitRefusal.BAD_KEY
