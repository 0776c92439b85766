"""A year and a half of the demo city: classes, seats, presence, and completions counted through the real doors."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from cms.demo.catalogue import Places
from cms.demo.classes import UNAPPROVED, Office, Offices, Run, gather, open_class, past_runs, scenes, settle
from cms.demo.enrolments import enrol
from cms.demo.people import Crowd
from cms.demo.presence import Held, Seat, attendance_of, evidence_of, evidence_so_far, seats_of
from cms.demo.telling import Telling
from courses import classes
from courses import policy as policies
from courses.models import Attendance, Course, District, Enrolment, Evidence, Lesson, Project, TrainingClass, User
from courses.policy import local_date

# In this class somebody was admitted and has never been heard of.
NEVER_CAME = ("haigong-weld-4", "running")


@dataclass(frozen=True)
class Cast:
    """What the history is played with."""

    places: Places
    courses: dict[str, Course]
    projects: dict[str, Project]
    staff: dict[str, User]
    now: datetime

    @property
    def today(self) -> date:
        return local_date(self.now)


@dataclass(frozen=True)
class Handled:
    """A run with the hands through which it goes, and its room."""

    run: Run
    office: Office
    room: str


@dataclass
class Staged:
    """A run with its class, hands and enrolments on the stage."""

    run: Run
    office: Office
    enrolments: list[Enrolment]


def _project(cast: Cast, run: Run, district: District) -> Project | None:
    course = cast.courses[run.offer["course"]]
    project, days = cast.projects.get(course.number), (run.starts_on, run.ends_on)
    fits = project is not None and classes.pays_for(project=project, course=course, district=district, days=days)
    return project if fits else None


def hand_out(*, cast: Cast, share: float) -> list[Handled]:
    """Every class to be with the hands through which it goes and its room, in the order in which they begin."""
    runs = [
        *past_runs(courses=cast.courses, today=cast.today, share=share),
        *scenes(courses=cast.courses, today=cast.today, now=cast.now, share=share),
    ]
    offices = Offices(cast.staff, now=cast.now)
    handled = []
    for serial, run in enumerate(sorted(runs, key=lambda one: one.starts_on)):
        district = cast.places.venues[run.offer["venue"]].district
        office = offices.of(run, district=district.key, serial=serial)
        handled.append(Handled(run, office, offices.room_of(run)))
    return handled


def teachers_of(handled: list[Handled]) -> dict[str, set[User]]:
    """Who teaches for which institution, by its number; those borrowed from another school among them."""
    found: dict[str, set[User]] = {}
    for one in handled:
        found.setdefault(one.run.offer["institution"], set()).update((one.office.trainer, *one.office.beside))
    return found


def build_classes(*, cast: Cast, handled: list[Handled], telling: Telling) -> list[Staged]:
    """Plan, approve, enrol and settle every class; returns those that were approved."""
    crowd = Crowd(places=cast.places, now=cast.now)
    runs = [one.run for one in handled]
    gather(runs=runs, crowd=crowd, places=cast.places, courses=cast.courses)
    crowd.write()
    staged = []
    for each in telling.count(handled):
        run, office = each.run, each.office
        district = cast.places.venues[run.offer["venue"]].district
        number = run.offer["course"]
        open_class(
            run=run,
            office=office,
            room=each.room,
            course=cast.courses[number],
            places=cast.places,
            project=_project(cast, run, district),
            now=cast.now,
        )
        if run.state not in UNAPPROVED:
            settle(run=run, office=office, now=cast.now)
            staged.append(Staged(run, office, enrol(run=run, office=office, now=cast.now)))
    _write_enrolments(staged)
    return staged


def _write_enrolments(staged: list[Staged]) -> None:
    Enrolment.objects.bulk_create([row for one in staged for row in one.enrolments], batch_size=1000)
    TrainingClass.objects.bulk_update(
        [one.run.row for one in staged], ["taken", "waiting", "arrivals", "last_seated_no"], batch_size=100
    )


def build_presence(*, staged: list[Staged], telling: Telling, now: datetime) -> None:
    """Evidence of all lessons up to now, in the order in which it was received, and the attendance it proves."""
    lessons: dict[int, list[Lesson]] = {}
    for lesson in Lesson.objects.filter(starts_at__lt=now).select_related("trainer").order_by("starts_at"):
        lessons.setdefault(lesson.training_class_id, []).append(lesson)
    said: list[tuple[Held, list[Evidence]]] = []
    for one in telling.count(staged):
        if one.run.state in {"suspended", "cancelled"}:
            continue
        said += _of_class(one, lessons.get(one.run.row.pk, []), now)
    said.sort(key=lambda pair: pair[0].lesson.starts_at)
    Evidence.objects.bulk_create([row for _held, rows in said for row in rows], batch_size=2000)
    states = [state for held, rows in said for state in attendance_of(held=held, rows=rows)]
    Attendance.objects.bulk_create(states, batch_size=2000)


def _of_class(one: Staged, lessons: list[Lesson], now: datetime) -> Iterator[tuple[Held, list[Evidence]]]:
    row = one.run.row
    policy = policies.of_class(training_class=row, on=one.run.starts_on)
    seats = seats_of(pairs=zip(one.enrolments, one.run.people, strict=True), name=row.number)
    if (one.run.offer["course"], one.run.state) == NEVER_CAME:
        seats = seats[:-1]
    guest, others = _guest_first(one, seats)
    for lesson in lessons:
        held = Held(lesson, lesson.trainer or one.office.trainer, policy)
        if lesson.ends_at > now:
            yield held, evidence_so_far(held=held, seats=seats, name=row.number, now=now)
            continue
        rows = evidence_of(held=held, seats=others, name=row.number, now=now)
        if guest and lesson.number != 2:
            rows += evidence_of(held=held, seats=[guest], name=f"{row.number} guest", now=now)
        yield held, rows


def _guest_first(one: Staged, seats: list[Seat]) -> tuple[Seat | None, list[Seat]]:
    """A demo learner comes to every lesson but the second, so that the path shows one that was missed."""
    if not one.run.guest or not seats:
        return None, seats
    return Seat(seats[0].enrolment, seats[0].person, 1.0), seats[1:]
