"""Who is on which class: rows as the domain writes them, with the counters that they add up to."""

from datetime import datetime, timedelta
from random import Random

from cms.demo.chance import dice, fresh
from cms.demo.classes import OPEN, OVER, Office, Run
from cms.demo.people import Person
from cms.demo.timetable import office_hours
from courses.models import Enrolment, TrainingClass
from courses.policy import Policy

Status = Enrolment.Status
SOURCES = {"self": 70, "import": 14, "counter": 8, "community": 8}
REASON = "家里有事，这期来不了"


def enrol(*, run: Run, office: Office, now: datetime) -> list[Enrolment]:
    """Applications in the order of their arrival; the counters move as the domain's own statement would move them."""
    row = run.row
    throw = dice("enrol", row.number)
    opened = row.approved_at or now
    until = min(now - timedelta(minutes=12), run.lessons[0].starts_at - timedelta(hours=3))
    span = max(60, int((until - opened).total_seconds()))
    drawn = (opened + timedelta(seconds=throw.randrange(span)) for _person in run.people)
    times = sorted(min(office_hours(at), until) for at in drawn)
    made = []
    for number, (person, applied_at) in enumerate(zip(run.people, times, strict=True), start=1):
        seated = number <= row.seats
        guest = number == 1 and bool(run.guest)
        status = _status(run, throw, seated=seated, guest=guest)
        made.append(_row(run, office, person, status, number, applied_at, until))
    _count(row, made)
    return made


def _status(run: Run, throw: Random, *, seated: bool, guest: bool) -> str:
    if run.state in OPEN and run.row.mode == TrainingClass.Mode.SELECTED:
        return Status.CANDIDATE
    if not seated:
        return Status.WAITLISTED
    if run.state in OVER | {"running"} and not guest and throw.random() < 0.025:
        return Status.WITHDRAWN
    if run.state == "reviewed" and not guest and throw.random() < 0.5:
        return Status.APPLIED
    return Status.ADMITTED


def _row(
    run: Run, office: Office, person: Person, status: str, number: int, applied_at: datetime, until: datetime
) -> Enrolment:
    throw = dice("source", person.learner.number, run.row.pk)
    reviewed = run.row.mode == TrainingClass.Mode.REVIEWED
    source = throw.choices(list(SOURCES), list(SOURCES.values()))[0] if person.user else "import"
    decided_at: datetime | None = applied_at
    if status in (Status.APPLIED, Status.CANDIDATE, Status.WAITLISTED):
        decided_at = None
    elif status == Status.WITHDRAWN or reviewed:
        decided_at = min(office_hours(applied_at + timedelta(hours=throw.randrange(2, 20))), until)
    return Enrolment(
        number=fresh(prefix="B"),
        learner=person.learner,
        training_class=run.row,
        status=status,
        source=source,
        arrival_no=number,
        category=person.learner.category,
        declared=_declared(run),
        applied_at=applied_at,
        admitted_at=_admitted_at(status, applied_at, decided_at),
        decided_at=decided_at,
        decided_by=office.institution if decided_at and (reviewed or status == Status.WITHDRAWN) else None,
        reason=REASON if status == Status.WITHDRAWN else "",
    )


def _admitted_at(status: str, applied_at: datetime, decided_at: datetime | None) -> datetime | None:
    """Who withdrew had been let in at once; the others were when it was decided."""
    if status == Status.WITHDRAWN:
        return applied_at
    return decided_at if status == Status.ADMITTED else None


def _declared(run: Run) -> list[str]:
    """Everybody confirmed what their kind of training asks."""
    return sorted(key for key, *_words in Policy().criteria.get(run.row.kind_key, []))


def _count(row: TrainingClass, made: list[Enrolment]) -> None:
    row.taken = sum(1 for one in made if one.status in Enrolment.SEATED)
    row.waiting = sum(1 for one in made if one.status == Status.WAITLISTED)
    row.arrivals = len(made)
    row.last_seated_no = min(len(made), row.seats) if row.taken else 0
