"""A class as a draft: its number, its facts and its timetable."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction

from courses import audit
from courses import policy as policies
from courses.classes.refusals import ClassRefusal, ClassRefused
from courses.models import Course, District, Institution, Lesson, Project, TrainingClass, User, Venue
from courses.people.numbers import next_in_series

Status = TrainingClass.Status
EDITABLE = (Status.DRAFT, Status.RETURNED)


@dataclass(frozen=True)
class LessonPlan:
    """One meeting to be. Without a trainer of its own, the class's first trainer gives it."""

    title: str
    starts_at: datetime
    ends_at: datetime
    part: str = Lesson.Part.THEORY
    room: str = ""
    trainer: User | None = None
    materials: str = ""


def plan(
    *,
    by: User,
    course: Course,
    institution: Institution,
    district: District,
    venue: Venue | None,
    room: str,
    seats: int,
    trainers: Sequence[User],
    lessons: Sequence[LessonPlan],
    now: datetime,
    mode: str = TrainingClass.Mode.FIRST_COME,
    second_scan: str = TrainingClass.SecondScan.EITHER,
    enrol_until: datetime | None = None,
    project: Project | None = None,
) -> TrainingClass:
    """Draft a class with its timetable; its number is the system's own and is never used again. Refused with
    ClassRefused: no lesson, or a project of another period, district or brand."""
    ordered, days = _paid_for(lessons, project, course, district)
    with transaction.atomic():
        training_class = TrainingClass.objects.create(
            number=next_number(course=course, district=district, year=days[0].year),
            course=course,
            project=project,
            institution=institution,
            district=district,
            venue=venue,
            room=room,
            mode=mode,
            second_scan=second_scan,
            seats=seats,
            starts_on=days[0],
            ends_on=days[1],
            enrol_until=enrol_until,
        )
        training_class.trainers.set(trainers)
        _schedule(training_class, ordered, trainers)
        audit.record(by=by, verb="class_planned", target=training_class, now=now)
    return training_class


def _paid_for(
    lessons: Sequence[LessonPlan], project: Project | None, course: Course, district: District
) -> tuple[list[LessonPlan], tuple[date, date]]:
    ordered, days = _in_order(lessons)
    if project is not None and not pays_for(project=project, course=course, district=district, days=days):
        raise ClassRefused(ClassRefusal.PROJECT_UNFIT, project=project.name)
    return ordered, days


def pays_for(*, project: Project, course: Course, district: District, days: tuple[date, date]) -> bool:
    """A project without a district is the whole city's, one without a brand takes every course. Bureau's choice."""
    return (
        project.starts_on <= days[0]
        and days[1] <= project.ends_on
        and project.district_id in (None, district.pk)
        and project.brand_id in (None, course.brand_id)
    )


def next_number(*, course: Course, district: District, year: int) -> str:
    """区市代码末两位 + 类型字母 + 年 + 四位流水, e.g. 02F20260031; the serial runs per district, letter and year.

    Takes the number: inside the transaction that plans the class, it is given to nobody else.
    """
    prefix = f"{district.code[-2:] or district.key[:2].upper()}{course.kind.letter}{year}"
    last = TrainingClass.objects.filter(number__startswith=prefix).order_by("-number").values_list("number", flat=True)
    serial = next_in_series(key=prefix, above=int(last[0][len(prefix) :]) if last else 0)
    return f"{prefix}{serial:04d}"


def reschedule(*, by: User, training_class: TrainingClass, lessons: Sequence[LessonPlan], now: datetime) -> None:
    """Put another timetable in the place of a draft's; its trainers join the class.

    Refused with ClassRefused: no lesson, or the class is under review or further.
    """
    ordered, days = _in_order(lessons)
    with transaction.atomic():
        hold_draft(training_class)
        training_class.lessons.all().delete()
        named = list(training_class.trainers.order_by("pk"))
        training_class.trainers.add(*{lesson.trainer.pk for lesson in ordered if lesson.trainer})
        _schedule(training_class, ordered, named)
        training_class.starts_on, training_class.ends_on = days
        training_class.save(update_fields=["starts_on", "ends_on"])
        audit.record(by=by, verb="timetable_replaced", target=training_class, now=now, detail={"lessons": len(ordered)})


def _in_order(lessons: Sequence[LessonPlan]) -> tuple[list[LessonPlan], tuple[date, date]]:
    """By time, with the first and the last day in the city; a lesson over midnight is of the day on which it starts."""
    if not lessons:
        raise ClassRefused(ClassRefusal.NO_LESSONS)
    ordered = sorted(lessons, key=lambda lesson: lesson.starts_at)
    return ordered, (policies.local_date(ordered[0].starts_at), policies.local_date(ordered[-1].starts_at))


def hold_draft(training_class: TrainingClass) -> None:
    """Inside a transaction: nobody submits the class while its papers are being changed."""
    held = TrainingClass.objects.filter(pk=training_class.pk, status__in=EDITABLE)
    if not held.select_for_update().exists():
        raise ClassRefused(ClassRefusal.UNDER_REVIEW)


def _schedule(training_class: TrainingClass, lessons: Sequence[LessonPlan], trainers: Sequence[User]) -> None:
    for number, lesson in enumerate(lessons, start=1):
        _add_lesson(training_class, lesson, number, lesson.trainer or (trainers[0] if trainers else None))


def _add_lesson(training_class: TrainingClass, lesson: LessonPlan, number: int, trainer: User | None) -> Lesson:
    while True:
        try:
            with transaction.atomic():
                return Lesson.objects.create(
                    training_class=training_class,
                    number=number,
                    code=secrets.randbelow(2**30),
                    title=lesson.title,
                    part=lesson.part,
                    starts_at=lesson.starts_at,
                    ends_at=lesson.ends_at,
                    room=lesson.room or training_class.room,
                    trainer=trainer,
                    materials=lesson.materials,
                )
        except IntegrityError:
            # Another lesson has this random code; the number within the class cannot collide in a new draft.
            continue
