"""Training bases: their rooms, and what is booked in them. A lesson books the room it names at its class's venue."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from django.db.models import Count, Prefetch, QuerySet, Sum

from courses.models import Lesson, Room, TrainingBase, TrainingClass, Venue
from courses.policy import CITY_TIME, local_date


@dataclass(frozen=True)
class Booking:
    """One lesson in a room. `training_class` is None where the reader may not know whose it is."""

    starts_at: datetime
    ends_at: datetime
    training_class: TrainingClass | None
    overlaps: bool = False


@dataclass(frozen=True)
class Day:
    on: date
    bookings: list[Booking] = field(default_factory=list)


@dataclass(frozen=True)
class Row:
    """A room over the days asked for. `capacity` is None for a room that lessons name and no list knows."""

    venue: Venue
    room: str
    capacity: int | None
    days: list[Day]


def bases() -> QuerySet[TrainingBase]:
    """Every base with the number of its rooms and of the people they hold."""
    return TrainingBase.objects.select_related("district", "operator").annotate(
        rooms=Count("venues__rooms"), capacity=Sum("venues__rooms__capacity")
    )


def calendar(*, base: TrainingBase, start: date, days: int, visible: QuerySet[TrainingClass]) -> list[Row]:
    """Rooms by venue, each with its bookings on `days` days from `start`, in Asia/Shanghai.

    `visible` are the classes whose number may be shown to the reader; of others only the time is told. The number of
    statements does not depend on the number of rooms or lessons.
    """
    venues = list(base.venues.prefetch_related(Prefetch("rooms", queryset=Room.objects.order_by("name"))))
    booked = _booked(venues, start, days, visible)
    rows = []
    for venue in venues:
        known = {room.name: room.capacity for room in venue.rooms.all()}
        named = sorted({room for pk, room in booked if pk == venue.pk and room not in known})
        for room in (*known, *named):
            bookings = _with_overlaps(booked.get((venue.pk, room), []))
            rows.append(Row(venue, room, known.get(room), _by_day(bookings, start, days)))
    return rows


def _booked(
    venues: Sequence[Venue], start: date, days: int, visible: QuerySet[TrainingClass]
) -> dict[tuple[int, str], list[Booking]]:
    first = datetime.combine(start, time.min, CITY_TIME)
    lessons = (
        Lesson.objects.filter(
            training_class__venue__in=venues,
            status=Lesson.Status.PLANNED,
            starts_at__gte=first,
            starts_at__lt=first + timedelta(days=days),
        )
        .exclude(training_class__status__in=TrainingClass.CLAIMS_NOTHING)
        .select_related("training_class__course")
        .order_by("starts_at", "pk")
    )
    known = set(visible.filter(venue__in=venues).values_list("pk", flat=True))
    booked: dict[tuple[int, str], list[Booking]] = {}
    for lesson in lessons:
        made = lesson.training_class
        told = made if made.pk in known else None
        place = (made.venue_id or 0, lesson.room)
        booked.setdefault(place, []).append(Booking(lesson.starts_at, lesson.ends_at, told))
    return booked


def _with_overlaps(bookings: list[Booking]) -> list[Booking]:
    return [
        Booking(
            one.starts_at,
            one.ends_at,
            one.training_class,
            any(
                other is not one and other.starts_at < one.ends_at and one.starts_at < other.ends_at
                for other in bookings
            ),
        )
        for one in bookings
    ]


def _by_day(bookings: list[Booking], start: date, days: int) -> list[Day]:
    listed = [Day(start + timedelta(days=step)) for step in range(days)]
    for booking in bookings:
        listed[(local_date(booking.starts_at) - start).days].bookings.append(booking)
    return listed
