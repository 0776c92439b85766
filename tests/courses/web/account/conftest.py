"""People at the doors."""

from collections.abc import Callable
from datetime import datetime

import pytest
from django.test import Client
from django.utils import timezone

from courses.models import OutboxMessage, User
from courses.notices.carriers import sent_in_memory
from tests.factories import catalogue, people

PASSWORD = "a long enough password"


@pytest.fixture(autouse=True)
def _policy_and_empty_box() -> None:
    catalogue.policy()
    sent_in_memory.clear()


@pytest.fixture
def moment() -> datetime:
    """The doors read the clock themselves, so their people are of today."""
    return timezone.now()


@pytest.fixture
def officer(moment: datetime) -> User:
    made = people.staff(role="city", username="li", name="李科长", now=moment)
    made.set_password(PASSWORD)
    made.save()
    return made


@pytest.fixture
def last_code() -> Callable[[], str]:
    """The digits of the newest message, as its reader sees them."""

    def read() -> str:
        assert OutboxMessage.objects.exists()
        return str(sent_in_memory[-1].params["code"])

    return read


@pytest.fixture
def asked(client: Client, django_capture_on_commit_callbacks: object) -> Client:
    """A browser that asked for a code."""
    client.post("/account/", {"phone": "199 0000 5678"})
    return client
