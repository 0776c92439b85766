"""What the checks of an opening look at: a class with its lessons, people, place and institution."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db.models import Max

from courses import institutions, projects
from courses import policy as policies
from courses.classes.clashes import Clash, clashes_of
from courses.institutions import Block, File
from courses.models import ClassEvent, Institution, Lesson, Project, Room, SizeOverride, TrainingClass, Venue
from courses.places import room_key
from courses.policy import Policy

Status = TrainingClass.Status


@dataclass(frozen=True)
class Opening:
    """Minutes of planned lessons, days as business dates. `trainers` are those the class names, by id; `venues` that of
    the class and those of its lessons; `rooms` the people that each listed room of a venue holds, by `places.room_key`;
    `drawn_by_others` the seats that other classes draw from the project."""

    training_class: TrainingClass
    policy: Policy
    lessons: Sequence[Lesson]
    trainers: frozenset[int]
    allowed_seats: int
    handed_in_on: date
    looked_at: datetime
    calendar: dict[date, str]
    clashes: Sequence[Clash]
    institution: Institution
    file: File
    block: Block | None
    venue: Venue | None
    venues: Mapping[int, Venue] = field(default_factory=dict)
    rooms: Mapping[int, Mapping[str, int]] = field(default_factory=dict)
    project: Project | None = None
    drawn_by_others: int = 0

    @property
    def minutes(self) -> int:
        return sum(lesson.minutes for lesson in self.lessons)

    def minutes_of(self, part: str) -> int:
        return sum(lesson.minutes for lesson in self.lessons if lesson.part == part)

    def hours(self, minutes: int) -> str:
        """学时 as it is written: whole, or with one decimal."""
        return f"{minutes / self.policy.hour_minutes:.1f}".removesuffix(".0")


def openings(
    *, classes: Sequence[TrainingClass], now: datetime, policy: Policy, moved: Lesson | None = None
) -> Iterable[Opening]:
    """Of these classes, in a number of statements that does not depend on how many. `moved`: a lesson as it would be
    after a change that is not written yet; one without a key is new."""
    pks = [training_class.pk for training_class in classes]
    lessons = _lessons(pks, moved)
    trainers = _trainers(pks, moved)
    allowed = SizeOverride.objects.filter(training_class__in=pks).order_by()
    overrides = dict(allowed.values_list("training_class").annotate(seats=Max("seats")))
    clashes = clashes_of(pks=pks, policy=policy, moved=moved)
    schools = Institution.objects.in_bulk({training_class.institution_id for training_class in classes})
    files = institutions.files_in_force(institutions=schools)
    blocks = institutions.blocks(institutions=schools, on=policies.local_date(now), policy=policy)
    venues = _venues(classes, lessons)
    rooms = _rooms(venues)
    packages = Project.objects.in_bulk({one.project_id for one in classes if one.project_id})
    draws = projects.draws(projects=packages)
    handed_in, calendar = _handed_in(classes, policies.local_date(now), policy.correction_days)
    for one in classes:
        yield Opening(
            training_class=one,
            policy=policy,
            lessons=lessons[one.pk],
            trainers=frozenset(trainers[one.pk]),
            allowed_seats=overrides.get(one.pk, 0),
            handed_in_on=handed_in[one.pk],
            looked_at=now,
            calendar=calendar,
            clashes=clashes[one.pk],
            institution=schools[one.institution_id],
            file=files.get(one.institution_id, File()),
            block=blocks.get(one.institution_id),
            venue=venues.get(one.venue_id or 0),
            venues=venues,
            rooms=rooms,
            project=packages.get(one.project_id or 0),
            drawn_by_others=sum(seats for pk, seats in draws.get(one.project_id or 0, {}).items() if pk != one.pk),
        )


def opening_of(*, training_class: TrainingClass, now: datetime, policy: Policy, moved: Lesson | None = None) -> Opening:
    """What the checks look at, of one class as its rows say now."""
    return next(iter(openings(classes=[training_class], now=now, policy=policy, moved=moved)))


def _lessons(pks: Sequence[int], moved: Lesson | None) -> dict[int, list[Lesson]]:
    found: dict[int, list[Lesson]] = {pk: [] for pk in pks}
    planned = Lesson.objects.filter(training_class__in=pks, status=Lesson.Status.PLANNED).select_related("trainer")
    rows = [moved if moved and moved.pk == lesson.pk else lesson for lesson in planned]
    if moved and not moved.pk:
        rows.append(moved)
    for lesson in sorted(rows, key=lambda one: one.starts_at):
        found[lesson.training_class_id].append(lesson)
    return found


def _trainers(pks: Sequence[int], moved: Lesson | None) -> dict[int, set[int]]:
    found: dict[int, set[int]] = {pk: set() for pk in pks}
    named = TrainingClass.trainers.through.objects.filter(trainingclass__in=pks)
    for training_class, trainer in named.values_list("trainingclass_id", "user_id"):
        found[training_class].add(trainer)
    # Whoever is given a lesson by a change joins the class with it.
    if moved and moved.trainer_id:
        found[moved.training_class_id].add(moved.trainer_id)
    return found


def _venues(classes: Iterable[TrainingClass], lessons: Mapping[int, Iterable[Lesson]]) -> dict[int, Venue]:
    """Those of the classes and those of their lessons."""
    held = {one.venue_id for one in classes} | {lesson.venue_id for of in lessons.values() for lesson in of}
    return Venue.objects.select_related("district").in_bulk([pk for pk in held if pk])


def _rooms(venues: Iterable[int]) -> dict[int, dict[str, int]]:
    found: dict[int, dict[str, int]] = {}
    for venue, name, capacity in Room.objects.filter(venue__in=set(venues)).values_list("venue", "name", "capacity"):
        found.setdefault(venue, {})[room_key(name)] = capacity
    return found


def _handed_in(
    classes: Sequence[TrainingClass], today: date, correction_days: int
) -> tuple[dict[int, date], dict[date, str]]:
    """The day from which the lead of each class counts, and the calendar that it is counted by."""
    moves = _moves(classes)
    days = [today, *(one.starts_on for one in classes), *(day for of in moves.values() for _, day in of)]
    calendar = policies.calendar_between(start=min(days) - timedelta(days=1), end=max(days)) if classes else {}
    counted = {one.pk: _handed_in_on(one, moves[one.pk], today, correction_days, calendar) for one in classes}
    return counted, calendar


def _moves(classes: Iterable[TrainingClass]) -> dict[int, list[tuple[str, date]]]:
    """When each class was handed in and sent back, in order."""
    found: dict[int, list[tuple[str, date]]] = {one.pk: [] for one in classes}
    handed_in = [one.pk for one in classes if one.submitted_at]
    if handed_in:
        events = ClassEvent.objects.filter(
            training_class__in=handed_in, to_status__in=(Status.SUBMITTED, Status.RETURNED)
        )
        for pk, to, at in events.order_by("at", "pk").values_list("training_class", "to_status", "at"):
            found[pk].append((to, policies.local_date(at)))
    return found


def _handed_in_on(
    training_class: TrainingClass, moves: Iterable[tuple[str, date]], today: date, days: int, calendar: dict[date, str]
) -> date:
    """The day from which the lead of a class counts: that of its submission, and today where it is not handed in.

    A correction handed in within `days` working days of the return keeps the day of the submission that was returned:
    what the review took is not the institution's delay. Handed in later it counts by its own day. Bureau's choice.
    """
    kept, returned = today, None
    waits = [(Status.SUBMITTED, today)] if training_class.status in (Status.DRAFT, Status.RETURNED) else []
    for to, day in [*moves, *waits]:
        if to == Status.RETURNED:
            returned = day
        elif returned is None or policies.working_days_between(start=returned, end=day, calendar=calendar) > days:
            kept = day
    return kept
