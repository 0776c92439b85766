"""Full chains, seat to count: what the lines say is counted anew from nothing but the evidence, and whatever somebody
alters between seat and line is named by the check.

A chain is enrolment → two scans → attendance → completion → line. Every tenth learner lacks the scan at the end and has
no completion. Seats and evidence are written in bulk through the models, attendance is derived by the rule, each line
is posted by the ledger.
"""

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection, transaction

from courses import attendance, enrolment, ledger, policy, tally
from courses.attendance.derive import derive
from courses.models import (
    Attendance,
    Completion,
    CountClaim,
    CountEntry,
    Direction,
    Enrolment,
    Evidence,
    Learner,
    Lesson,
    SignalRun,
    TrainingClass,
    User,
)
from courses.people.numbers import fresh
from tests.append_only import lift, restore
from tests.factories import catalogue, classes, crowds, people

SIZE, PIECE = 50, 500
BEGAN = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
NOW = datetime(2026, 6, 1, 2, 0, tzinfo=UTC)
WITHOUT_END = 10
DISTRICTS = ("zhifu", "laishan", "fushan")


def plant(*, chains: int) -> dict[str, float]:
    """So many chains in classes of fifty; the seconds, and how many lines were posted in one."""
    began = time.monotonic()
    approved = people.user()
    done = _completions(chains, (people.user(), people.user(), approved))
    planted = time.monotonic()
    for start in range(0, len(done), PIECE):
        keys = done[start : start + PIECE]
        rows = Completion.objects.filter(pk__in=keys).select_related("enrolment__learner", *ledger.NEEDED)
        with transaction.atomic():
            for row in rows.order_by("pk"):
                ledger.post(completion=row, by=approved, now=NOW)
    posted = time.monotonic() - planted
    return {"plant_s": round(planted - began, 1), "posted_per_s": round(len(done) / posted, 1)}


def waiting(*, chains: int) -> list[int]:
    """The same up to the district's approval, which nobody has given; each lesson was looked through for signals and
    none was found. The ids of their completions."""
    made = _completions(chains, (people.user(), people.user(), None))
    over = Lesson.objects.filter(ends_at__lt=NOW, signal_run=None)
    SignalRun.objects.bulk_create([SignalRun(lesson=lesson, at=NOW) for lesson in over], batch_size=PIECE)
    return made


