from collections.abc import Callable
from datetime import datetime

import pytest

from courses import rosters
from courses.models import RosterImport, TrainingClass, User
from tests.factories import catalogue, people, sheets
from tests.factories.classes import training_class

Send = Callable[..., RosterImport]


@pytest.fixture(autouse=True)
def private_folder(settings, tmp_path) -> None:
    settings.STORAGES = {
        **settings.STORAGES,
        "private": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path), "base_url": None},
        },
    }


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
