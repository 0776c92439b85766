"""The city that is measured: courses with pages and open classes, learners with bound browsers and sessions.

Every function runs in a process of the crowd, under the settings of the measured service.
"""

import logging
from datetime import UTC, datetime, timedelta
from importlib import import_module
from io import StringIO
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.core.management import call_command

from courses import attendance
from courses.attendance.tickets import new_ticket
from courses.models import Course, Direction, Enrolment, Learner, Lesson, Post, User
from courses.people.numbers import fresh
from tests.factories import catalogue, classes, crowds
from tests.factories import people as people_factory

COURSES = 20
CLASS_SIZE = 50
LESSON_MINUTES = 180


def city() -> None:
    """Reference lists, the site's frame, and 20 published courses with an open class each."""
    from cms import publishing

    logging.disable(logging.INFO)
    now = datetime.now(UTC)
    call_command("createcachetable", verbosity=0)
    call_command("load_reference", stdout=StringIO())
    publishing.frame()
    for number in range(COURSES):
        course = catalogue.course(
            name=f"中式烹调师（四级）{number}",
            audience="愿意学一门手艺的求职者、在职职工。",
            kind=catalogue.kind(max_size=1000),
        )
        classes.training_class(now=now, course=course, first=now + timedelta(days=7 + number), seats=30)
        publishing.publish_course(course=course, lead="从刀工到热菜，四周学完一门手艺。")


def learners(*, count: int) -> list[dict[str, Any]]:
    """Verified learners, each with the cookies of a bound browser and of a session."""
    now = datetime.now(UTC)
    people = crowds.learners(count=count, now=now)
    bound = crowds.browsers(people=people, now=now)
    return [
        {"id": learner.pk, "device": device, "session": session(learner.user)}
        for device, learner in zip(bound, people, strict=True)
    ]


def officer() -> str:
    """The session of an officer of the city."""
    return session(people_factory.staff(role=Post.Role.CITY, now=datetime.now(UTC) - timedelta(days=300)))


def session(user: User | None) -> str:
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    assert user
    store[SESSION_KEY] = str(user.pk)
    store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    store.create()
    return str(store.session_key)


def rooms(*, learner_ids: list[int], lessons: int, size: int = CLASS_SIZE) -> list[int]:
    """Running classes of so many that have just begun, with a lesson for each round; the ids of the classes."""
    now, made = datetime.now(UTC), []
    for begun in range(0, len(learner_ids), size):
        mine = learner_ids[begun : begun + size]
        people = list(Learner.objects.filter(pk__in=mine).order_by("pk"))
        training_class = crowds.class_of(people=people, now=now, first=now - timedelta(minutes=5))
        first = classes.first_lesson(training_class)
        Lesson.objects.bulk_create(
            Lesson(
                training_class=training_class,
                number=number,
                code=(first.code + number) % 2**30,
                title=first.title,
                starts_at=first.starts_at,
                ends_at=first.ends_at,
                room=first.room,
            )
            for number in range(2, lessons + 1)
        )
        made.append(training_class.pk)
    return made


def tickets(*, class_ids: list[int], turn: int) -> dict[int, str]:
    """For one turn: by learner a ticket of this moment, as the scan would have left it in the browser."""
    now, made = datetime.now(UTC), {}
    for lesson in Lesson.objects.filter(training_class__in=class_ids, number=turn):
        for learner_id in Enrolment.objects.filter(training_class=lesson.training_class_id).values_list(
            "learner_id", flat=True
        ):
            browser = fresh(prefix="", length=20)
            ticket = new_ticket(lesson_code=lesson.code, direction=Direction.IN, device=browser, now=now)
            made[learner_id] = attendance.seal_ticket(ticket)
    return made


def code() -> str:
    """What a wall shows at this moment."""
    from courses import policy

    lesson = Lesson.objects.select_related("training_class").filter(starts_at__lt=datetime.now(UTC)).latest("pk")
    now = datetime.now(UTC)
    rules = policy.of_class(training_class=lesson.training_class, on=policy.local_date(now))
    return attendance.issue(lesson=lesson, direction=Direction.IN, policy=rules, now=now).text


def offer(*, seats: int, turn: int) -> str:
    """A class to contend for, at hours of its own; its number."""
    now = datetime.now(UTC)
    course = Course.objects.order_by("pk")[0]
    first = now + timedelta(days=30 + turn)
    return str(classes.training_class(now=now, course=course, first=first, lessons=1, seats=seats).number)


def given(*, number: str) -> dict[str, Any]:
    """What came of it."""
    rows = Enrolment.objects.filter(training_class__number=number).order_by("arrival_no")
    statuses = list(rows.values_list("status", flat=True))
    return {
        "admitted": statuses.count(Enrolment.Status.ADMITTED),
        "waitlisted": statuses.count(Enrolment.Status.WAITLISTED),
        "arrivals": list(rows.values_list("arrival_no", flat=True)),
    }


def arrived(*, class_ids: list[int], turn: int) -> int:
    return sum(lesson.evidence.count() for lesson in Lesson.objects.filter(training_class__in=class_ids, number=turn))
