"""The desk's cast on Monday, 14 September 2026: one login for each role, and classes that have run."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.test import Client
from pytest_django import Settings

from courses import attendance, completion
from courses.attendance import Scanner, personal
from courses.models import Completion, Device, Direction, Enrolment, Institution, Lesson, Post, TrainingClass, User
from courses.people.numbers import fresh
from tests.factories import catalogue, people
from tests.factories.classes import enrolled, training_class
from tests.factories.completion import looked_through, scanned

Role = Post.Role
Open = Callable[[User], Client]


@dataclass(frozen=True)
class Cast:
    learner: User
    trainer: User
    institution: User
    district: User
    city: User
    inspector: User
    auditor: User
    editor: User

    def everybody(self) -> dict[str, User]:
        return dict(vars(self))


@pytest.fixture(autouse=True)
def _clock(now: datetime, settings: Settings) -> Iterator[None]:
    """The cast is past its second factor, which has tests of its own."""
    settings.ENFORCE_SECOND_FACTOR = False
    with time_machine.travel(now, tick=False):
        yield


@pytest.fixture
def school() -> Institution:
    return catalogue.institution()


@pytest.fixture
def cast(now: datetime, school: Institution) -> Cast:
    long_ago = now - timedelta(days=300)
    zhifu = catalogue.district()
    learner = people.learner(now=long_ago, name="孙小海")
    assert learner.user is not None
    return Cast(
        learner=learner.user,
        trainer=people.staff(role=Role.TRAINER, now=long_ago, institution=school, username="cast-t", name="王老师"),
        institution=people.staff(
            role=Role.INSTITUTION, now=long_ago, institution=school, username="cast-i", name="陈明"
        ),
        district=people.staff(role=Role.DISTRICT, now=long_ago, district=zhifu, username="cast-d", name="曲芳"),
        city=people.staff(role=Role.CITY, now=long_ago, username="cast-c", name="刘洋"),
        inspector=people.staff(role=Role.INSPECTOR, now=long_ago, username="cast-s", name="于静"),
        auditor=people.staff(role=Role.AUDITOR, now=long_ago, username="cast-a", name="赵立"),
        editor=people.staff(role=Role.EDITOR, now=long_ago, username="cast-e", name="宋文"),
    )


@pytest.fixture
def sign_in() -> Open:
    """A browser of that person, past the sign-in page."""

    def open_browser(user: User) -> Client:
        client = Client()
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return open_browser


@pytest.fixture
def finished(now: datetime, cast: Cast) -> Callable[..., TrainingClass]:
    """A class of two lessons that ended on 9 September, everybody scanned in and out, and looked through since."""

    def make(
        *, people_in: int = 2, first: datetime | None = None, present: bool = True, **fields: object
    ) -> TrainingClass:
        start = first or now - timedelta(days=6)
        planned = start - timedelta(days=10)
        made = training_class(now=planned, first=start, trainers=[cast.trainer], **fields)  # type: ignore[arg-type]
        for _ in range(people_in):
            enrolment = enrolled(training_class=made, now=planned)
            for lesson in made.lessons.order_by("number") if present else ():
                attend(enrolment, lesson, by=cast.trainer)
        looked_through(made, at=min(now, made.lessons.latest("ends_at").ends_at + timedelta(hours=1)))
        return made

    return make


def attend(enrolment: Enrolment, lesson: Lesson, *, by: User | None = None) -> None:
    """In and out by the wall's code; to the first lesson the trainer scans in who is there, if one is named."""
    if by is not None and lesson.number == 1:
        shown(enrolment, lesson, by)
    else:
        scanned(enrolment, lesson, Direction.IN, at=lesson.starts_at)
    scanned(enrolment, lesson, Direction.OUT, at=lesson.ends_at)


def shown(enrolment: Enrolment, lesson: Lesson, by: User) -> None:
    """The learner's own code, held out to the trainer."""
    at = lesson.starts_at
    phone = Device.objects.create(
        code=fresh(prefix="", length=26), learner=enrolment.learner, bound_at=at, expires_at=at + timedelta(days=180)
    )
    text = personal.code_at(learner=enrolment.learner, device=phone, moment=at)
    attendance.scan_person(text=text, at=lesson, scanner=Scanner(by=by), now=at)


def propose_all(training_class: TrainingClass, *, by: User, now: datetime) -> list[Completion]:
    enrolments = Enrolment.objects.filter(training_class=training_class, status=Enrolment.Status.ADMITTED)
    return [completion.propose(by=by, enrolment=row, now=now) for row in enrolments.order_by("arrival_no")]


@pytest.fixture
def submitted(now: datetime, cast: Cast, finished: Callable[..., TrainingClass]) -> Callable[..., TrainingClass]:
    """A finished class whose completions were proposed and handed in on the Friday before."""

    def make(**fields: object) -> TrainingClass:
        made = finished(**fields)
        friday = now - timedelta(days=3)
        propose_all(made, by=cast.trainer, now=friday)
        completion.submit_all(by=cast.institution, training_class=made, now=friday)
        return made

    return make


def soup(response: object) -> BeautifulSoup:
    return BeautifulSoup(response.content.decode(), "lxml")  # type: ignore[attr-defined]


def words(response: object) -> str:
    """The text of a page as it is read, white space folded."""
    return " ".join(soup(response).get_text(" ").split())
