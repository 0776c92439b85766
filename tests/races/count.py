"""Two districts, one citizen: the same module completed twice and approved at the same moment counts exactly once."""

from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import Any

from django.db.models import Count, Sum

from courses import completion, ledger
from courses.models import (
    Attendance,
    Completion,
    CountClaim,
    CountEntry,
    Course,
    DailyTotal,
    Enrolment,
    HeadCount,
    Learner,
    SignalRun,
    TrainingClass,
    User,
)
from courses.people.numbers import fresh
from tests.factories import catalogue, classes, crowds
from tests.factories.people import user
from tests.races import Arena, Figures, latency, raised
from tests.races.protection import drop_constraint

THIS = "tests.races.count"
PAIRS = 500
ROUND = 100


def run(arena: Arena, *, pairs: int) -> Figures:
    figures, answers = Figures("count"), []
    crowd, database = arena.crowd, arena.ground.name
    for begun in range(0, pairs, ROUND):
        planted = crowd.call(database, f"{THIS}:plant", pairs=min(ROUND, pairs - begun))
        heard = crowd.race(database, f"{THIS}:contend", planted["approvals"])
        answers += heard
        figures.faults += raised(heard)
        found = crowd.call(database, f"{THIS}:result", class_ids=planted["class_ids"])
        figures.faults += found.pop("faults")
        figures.add(approvals=len(heard), **found)
    figures.numbers |= latency(answers)
    return figures


def plant(*, pairs: int) -> dict[str, Any]:
    """One course, a class in each of two districts, the same people in both, everything submitted."""
    now = datetime.now(UTC)
    course = catalogue.course(occupation=catalogue.occupation(key=f"cook-{fresh(prefix='', length=6).lower()}"))
    people = crowds.learners(count=pairs, now=now)
    places = [catalogue.district(), catalogue.district("laishan", "莱山区", "370613")]
    made = [_submitted(course, place, people, now) for place in places]
    officers = [user(username=fresh(prefix="district", length=6)) for _ in places]
    return {
        "class_ids": [training_class.pk for training_class, _rows in made],
        "approvals": [
            {"completion_id": row.pk, "officer_id": officer.pk}
            for both in zip(*(rows for _class, rows in made), strict=True)
            for row, officer in zip(both, officers, strict=True)
        ],
    }


def _submitted(
    course: Course, district: Any, people: list[Learner], now: datetime
) -> tuple[TrainingClass, list[Completion]]:
    training_class = crowds.class_of(
        people=people, now=now, first=now - timedelta(hours=6), course=course, district=district
    )
    lesson = classes.first_lesson(training_class)
    enrolments = list(Enrolment.objects.filter(training_class=training_class).order_by("pk"))
    Attendance.objects.bulk_create(
        Attendance(
            lesson=lesson,
            learner_id=row.learner_id,
            enrolment=row,
            status=Attendance.Status.PRESENT,
            in_at=lesson.starts_at,
            out_at=lesson.ends_at,
            minutes=lesson.minutes,
            changed_at=now,
        )
        for row in enrolments
    )
    SignalRun.objects.create(lesson=lesson, at=now)
    staff = [user(username=fresh(prefix="staff", length=6)) for _ in range(2)]
    completions = Completion.objects.bulk_create(_completion(row, staff, now) for row in enrolments)
    return training_class, completions


def _completion(enrolment: Enrolment, staff: list[User], now: datetime) -> Completion:
    return Completion(
        number=fresh(prefix="Z"),
        enrolment=enrolment,
        status=Completion.Status.SUBMITTED,
        proposed_by=staff[0],
        proposed_at=now,
        proposed_reasoning={},
        submitted_by=staff[1],
        submitted_at=now,
        submitted_reasoning={},
    )


def contend(*, completion_id: int, officer_id: int) -> str:
    """The line's code, or nothing when it did not count."""
    row = Completion.objects.select_related("enrolment__learner", "enrolment__training_class").get(pk=completion_id)
    entry = completion.approve(by=User.objects.get(pk=officer_id), completion=row, now=datetime.now(UTC))
    return entry.code if entry else ""


def post_alone(*, completion_id: int) -> None:
    ledger.post(completion=Completion.objects.get(pk=completion_id), by=None, now=datetime.now(UTC))


def result(*, class_ids: list[int]) -> dict[str, Any]:
    """How many of the pairs counted, and whatever is wrong with them."""
    rows = Completion.objects.filter(enrolment__training_class__in=class_ids)
    people = rows.values("enrolment__learner").distinct().count()
    counted = rows.filter(ledger.counts_q()).count()
    duplicates = rows.filter(status=Completion.Status.APPROVED, not_counted=ledger.NotCounted.DUPLICATE).count()
    entries = CountEntry.objects.filter(completion__enrolment__training_class__in=class_ids)
    doubled = entries.values("person").annotate(times=Count("pk")).exclude(times=1).count()
    faults = []
    if (counted, duplicates, entries.count()) != (people, people, people):
        faults.append(f"{people} people: {counted} counted, {duplicates} duplicates, {entries.count()} lines")
    if doubled:
        faults.append(f"{doubled} people are counted more than once")
    faults += _totals()
    return {"people": people, "counted": counted, "duplicates": duplicates, "faults": faults}


def _totals() -> list[str]:
    """The roll-ups against the lines, and the ledger's own check."""
    lines = CountEntry.objects.aggregate(sum=Sum("amount"))["sum"]
    totals = DailyTotal.objects.aggregate(sum=Sum("count"))["sum"]
    heads = HeadCount.objects.filter(scope="city").aggregate(sum=Sum("people"))["sum"]
    people = CountEntry.objects.values("person").distinct().count()
    found = [str(difference) for difference in ledger.differences()]
    if (totals, heads) != (lines, people):
        found.append(f"lines {lines}, totals {totals}; people {people}, heads {heads}")
    return found


# ── Without protection ────────────────────────────────────────────────────────────────────────────────────────────────

# The package's own `post` is the function; this is the module around it.
_posting: Any = import_module("courses.ledger.post")
_own = (_posting._against, _posting._claim)


def unprotect() -> None:
    """Without the unique claim, and with the look before as two rivals at one moment take it: nothing there yet."""
    drop_constraint(CountClaim, "countclaim_once")
    _posting._against = lambda *_asked: None
    _posting._claim = _claim_without_asking


def protect() -> None:
    """The process serves other races after this one."""
    _posting._against, _posting._claim = _own


def _claim_without_asking(entry: CountEntry) -> bool:
    entry.save(force_insert=True)
    CountClaim.objects.create(person=entry.person, key=entry.claim_key, entry=entry)
    return True
