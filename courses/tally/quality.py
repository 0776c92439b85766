"""记录质量: what the person-times of a month rest on, and what people found about its records.

A close keeps it as it stood when it was proposed, so that what is looked at, withdrawn or corrected later changes no
letter about a closed month; of a month that runs it is computed at that moment, by the same definition.

It comes in two halves: what records of the month say (`of_records`), and what the ledger says of scans, which a close
adds while nobody posts (`with_proofs`).
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime
from itertools import chain
from typing import Any

from django.db.models import Count, QuerySet

from courses import attendance
from courses import policy as policies
from courses.models import Card, District, Enrolment, MonthClose, RoomCheck, RoomCount, Signal, TrainingClass
from courses.tally.cells import Asked, read_cells

# Classes whose attendance is held at once.
CLASSES = 50
IN_CLASS, IN_ROOM = "training_class__district__key", "lesson__training_class__district__key"
Facts = Iterable[tuple[str, str, int]]


@dataclass(frozen=True)
class Quality:
    """`attended` and `scheduled` are minutes of everybody in the classes that ended in the month; `scans` of `counted`
    person-times of the year rest on scans alone; `found` of the `rooms` checked in the month had something wrong;
    `waiting` are lessons about which something waits to be looked at; the cards are those of the month that stand."""

    attended: int = 0
    scheduled: int = 0
    scans: int = 0
    counted: int = 0
    rooms: int = 0
    found: int = 0
    waiting: int = 0
    yellow: int = 0
    red: int = 0


def of_days(*, first: date, last: date, as_of: date, now: datetime, district: str = "") -> dict[str, Quality]:
    """Of the days of a month, by district, and of all of them under the empty key; with `district` of that one alone.
    `as_of` is the last day of posting that the person-times are of."""
    told = of_records(first=first, last=last, now=now, district=district)
    return with_proofs(told=told, year=first.year, as_of=as_of, district=district)


def of_records(*, first: date, last: date, now: datetime, district: str = "") -> dict[str, Quality]:
    """The same without the person-times. It derives the attendance of a whole month, and takes as long as that does."""
    days = (first, last)
    moments = policies.moments_between(first, last)
    own = {key: Quality() for key in _keys(district)}
    return _added(
        own,
        _attended(_in(TrainingClass.objects.filter(ends_on__range=days), "district__key", district), now),
        _rooms(_in(RoomCount.objects.filter(at__range=moments), IN_ROOM, district)),
        _waiting(_in(Signal.objects.filter(at__range=moments), IN_ROOM, district)),
        _cards(_in(Card.objects.filter(Card.STANDS, shown_on__range=days), "institution__district__key", district)),
    )


def with_proofs(*, told: dict[str, Quality], year: int, as_of: date, district: str = "") -> dict[str, Quality]:
    """With how many person-times of the year are posted by `as_of`, and how many of them rest on scans alone: as quick
    as the roll-up."""
    return _added(told, _proofs(year, as_of, district))


def _added(to: dict[str, Quality], *facts: Facts) -> dict[str, Quality]:
    found = {key: Counter(asdict(own)) for key, own in {"": Quality(), **to}.items()}
    for key, name, told in chain.from_iterable(facts):
        # The ledger names districts that the list may know no more.
        found.setdefault(key, Counter())[name] += told
        found[""][name] += told
    return {key: Quality(**told) for key, told in found.items()}


def as_kept(told: dict[str, Quality]) -> dict[str, dict[str, int]]:
    """Plain values, as a snapshot holds them."""
    return {key: asdict(quality) for key, quality in told.items()}


def kept(*, close: MonthClose, district: str) -> Quality | None:
    """As it stood when the close was proposed; None of a close that knew of none."""
    told = close.snapshot.get("quality")
    return None if told is None else Quality(**told.get(district, {}))


def _keys(district: str) -> list[str]:
    return [district] if district else list(District.objects.values_list("key", flat=True))


def _in(rows: QuerySet[Any], to_district: str, district: str) -> QuerySet[Any]:
    return rows.filter(**{to_district: district}) if district else rows


def _attended(ended: QuerySet[TrainingClass], now: datetime) -> Iterator[tuple[str, str, int]]:
    """A few classes at a time: what hangs on them is fetched in few statements and not all held at once."""
    classes = list(ended.exclude(status__in=TrainingClass.UNAPPROVED).order_by("pk").values_list("pk", flat=True))
    admitted = Enrolment.objects.filter(status=Enrolment.Status.ADMITTED)
    for start in range(0, len(classes), CLASSES):
        rows = admitted.filter(training_class__in=classes[start : start + CLASSES])
        held = {row.pk: row for row in rows.select_related("training_class__district")}
        for pk, own in attendance.of_enrolments(enrolments=held.values(), now=now).items():
            key = held[pk].training_class.district.key
            yield key, "attended", own.attended
            yield key, "scheduled", own.scheduled


def _proofs(year: int, as_of: date, district: str) -> Facts:
    asked = Asked(year, district or None, district, as_of, is_dated=True)
    for key, proofs in read_cells(asked, inside=False).proofs.items():
        yield key, "scans", proofs.scan
        yield key, "counted", proofs.all


def _rooms(counted: QuerySet[RoomCount]) -> Facts:
    """Those of which the newest record says that something was found."""
    places = dict(counted.values_list("pk", IN_ROOM))
    checks = RoomCheck.objects.filter(room_count__in=counted).order_by("version")
    conclusions = dict(checks.values_list("room_count", "conclusion"))
    for pk, key in places.items():
        yield key, "rooms", 1
        yield key, "found", int(conclusions.get(pk, RoomCheck.Conclusion.FINE) != RoomCheck.Conclusion.FINE)


def _waiting(signals: QuerySet[Signal]) -> Facts:
    rows = signals.exclude(Signal.newer()).exclude(Signal.looked()).order_by().values_list(IN_ROOM)
    for key, told in rows.annotate(told=Count("lesson", distinct=True)):
        yield key, "waiting", told


def _cards(cards: QuerySet[Card]) -> Facts:
    rows = cards.order_by().values_list("institution__district__key", "colour")
    yield from rows.annotate(told=Count("pk"))
