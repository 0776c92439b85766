"""A class as a draft: its number, its facts and its timetable."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from itertools import cycle
from typing import Any

from django.db import IntegrityError, transaction

from courses import audit
from courses import policy as policies
from courses.classes.refusals import ClassRefusal, ClassRefused
from courses.models import Course, District, Institution, Lesson, Project, TrainingClass, User, Venue
from courses.people.numbers import next_in_series

Status = TrainingClass.Status
EDITABLE = (Status.DRAFT, Status.RETURNED)


@dataclass(frozen=True)
class ClassFacts:
    """What a class states beside its timetable. `district` is asked for only where the place does not say it."""

    course: Course
    district: District | None
    venue: Venue | None
    room: str
    seats: int
    trainers: Sequence[User] = ()
    mode: str = TrainingClass.Mode.FIRST_COME
    second_scan: str = TrainingClass.SecondScan.EITHER
    project: Project | None = None
    enrol_until: datetime | None = None


@dataclass(frozen=True)
class LessonPlan:
    """One meeting to be. Those without a trainer of their own are given by the class's trainers in turn."""

    title: str
    starts_at: datetime
    ends_at: datetime
    part: str = Lesson.Part.THEORY
    room: str = ""
    trainer: User | None = None
    materials: str = ""
    venue: Venue | None = None


def plan(
    *, by: User, institution: Institution, facts: ClassFacts, lessons: Sequence[LessonPlan], now: datetime
) -> TrainingClass:
    """Draft a class with its timetable; its number is the system's own and is never used again.

    Refused with ClassRefused: no lesson, no district, a project of another period, district or brand, or enrolment that
    ends after the last lesson.
    """
    ordered, days = _in_order(lessons)
    district = held_in(course=facts.course, venue=facts.venue, institution=institution, chosen=facts.district)
    _check_project(facts.project, course=facts.course, district=district, days=days)
    _check_enrol_until(facts.enrol_until, ordered[-1].ends_at)
    with transaction.atomic():
        training_class = TrainingClass.objects.create(
            number=next_number(course=facts.course, district=district, year=days[0].year),
            institution=institution,
            starts_on=days[0],
            ends_on=days[1],
            created_at=now,
            **{**_stated(facts), "district": district},
        )
        training_class.trainers.set(facts.trainers)
        _schedule(training_class, ordered, facts.trainers)
        audit.record(by=by, verb="class_planned", target=training_class, now=now)
    return training_class


def district_of(*, course: Course, venue: Venue | None, institution: Institution) -> int | None:
    """The district, by id, in which such a class is held and for which it counts: that of its venue, of a course
    without hours in a classroom that of the institution. None where neither says it."""
    if course.hours_online and not course.hours_theory + course.hours_practice:
        return institution.district_id
    return venue.district_id if venue else None


def held_in(*, course: Course, venue: Venue | None, institution: Institution, chosen: District | None) -> District:
    """`district_of`, and until the class has a place the one that was chosen. Refused with ClassRefused: none."""
    said = district_of(course=course, venue=venue, institution=institution)
    if said is not None:
        return District.objects.get(pk=said)
    if chosen is None:
        raise ClassRefused(ClassRefusal.DISTRICT_MISSING)
    return chosen


def _check_project(project: Project | None, *, course: Course, district: District, days: tuple[date, date]) -> None:
    if project is not None and not pays_for(project=project, course=course, district=district, days=days):
        raise ClassRefused(ClassRefusal.PROJECT_UNFIT, project=project.name)


def _check_enrol_until(enrol_until: datetime | None, ends_at: datetime) -> None:
    if enrol_until is not None and enrol_until > ends_at:
        raise ClassRefused(ClassRefusal.ENROL_UNTIL_LATE)


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


def correct(*, by: User, training_class: TrainingClass, facts: ClassFacts, now: datetime) -> None:
    """State a draft anew; its number stays. Lessons in the class's former room move to the new one, and those of a
    trainer who is no longer named are given by the others in turn.

    Refused with ClassRefused: the class is under review or further, and what `plan` refuses.
    """
    with transaction.atomic():
        hold_draft(training_class)
        training_class.refresh_from_db()
        days = (training_class.starts_on, training_class.ends_on)
        institution = training_class.institution
        district = held_in(course=facts.course, venue=facts.venue, institution=institution, chosen=facts.district)
        _check_project(facts.project, course=facts.course, district=district, days=days)
        last = training_class.lessons.order_by("-starts_at").first()
        if last is not None:
            _check_enrol_until(facts.enrol_until, last.ends_at)
        changed = _state(training_class, {**_stated(facts), "district": district})
        changed += _restaff(training_class, facts.trainers)
        if changed:
            detail = {"fields": changed}
            audit.record(by=by, verb="class_corrected", target=training_class, now=now, detail=detail)


def _stated(facts: ClassFacts) -> dict[str, Any]:
    return {field.name: getattr(facts, field.name) for field in fields(facts) if field.name != "trainers"}


def _state(training_class: TrainingClass, stated: dict[str, Any]) -> list[str]:
    """Gives the names of what is another than before."""
    room = training_class.room
    changed = [name for name, value in stated.items() if getattr(training_class, name) != value]
    for name in changed:
        setattr(training_class, name, stated[name])
    if changed:
        training_class.save(update_fields=changed)
    if "room" in changed:
        training_class.lessons.filter(room=room).update(room=training_class.room)
    return changed


def _restaff(training_class: TrainingClass, trainers: Sequence[User]) -> list[str]:
    before = set(training_class.trainers.values_list("pk", flat=True))
    if before == {trainer.pk for trainer in trainers}:
        return []
    training_class.trainers.set(trainers)
    turns = cycle(trainers or [None])
    for lesson in training_class.lessons.exclude(trainer__in=trainers).order_by("number"):
        lesson.trainer = next(turns)
        lesson.save(update_fields=["trainer"])
    return ["trainers"]


def reschedule(*, by: User, training_class: TrainingClass, lessons: Sequence[LessonPlan], now: datetime) -> None:
    """Put another timetable in the place of a draft's; its trainers join the class.

    Refused with ClassRefused: no lesson, the class is under review or further, its project pays for other days, or its
    enrolment would end after the last lesson.
    """
    ordered, days = _in_order(lessons)
    course, district = training_class.course, training_class.district
    _check_project(training_class.project, course=course, district=district, days=days)
    _check_enrol_until(training_class.enrol_until, ordered[-1].ends_at)
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
    turns = cycle(trainers or [None])
    for number, lesson in enumerate(lessons, start=1):
        add_lesson(training_class, lesson, number, lesson.trainer or next(turns))


def add_lesson(training_class: TrainingClass, lesson: LessonPlan, number: int, trainer: User | None) -> Lesson:
    """The caller holds the class, so that nobody else gives a lesson this number."""
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
                    venue=lesson.venue,
                    room=lesson.room or training_class.room,
                    trainer=trainer,
                    materials=lesson.materials,
                )
        except IntegrityError:
            # Another lesson has this random code.
            continue