def _completions(chains: int, by: tuple[User, User, User | None]) -> list[int]:
    crowd = crowds.learners(count=chains, now=BEGAN)
    made: list[int] = []
    for place, own in enumerate(_classes(-(-chains // SIZE))):
        made += _chain(own, crowd[place * SIZE : (place + 1) * SIZE], by)
    return made


def _classes(many: int) -> list[TrainingClass]:
    """One that went the whole way, and its copies in three districts, a day later each up to forty."""
    first = classes.training_class(now=BEGAN - timedelta(days=30), first=BEGAN, lessons=1, seats=SIZE)
    places = [catalogue.district(key, key) for key in DISTRICTS]
    (lesson,) = first.lessons.all()
    copies, lessons = [], []
    for number in range(many):
        days = timedelta(days=number % 40)
        changed = {
            "number": fresh(prefix="K", length=12), "district_id": places[number % 3].pk,
            "starts_on": first.starts_on + days, "ends_on": first.ends_on + days, "status": "closed",
        }  # fmt: skip
        copies.append(TrainingClass(**_facts(first) | changed))
    for number, own in enumerate(TrainingClass.objects.bulk_create(copies, batch_size=PIECE)):
        days = timedelta(days=number % 40)
        moved = {"starts_at": lesson.starts_at + days, "ends_at": lesson.ends_at + days}
        code = (lesson.code + 1 + number) % 2**30
        lessons.append(Lesson(**_facts(lesson) | moved | {"training_class_id": own.pk, "code": code}))
    Lesson.objects.bulk_create(lessons, batch_size=PIECE)
    return copies


def _facts(row: Any) -> dict[str, Any]:
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields if not field.primary_key}


def _chain(own: TrainingClass, members: list[Learner], by: tuple[User, User, User | None]) -> list[int]:
    """The seats, scans and attendance of one class; the ids of its completions, approved where somebody is given."""
    crowds.admit(people=members, to=own, now=BEGAN)
    lesson = Lesson.objects.select_related("training_class").get(training_class=own)
    seats = list(Enrolment.objects.filter(training_class=own).order_by("arrival_no"))
    whole = [seat for number, seat in enumerate(seats, start=1) if number % WITHOUT_END]
    scans = [_scan(seat, lesson, Direction.IN) for seat in seats] + [
        _scan(seat, lesson, Direction.OUT) for seat in whole
    ]
    said: dict[int, list[Evidence]] = defaultdict(list)
    for row in Evidence.objects.bulk_create(scans, batch_size=PIECE):
        said[row.learner_id].append(row)
    rules = policy.of_class(training_class=own, on=policy.local_date(NOW))
    derived = [(seat, derive(evidence=said[seat.learner_id], lesson=lesson, policy=rules)) for seat in seats]
    Attendance.objects.bulk_create(
        [
            Attendance(
                lesson=lesson, learner_id=seat.learner_id, enrolment=seat, status=one.status, in_at=one.in_at,
                out_at=one.out_at, minutes=one.minutes, missing=[list(gap) for gap in one.missing], round=one.round,
                by_hand=one.by_hand, changed_at=lesson.ends_at,
            )
            for seat, one in derived
        ],
        batch_size=PIECE,
    )  # fmt: skip
    proposed, submitted, approved = by
    status, at = (Completion.Status.APPROVED, NOW) if approved else (Completion.Status.SUBMITTED, None)
    found = Completion.objects.bulk_create(
        [
            Completion(
                number=fresh(prefix="Z"), enrolment=seat, status=status,
                proposed_by=proposed, proposed_at=NOW, submitted_by=submitted, submitted_at=NOW, approved_by=approved,
                approved_at=at, proposed_reasoning={"findings": []}, submitted_reasoning={"findings": []},
            )
            for seat in whole
        ],
        batch_size=PIECE,
    )  # fmt: skip
    return [row.pk for row in found]


def _scan(seat: Enrolment, lesson: Lesson, direction: Direction) -> Evidence:
    at = lesson.starts_at if direction == Direction.IN else lesson.ends_at
    return Evidence(
        receipt=fresh(prefix="", length=16), lesson=lesson, learner_id=seat.learner_id, enrolment=seat, kind="wall",
        direction=direction, strength="proved", origin="wall", happened_at=at, received_at=at,
        ticket=fresh(prefix="", length=26),
    )  # fmt: skip


# ── Counted anew from the evidence ────────────────────────────────────────────────────────────────────────────────────


def compare() -> dict[str, Any]:
    """Difference 0 between the tally and what two scans a lesson say by themselves; the check finds nothing."""
    told = tally.for_year(year=BEGAN.year, scope=tally.Scope(), as_of=None, today=policy.local_date(NOW))
    verified = {
        (row.district.key, line.value): one.verified
        for row in told.districts
        for line, one in row.lines.items()
        if one.verified
    }
    counted = from_evidence()
    faults = [
        f"{' '.join(key)}: the tally says {verified.get(key, 0)}, the evidence {counted.get(key, 0)}"
        for key in sorted(verified.keys() | counted.keys())
        if verified.get(key, 0) != counted.get(key, 0)
    ]
    faults += [f"{row}: {what}" for row, what in check()]
    return {"counted": sum(counted.values()), "faults": faults}


def from_evidence() -> dict[tuple[str, str], int]:
    """人次 by district and line: who scanned in and out again after at least 80 of 100 minutes, once for a class."""
    found: Counter[tuple[str, str]] = Counter()
    scans: dict[tuple[int, int], dict[str, datetime]] = defaultdict(dict)
    for lesson, learner, direction, at in Evidence.objects.values_list(
        "lesson", "learner", "direction", "happened_at"
    ).iterator(chunk_size=5_000):
        scans[lesson, learner][direction] = at
    lessons = Lesson.objects.select_related("training_class__district").in_bulk({lesson for lesson, _who in scans})
    for (lesson_id, _learner), at in scans.items():
        lesson = lessons[lesson_id]
        if {"in", "out"} <= at.keys():
            there = min(at["out"], lesson.ends_at) - max(at["in"], lesson.starts_at)
            if there * 100 >= (lesson.ends_at - lesson.starts_at) * 80:
                found[lesson.training_class.district.key, lesson.training_class.line] += 1
    return dict(found)


def check() -> Iterator[tuple[str, str]]:
    yield from attendance.differences(now=NOW)
    yield from enrolment.occupancy_differences()
    yield from ledger.differences()


# ── Altered ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def alter(*, alterations: int) -> dict[str, Any]:
    """One deed each in a class of its own, as somebody would who may do anything in the database; then one check."""
    rows = CountEntry.objects.select_related("completion__enrolment__training_class").order_by("class_number", "pk")
    first: dict[str, CountEntry] = {}
    for entry in rows:
        first.setdefault(entry.class_number, entry)
    chosen = list(first.values())[:alterations]
    lift(connection)
    touched = [DEEDS[number % len(DEEDS)](entry) for number, entry in enumerate(chosen)]
    restore(connection)
    began = time.monotonic()
    named = {name for name, _what in check()}
    faults = [f"{name} was altered and not found" for name in touched if name not in named]
    faults += [] if len(chosen) == alterations else [f"{len(chosen)} classes for {alterations} alterations"]
    seconds = round(time.monotonic() - began, 1)
    return {"found": sum(name in named for name in touched), "seconds": seconds, "faults": faults}


def _attendance(entry: CountEntry) -> tuple[Attendance, str]:
    assert entry.completion is not None
    seat = entry.completion.enrolment
    row = Attendance.objects.get(enrolment=seat)
    return row, f"attendance of class {entry.class_number} lesson 1 learner row {seat.learner_id}"


def _earlier(entry: CountEntry) -> str:
    row, name = _attendance(entry)
    Evidence.objects.filter(lesson=row.lesson_id, learner=row.learner_id, direction="out").update(
        happened_at=row.out_at - timedelta(hours=1) if row.out_at else None
    )
    return name


def _unscanned(entry: CountEntry) -> str:
    row, name = _attendance(entry)
    Evidence.objects.filter(lesson=row.lesson_id, learner=row.learner_id, direction="in").delete()
    return name


def _more_minutes(entry: CountEntry) -> str:
    row, name = _attendance(entry)
    Attendance.objects.filter(pk=row.pk).update(minutes=row.minutes + 1)
    return name


def _unattended(entry: CountEntry) -> str:
    row, name = _attendance(entry)
    row.delete()
    return name


def _sent_back(entry: CountEntry) -> str:
    assert entry.completion is not None
    Completion.objects.filter(pk=entry.completion_id).update(status=Completion.Status.RETURNED)
    return f"completion {entry.completion.number}"


def _struck(entry: CountEntry) -> str:
    assert entry.completion is not None
    CountClaim.objects.filter(entry=entry).delete()
    CountEntry.objects.filter(pk=entry.pk).delete()
    return f"completion {entry.completion.number}"


def _unclaimed(entry: CountEntry) -> str:
    CountClaim.objects.filter(entry=entry).delete()
    return f"count entry {entry.code}"


def _unseated(entry: CountEntry) -> str:
    assert entry.completion is not None
    Enrolment.objects.filter(pk=entry.completion.enrolment_id).update(status=Enrolment.Status.WITHDRAWN)
    return f"class {entry.class_number}"


DEEDS: tuple[Callable[[CountEntry], str], ...] = (
    _earlier, _unscanned, _more_minutes, _unattended, _sent_back, _struck, _unclaimed, _unseated,
)  # fmt: skip
