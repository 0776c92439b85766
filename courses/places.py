"""Training bases: their rooms, and what is booked in them. A lesson books the room it names at its class's venue, or
at its own."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta

from django.db.models import Count, Prefetch, Q, QuerySet, Sum

from courses.models import Lesson, Room, TrainingBase, TrainingClass, Venue
from courses.policy import CITY_TIME, local_date


@dataclass(frozen=True)
class Booking:
    """One lesson in a room, as its class writes it. `training_class` is None where the reader may not know whose."""

    room: str
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


def room_key(name: str) -> str:
    """What two ways of writing one room have in common: 2号教室, ２ 号教室 and 2 号教室 are the same."""
    return "".join(unicodedata.normalize("NFKC", name).split()).casefold()


def as_listed(*, venue: Venue, room: str) -> str | None:
    """The room as the list of its venue writes it; as it was written, where the venue has no list; None where the list
    does not know it, so that nobody could tell what else is booked there."""
    listed = {room_key(name): name for name in rooms_of(venue=venue)}
    return listed.get(room_key(room)) if listed else room


def rooms_of(*, venue: Venue) -> list[str]:
    return list(venue.rooms.order_by("name").values_list("name", flat=True))


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
        listed = {room_key(room.name): (room.name, room.capacity) for room in venue.rooms.all()}
        named = {key: (of[0].room, None) for (pk, key), of in booked.items() if pk == venue.pk and key not in listed}
        for key, (room, capacity) in (*listed.items(), *sorted(named.items())):
            bookings = _with_overlaps(booked.get((venue.pk, key), []))
            rows.append(Row(venue, room, capacity, _by_day(bookings, start, days)))
    return rows


def _booked(
    venues: Sequence[Venue], start: date, days: int, visible: QuerySet[TrainingClass]
) -> dict[tuple[int, str], list[Booking]]:
    first = datetime.combine(start, time.min, CITY_TIME)
    lessons = (
        Lesson.objects.filter(
            Q(venue__in=venues) | Q(venue__isnull=True, training_class__venue__in=venues),
            status=Lesson.Status.PLANNED,
            starts_at__gte=first,
            starts_at__lt=first + timedelta(days=days),
        )
        .exclude(training_class__status__in=TrainingClass.CLAIMS_NOTHING)
        .select_related("training_class__course")
        .order_by("starts_at", "pk")
    )
    here = Q(venue__in=venues) | Q(lessons__venue__in=venues)
    known = set(visible.filter(here).values_list("pk", flat=True))
    booked: dict[tuple[int, str], list[Booking]] = {}
    for lesson in lessons:
        made = lesson.training_class
        told = made if made.pk in known else None
        place = (lesson.venue_id or made.venue_id or 0, room_key(lesson.room))
        booked.setdefault(place, []).append(Booking(lesson.room, lesson.starts_at, lesson.ends_at, told))
    return booked


def _with_overlaps(bookings: list[Booking]) -> list[Booking]:
    return [
        replace(
            one,
            overlaps=any(
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
