from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import override_settings

from courses import rosters
from courses.models import RosterImport, TrainingClass, User
from tests.factories import catalogue, people, sheets
from tests.factories.classes import training_class

Send = Callable[..., RosterImport]


def in_folder(path: Path) -> dict[str, Any]:
    """The storages, what is private in a folder of its own."""
    backend = "django.core.files.storage.FileSystemStorage"
    return {**settings.STORAGES, "private": {"BACKEND": backend, "OPTIONS": {"location": str(path), "base_url": None}}}


@pytest.fixture(autouse=True)
def private_folder(tmp_path: Path) -> Iterator[None]:
    with override_settings(STORAGES=in_folder(tmp_path)):
        yield


@pytest.fixture
def a_class(now: datetime) -> TrainingClass:
    sheets.lists()
    return training_class(now=now, seats=30)


@pytest.fixture
def sender(now: datetime) -> User:
    return people.staff(role="institution", now=now, institution=catalogue.institution())


@pytest.fixture
def send(a_class: TrainingClass, sender: User, now: datetime) -> Send:
    def sent(content: bytes, **changes) -> RosterImport:
        values = {
            "content": content, "file_name": "名单.xlsx", "training_class": a_class, "consent": True, "by": sender,
            "now": now, **changes,
        }  # fmt: skip
        return rosters.receive(**values)

    return sent
