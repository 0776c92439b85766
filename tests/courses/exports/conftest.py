from datetime import date
from typing import IO, Any

import pytest
from python_calamine import CalamineWorkbook

from courses.models import EducationLevel, TrainingClass, User
from tests.courses.rosters.conftest import private_folder
from tests.factories import people
from tests.factories.classes import enrolled, training_class

__all__ = ["private_folder"]
NUMBER = people.resident_number(born_on=date(1991, 2, 3), serial=7)


def read(file: IO[bytes]) -> dict[str, list[list[Any]]]:
    """Every sheet as a spreadsheet program sees it; the file is closed, as the response would."""
    with file:
        book = CalamineWorkbook.from_filelike(file)
        return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


@pytest.fixture
def city(now) -> User:
    return people.staff(role="city", now=now, username="city&co")


@pytest.fixture
def second(now) -> User:
    return people.staff(role="city", now=now, username="second")


@pytest.fixture
def roster(now) -> TrainingClass:
    """One learner whose name and schooling would be formulas in a careless file."""
    made = training_class(now=now)
    learner = people.learner(now=now, name="=1+1", document=NUMBER)
    learner.education = EducationLevel.objects.create(key="x", name="@SUM(A1)", name_en="x")
    learner.save()
    enrolled(training_class=made, now=now, learner=learner)
    return made
