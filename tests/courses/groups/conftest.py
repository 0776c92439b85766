from datetime import datetime

import pytest

from courses.models import TrainingClass, User
from tests.courses.rosters.conftest import private_folder
from tests.factories import catalogue, people, sheets
from tests.factories.classes import training_class

__all__ = ["private_folder"]


@pytest.fixture
def a_class(now: datetime) -> TrainingClass:
    sheets.lists()
    return training_class(now=now, seats=10)


@pytest.fixture
def clerk(now: datetime) -> User:
    return people.staff(role="institution", now=now, institution=catalogue.institution())
