"""Classes with lessons, brought to a status through the domain's own doors."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from courses import classes, enrolment
from courses import policy as policies
from courses.classes import ClassFacts, LessonPlan
from courses.models import Course, Enrolment, Learner, Lesson, PolicyVersion, TrainingClass, User
from tests.factories import catalogue, people
from tests.factories.institutions import registered

_serial = count(1)


def plans(*, first: datetime, lessons: int = 2, minutes: int = 180, every_days: int = 1) -> list[LessonPlan]:
    return [
        LessonPlan(
            title=f"第 {number + 1} 次课",
            starts_at=first + timedelta(days=number * every_days),
            ends_at=first + timedelta(days=number * every_days, minutes=minutes),
            room="203 教室",
        )
        for number in range(lessons)
    ]


def training_class(
    *,
    now: datetime,
    first: datetime | None = None,
    lessons: int = 2,
    minutes: int = 180,
    seats: int = 30,
    course: Course | None = None,
    trainers: Sequence[User] = (),
    approved: bool = True,
    policy: PolicyVersion | None = None,
    mode: str = TrainingClass.Mode.FIRST_COME,
    **fields: Any,
) -> TrainingClass:
    """An approved class that enrols, its first lesson tomorrow at this time unless told otherwise; it asks for neither
    scores nor works, unless a `policy` or a later version in force does.

    A draft could be submitted as it is: its papers are complete, its own course has just the hours of its lessons, its
    first lesson is in twenty days, and its institution has registered course and trainers.
    """
    catalogue.policy()
    number = next(_serial)
    district = fields.pop("district", None) or catalogue.district()
    institution = fields.pop("institution", None) or catalogue.institution()
    administrator = people.user(username=f"institution{number}")
    trainers = trainers or [people.user(username=f"trainer{number}", name=f"王老师{number}")]
    made = classes.plan(
        by=administrator,
        institution=institution,
        facts=ClassFacts(
            course=course or (catalogue.course() if approved else course_of(lessons * minutes)),
            district=None,
            venue=catalogue.venue() if district.key == "zhifu" else catalogue.venue(f"C-{district.key}"[:12], district),
            room="203 教室",
            seats=seats,
            trainers=trainers,
            mode=mode,
        ),
        lessons=plans(first=first or now + timedelta(days=1 if approved else 20), lessons=lessons, minutes=minutes),
        now=now,
    )
    complete_papers(made, by=administrator, now=now)
    if not approved:
        registered(made, now=now)
    else:
        officer, unchecked = people.user(username=f"district{number}"), catalogue.unchecked_policy()
        classes.submit(by=administrator, training_class=made, now=now, policy_version=unchecked)
        classes.approve(by=officer, training_class=made, now=now, policy_version=unchecked)
        # Its hours or trainers are not what the test is about; the numbers that hold for it may be.
        in_force = policies.version_on(on=policies.local_date(now))
        made.policy = policy or (catalogue.unexamined_policy() if in_force.number == "v1" else in_force)
        made.save(update_fields=["policy"])
    for name, value in fields.items():
        setattr(made, name, value)
    if fields:
        made.save()
    return made


def course_of(minutes: int) -> Course:
    """A course whose hours in the classroom are those of the lessons."""
    return catalogue.course(hours_theory=minutes // 45, hours_practice=0)


def complete_papers(training_class: TrainingClass, *, by: User, now: datetime) -> None:
    classes.keep_papers(
        by=by,
        training_class=training_class,
        materials="《中式烹调师》（中国劳动社会保障出版社）",
        assessment="理论笔试，实操考核",
        head="姜文海",
        contact_name="陈明",
        contact_phone=people.phone_number(),
        now=now,
    )
    number = catalogue.commitment_text().number
    classes.accept_commitment(by=by, training_class=training_class, number=number, now=now)


def enrolled(
    *, training_class: TrainingClass, now: datetime, learner: Learner | None = None, **fields: Any
) -> Enrolment:
    learner = learner or people.learner(now=now, **fields)
    return enrolment.apply(learner=learner, training_class=training_class, now=now)


def first_lesson(training_class: TrainingClass) -> Lesson:
    return Lesson.objects.select_related("training_class").filter(training_class=training_class).order_by("number")[0]
