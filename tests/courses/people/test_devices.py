"""The bound browsers of a learner: how many, and how they change."""

from datetime import datetime, timedelta

import pytest

from courses.models import Device, Learner
from courses.people import devices
from courses.people.devices import DeviceRefusal, DeviceRefused
from tests.factories import catalogue, people

pytestmark = pytest.mark.django_db


@pytest.fixture
def learner(now: datetime) -> Learner:
    catalogue.policy()
    return people.learner(now=now)


def bind(learner: Learner, label: str, at: datetime, replaces: str = "") -> Device:
    return devices.bind(learner=learner, label=label, now=at, replaces=replaces)


def labels(learner: Learner, at: datetime) -> list[str]:
    return [device.label for device in devices.bound(learner=learner, now=at)]


def test_a_new_phone_is_bound_by_signing_in_and_the_one_of_longest_ago_ends(learner: Learner, now: datetime) -> None:
    for day, label in enumerate(("手机", "微信", "新手机")):
        bind(learner, label, now + timedelta(days=day))
    assert labels(learner, now + timedelta(days=2)) == ["新手机", "微信"]


def test_a_third_new_browser_of_one_day_stays_unbound_and_ends_none(learner: Learner, now: datetime) -> None:
    bind(learner, "手机", now)
    bind(learner, "微信", now)
    with pytest.raises(DeviceRefused) as caught:
        bind(learner, "朋友的手机", now + timedelta(hours=3))
    assert caught.value.code == DeviceRefusal.TOO_MANY_TODAY
    assert labels(learner, now) == ["微信", "手机"]
    bind(learner, "新手机", now + timedelta(days=1))
    assert labels(learner, now + timedelta(days=1)) == ["新手机", "微信"]


def test_signing_in_again_with_the_same_browser_is_no_change(learner: Learner, now: datetime) -> None:
    code = ""
    for _time in range(5):
        code = bind(learner, "手机", now, replaces=code).code
    assert labels(learner, now) == ["手机"]


def test_who_removes_a_browser_does_not_gain_a_change(learner: Learner, now: datetime) -> None:
    for _time in range(2):
        devices.revoke(learner=learner, code=bind(learner, "手机", now).code, now=now)
    with pytest.raises(DeviceRefused):
        bind(learner, "手机", now)


def test_who_signs_in_after_somebody_else_ends_their_binding_also_when_refused(learner: Learner, now: datetime) -> None:
    other = people.learner(now=now)
    theirs = bind(other, "共用", now)
    bind(learner, "手机", now)
    bind(learner, "微信", now)
    with pytest.raises(DeviceRefused):
        bind(learner, "共用", now, replaces=theirs.code)
    assert labels(other, now) == []
