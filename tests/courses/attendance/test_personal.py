"""The learner's own code: whose it is, which phone made it, and for how long it is believed."""

from datetime import datetime, timedelta

import pytest

from courses.attendance import personal
from courses.attendance.personal import Personal
from courses.models import Device, Learner
from courses.people import devices
from courses.policy import CITY_TIME, Policy
from tests.factories import catalogue, people

pytestmark = pytest.mark.django_db


@pytest.fixture
def learner(now: datetime) -> Learner:
    catalogue.policy()
    return people.learner(now=now)


def phone(learner: Learner, now: datetime, browser: str = "") -> Device:
    return devices.bind(learner=learner, label="Android", now=now, browser=browser)


def read(text: str, now: datetime) -> Personal | None:
    return personal.read(text=personal.bare(text), policy=Policy(), now=now)


def test_a_code_names_its_learner_and_the_phone_that_made_it(learner: Learner, now: datetime) -> None:
    device = phone(learner, now)
    text = personal.code_at(learner=learner, device=device, moment=now)
    found = read(text, now)
    assert (len(text), personal.is_personal(text)) == (20, True)
    assert found is not None
    assert (found.learner, found.device, found.bound, found.fresh) == (learner, device, True, True)


def test_every_half_minute_has_a_code_of_its_own(learner: Learner, now: datetime) -> None:
    device = phone(learner, now)
    steps = [now + timedelta(seconds=30 * number) for number in range(200)]
    assert len({personal.code_at(learner=learner, device=device, moment=moment) for moment in steps}) == 200


@pytest.mark.parametrize(
    ("seconds", "believed"),
    [(0, "fresh"), (-60, "fresh"), (85, "fresh"), (-150, "old"), (590, "old"), (-640, "no"), (640, "no")],
)
def test_what_the_phone_claims_may_be_wrong_and_is_kept(
    learner: Learner, now: datetime, seconds: int, believed: str
) -> None:
    text = personal.code_at(learner=learner, device=phone(learner, now), moment=now + timedelta(seconds=seconds))
    found = read(text, now)
    assert ("no" if found is None else "fresh" if found.fresh else "old") == believed
    if found is not None:
        assert abs((found.claimed_at - now).total_seconds() - seconds) < personal.STEP_SECONDS


def test_as_read_aloud_or_typed_it_is_the_same_code(learner: Learner, now: datetime) -> None:
    text = personal.code_at(learner=learner, device=phone(learner, now), moment=now)
    typed = " ".join(text[at : at + 4] for at in range(0, 20, 4)).lower().replace("0", "o").replace("1", "l")
    assert read(typed, now) is not None


def test_one_character_that_is_wrong_makes_it_nobodys(learner: Learner, now: datetime) -> None:
    text = personal.code_at(learner=learner, device=phone(learner, now), moment=now)
    for place in (10, 15, 19):
        other = "0" if text[place] != "0" else "1"
        assert read(text[:place] + other + text[place + 1 :], now) is None


def test_the_code_of_a_phone_that_is_no_longer_bound_is_told_from_a_forged_one(learner: Learner, now: datetime) -> None:
    device = phone(learner, now)
    devices.revoke(learner=learner, code=device.code, now=now)
    found = read(personal.code_at(learner=learner, device=device, moment=now), now)
    assert found is not None
    assert found.bound is False


def test_the_seed_of_a_day_makes_no_code_of_the_next(learner: Learner, now: datetime) -> None:
    device = phone(learner, now)
    today, tomorrow = personal.day_of(now), personal.day_of(now + timedelta(days=1))
    seeds = {personal.seed(learner_number=learner.number, device_code=device.code, on=day) for day in (today, tomorrow)}
    assert len(seeds) == 2


def test_a_day_lasts_until_four_so_that_an_evening_class_can_leave(now: datetime) -> None:
    late = datetime(2026, 9, 15, 1, 30, tzinfo=CITY_TIME)
    assert personal.day_of(late) == personal.day_of(now)
    assert personal.day_ends(late) == datetime(2026, 9, 15, 4, 0, tzinfo=CITY_TIME)
    assert personal.day_of(personal.day_ends(late)) != personal.day_of(now)


def test_the_code_of_another_phone_of_the_same_learner_is_told_apart(learner: Learner, now: datetime) -> None:
    one, other = phone(learner, now), phone(learner, now)
    found = read(personal.code_at(learner=learner, device=one, moment=now), now)
    assert found is not None
    assert (found.device == one, found.device == other) == (True, False)


def test_a_bound_phone_is_known_however_often_another_browser_signed_in_anew(learner: Learner, now: datetime) -> None:
    device, other = phone(learner, now), phone(learner, now)
    for _time in range(8):
        other = devices.bind(learner=learner, label="微信", now=now, replaces=other.code)
    found = read(personal.code_at(learner=learner, device=device, moment=now), now)
    assert found is not None
    assert (found.device, found.bound) == (device, True)
