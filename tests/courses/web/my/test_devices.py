"""常用浏览器: seen and ended by their owner."""

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from courses.models import Device, Learner
from courses.people import devices
from tests.factories import catalogue, people

pytestmark = pytest.mark.django_db


@pytest.fixture
def moment() -> datetime:
    catalogue.policy()
    return timezone.now()


@pytest.fixture
def owner(client: Client, moment: datetime) -> Learner:
    learner = people.learner(now=moment)
    assert learner.user is not None
    client.force_login(learner.user)
    return learner


def test_the_list_shows_what_is_bound_now(client: Client, owner: Learner, moment: datetime) -> None:
    old = devices.bind(learner=owner, label="旧手机", now=moment - timedelta(days=181))
    lost = devices.bind(learner=owner, label="丢了", now=moment)
    devices.revoke(learner=owner, code=lost.code, now=moment)
    here = devices.bind(learner=owner, label="这个", now=moment)
    devices.bind(learner=people.learner(now=moment), label="别人的", now=moment)
    assert list(client.get("/my/devices/").context["devices"]) == [here]
    assert old.expires_at < moment


def test_one_press_ends_a_binding(client: Client, owner: Learner, moment: datetime) -> None:
    device = devices.bind(learner=owner, label="旧手机", now=moment)
    assert client.post(f"/my/devices/{device.code}/revoke/")["Location"] == "/my/devices/"
    assert Device.objects.get().revoked_at is not None


def test_nobody_ends_a_strangers_binding(client: Client, owner: Learner, moment: datetime) -> None:
    device = devices.bind(learner=people.learner(now=moment), label="别人的", now=moment)
    assert client.post(f"/my/devices/{device.code}/revoke/").status_code == 404
    assert Device.objects.get().revoked_at is None
