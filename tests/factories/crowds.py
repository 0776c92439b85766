"""Many people at once, in a few statements: for races, kills and measurements."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.http import HttpResponse

from courses.models import Device, Enrolment, Learner, TrainingClass, User
from courses.people.numbers import fresh
from courses.web.public.binding import cookie_name, write_binding
from tests.factories import classes


def logins(*, count: int) -> list[User]:
    return User.objects.bulk_create(
        [
            User(username=fresh(prefix="u", length=14), password="!", date_joined=datetime.now(UTC))
            for _ in range(count)
        ],
        batch_size=500,
    )


def learners(*, count: int, now: datetime) -> list[Learner]:
    """Verified, with logins; without documents, which are what verification has seen."""
    return Learner.objects.bulk_create(
        [
            Learner(
                number=fresh(prefix="X"),
                user=login,
                name="王小强",
                sex=Learner.Sex.MALE,
                born_on=date(1975, 1, 1) + timedelta(days=number % 9000),
                verified_at=now,
                created_at=now,
            )
            for number, login in enumerate(logins(count=count))
        ],
        batch_size=500,
    )


def class_of(*, people: Sequence[Learner], now: datetime, first: datetime, **fields: Any) -> TrainingClass:
    """A class of one lesson in which everybody is admitted, its counters as the rows say."""
    made = classes.training_class(now=now, first=first, lessons=1, seats=len(people), **fields)
    admit(people=people, to=made, now=now)
    return made


def admit(*, people: Sequence[Learner], to: TrainingClass, now: datetime) -> None:
    """All of them into a class in which nobody has a seat yet."""
    Enrolment.objects.bulk_create(
        [
            Enrolment(
                number=fresh(prefix="B"),
                learner=learner,
                training_class=to,
                status=Enrolment.Status.ADMITTED,
                arrival_no=number,
                applied_at=now,
                admitted_at=now,
                decided_at=now,
            )
            for number, learner in enumerate(people, start=1)
        ],
        batch_size=500,
    )
    counters = {"taken": len(people), "arrivals": len(people), "last_seated_no": len(people)}
    TrainingClass.objects.filter(pk=to.pk).update(**counters)


def browsers(*, people: Sequence[Learner], now: datetime) -> list[str]:
    """A bound browser for each: the value of its cookie."""
    return [cookie_of(device) for device in devices(people=people, now=now)]


def devices(*, people: Sequence[Learner], now: datetime) -> list[Device]:
    """A bound browser for each, in order."""
    return Device.objects.bulk_create(
        [
            Device(
                code=fresh(prefix="", length=26), learner=learner, bound_at=now, expires_at=now + timedelta(days=180)
            )
            for learner in people
        ],
        batch_size=500,
    )


def cookie_of(device: Device) -> str:
    """As the sign-in would have set it."""
    response = HttpResponse()
    write_binding(response, device)
    return response.cookies[cookie_name()].value
