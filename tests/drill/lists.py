"""The desk's lists at the size of a year: how long each takes, and that its statements do not grow with the city."""

import gc
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import count
from statistics import median
from typing import Any

from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from courses.completion import Requirement
from courses.models import (
    Attendance,
    Completion,
    Course,
    DocumentKind,
    Enrolment,
    IdentityDocument,
    Institution,
    Learner,
    Lesson,
    Post,
    TrainingClass,
    User,
)
from courses.people.learners import document_digest, last4_digest
from courses.people.numbers import fresh
from tests.factories import catalogue, people
from tests.races import Arena, Figures

THIS = "tests.drill.lists"
CLASSES, CLASS_SIZE = 1500, 40
ROUNDS = 20
ASKERS = ("city", "district", "institution")
MOST_MS = 300
# A learner of the city sits in three classes of its year.
CLASSES_EACH = 3
DISTRICTS = [
    ("zhifu", "芝罘区"),
    ("laishan", "莱山区"),
    ("fushan", "福山区"),
    ("muping", "牟平区"),
    ("penglai", "蓬莱区"),
]
INSTITUTIONS = 60
SERIES = "DRILL-"
NAMES = [f"{family}{given}" for family in "王李张刘陈杨赵黄周吴" for given in ("小强", "海燕", "建国", "秀英", "志远")]
NAME = NAMES[0]
Status = TrainingClass.Status
# Of fifty classes as many stand at each step as do on a working day.
STEPS = {0: "class_review", 1: "completion_review", 2: "completion_submit", 3: "draft"}
BATCH = 400
REASONING = {
    "passed": True,
    "findings": [{"code": Requirement.ATTENDANCE.value, "value": 360, "threshold": 288, "met": True}],
}


def run(
    arena: Arena,
    *,
    classes: int = CLASSES,
    askers: tuple[str, ...] = ASKERS,
    rounds: int = ROUNDS,
    timed: bool = True,
) -> Figures:
    figures, crowd, database = Figures("lists"), arena.crowd, arena.ground.name
    crowd.call(database, f"{THIS}:plant", classes=classes)
    figures.add(classes=classes, enrolments=classes * CLASS_SIZE)
    for line in crowd.call(database, f"{THIS}:ask", askers=askers, rounds=rounds if timed else 0):
        label = f"{line['who']} {line['list']}"
        if timed:
            figures.add(**{f"{label} p50": line["p50"], f"{label} p95": line["p95"]})
        figures.add(**{f"{label} queries": line["queries"]})
        if line["status"] != 200:
            figures.faults.append(f"{label}: answered {line['status']}")
        if timed and line["p95"] > MOST_MS:
            figures.faults.append(f"{label}: {line['p95']} ms at the 95th of 100, {MOST_MS} at most")
    return figures


# ── The city ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def plant(*, classes: int) -> None:
    """Classes with a full roster each, a few at every step that waits; may be planted again to grow the city."""
    now = datetime.now(UTC)
    catalogue.policy()
    where = [catalogue.district(key, name) for key, name in DISTRICTS]
    schools = [
        catalogue.institution(f"J{number:03d}", f"培训学校{number}", where[number % len(where)])
        for number in range(1, INSTITUTIONS + 1)
    ]
    if not User.objects.filter(username="drill-city").exists():
        _hire(schools[0], now)
    own = Learner.objects.bulk_create(_learners(classes * CLASS_SIZE // CLASSES_EACH, now), batch_size=BATCH)
    _documents(own, now)
    made = TrainingClass.objects.bulk_create(_classes(classes, schools, now), batch_size=BATCH)
    lessons = Lesson.objects.bulk_create(_lessons(made), batch_size=BATCH)
    rows = Enrolment.objects.bulk_create(_enrolments(made, own, now), batch_size=BATCH)
    Attendance.objects.bulk_create(_attendance(rows, lessons, now), batch_size=BATCH)
    Completion.objects.bulk_create(_completions(rows, now), batch_size=BATCH)


def _hire(school: Institution, now: datetime) -> None:
    long_ago = now - timedelta(days=300)
    people.staff(role=Post.Role.CITY, now=long_ago, username="drill-city")
    people.staff(role=Post.Role.DISTRICT, now=long_ago, username="drill-district", district=school.district)
    people.staff(role=Post.Role.INSTITUTION, now=long_ago, username="drill-institution", institution=school)
    for name in ("proposes", "submits", "approves"):
        people.user(username=f"drill-{name}")


def _learners(number: int, now: datetime) -> list[Learner]:
    return [
        Learner(
            number=fresh(prefix="X"),
            name=NAMES[place % len(NAMES)],
            born_on=date(1980, 1, 1),
            verified_at=now,
            created_at=now,
        )
        for place in range(number)
    ]


def _documents(own: list[Learner], now: datetime) -> None:
    kind, _created = DocumentKind.objects.get_or_create(
        key="resident", defaults={"name": "居民身份证", "name_en": "Resident identity card"}
    )
    begun = IdentityDocument.objects.count()
    rows = []
    for place, learner in enumerate(own, start=begun):
        number = f"370699{19600101 + place // 10000:08d}{place % 10000:04d}"
        digests = {
            "digest": document_digest(kind_key="resident", number=number),
            "last4_digest": last4_digest(last4=number[-4:]),
        }
        rows.append(IdentityDocument(learner=learner, kind=kind, number=number, since=now, **digests))
    IdentityDocument.objects.bulk_create(rows, batch_size=BATCH)


def _classes(number: int, schools: list[Institution], now: datetime) -> Iterator[TrainingClass]:
    course, version, begun = (
        Course.objects.filter(number="drill").first() or catalogue.course("drill"),
        catalogue.policy(),
        TrainingClass.objects.filter(number__startswith=SERIES).count(),
    )
    submitter, approver = User.objects.get(username="drill-submits"), User.objects.get(username="drill-approves")
    for place in range(begun, begun + number):
        step = STEPS.get(place % 50, "")
        # The institution that is asked for holds its share of what waits.
        school = schools[(place // 50 if step else place - len(STEPS)) % len(schools)]
        status = {"class_review": Status.SUBMITTED, "draft": Status.DRAFT}.get(step, Status.CLOSED)
        starts_on = now.date() - timedelta(days=place % 300 + 10)
        pinned = {} if status in TrainingClass.UNAPPROVED else _pinned(course, version, approver, now)
        yield TrainingClass(
            number=f"{SERIES}{place:05d}",
            course=course,
            institution=school,
            district=school.district,
            status=status,
            starts_on=starts_on,
            ends_on=starts_on + timedelta(days=5),
            seats=CLASS_SIZE + 10,
            taken=CLASS_SIZE,
            arrivals=CLASS_SIZE,
            last_seated_no=CLASS_SIZE,
            created_at=now - timedelta(days=400),
            submitted_by=None if status == Status.DRAFT else submitter,
            submitted_at=None if status == Status.DRAFT else now - timedelta(days=2),
            **pinned,
        )


def _pinned(course: Any, version: Any, approver: User, now: datetime) -> dict[str, Any]:
    return {
        "policy": version,
        "kind_key": course.kind.key,
        "line": course.kind.line,
        "claim_key": "drill",
        "approved_by": approver,
        "approved_at": now - timedelta(days=1),
    }


def _lessons(made: list[TrainingClass]) -> Iterator[Lesson]:
    begun = Lesson.objects.count()
    codes = count(begun)
    for row in made:
        for number in (1, 2):
            day = row.starts_on + timedelta(days=number)
            starts_at = datetime(day.year, day.month, day.day, 1, tzinfo=UTC)
            ends_at = starts_at + timedelta(hours=3)
            yield Lesson(
                training_class=row,
                number=number,
                code=next(codes),
                title=f"第 {number} 次课",
                starts_at=starts_at,
                ends_at=ends_at,
            )


def _enrolments(made: list[TrainingClass], own: list[Learner], now: datetime) -> Iterator[Enrolment]:
    for place, row in enumerate(made):
        for seat in range(CLASS_SIZE):
            yield Enrolment(
                number=fresh(prefix="B"),
                learner=own[(place * CLASS_SIZE + seat) % len(own)],
                training_class=row,
                status=Enrolment.Status.ADMITTED,
                arrival_no=seat + 1,
                applied_at=now,
                admitted_at=now,
                decided_at=now,
            )


def _attendance(rows: list[Enrolment], lessons: list[Lesson], now: datetime) -> Iterator[Attendance]:
    first = {lesson.training_class_id: lesson for lesson in lessons if lesson.number == 1}
    for row in rows:
        lesson = first[row.training_class_id]
        yield Attendance(
            lesson=lesson,
            learner_id=row.learner_id,
            enrolment=row,
            status=Attendance.Status.PRESENT,
            minutes=180,
            changed_at=now,
        )


def _completions(rows: list[Enrolment], now: datetime) -> Iterator[Completion]:
    by = {name: User.objects.get(username=f"drill-{name}") for name in ("proposes", "submits", "approves")}
    waits = {
        "completion_submit": Completion.Status.PROPOSED,
        "completion_review": Completion.Status.SUBMITTED,
        "": Completion.Status.APPROVED,
    }
    for row in rows:
        step = STEPS.get(int(row.training_class.number[-5:]) % 50, "")
        if step not in waits:
            continue
        steps = {"proposed": "proposes", "submitted": "submits", "approved": "approves"}
        reached = list(steps)[: list(steps).index(waits[step]) + 1]
        fields: dict[str, Any] = {}
        for name in reached:
            fields |= {
                f"{name}_by": by[steps[name]],
                f"{name}_at": now - timedelta(days=1),
                f"{name}_reasoning": REASONING,
            }
        yield Completion(number=fresh(prefix="J"), enrolment=row, status=waits[step], **fields)


# ── What is asked ─────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Question:
    """One list as one person asks for it."""

    name: str
    ask: Callable[[Client], Any]


def questions(who: str) -> list[Question]:
    shown = TrainingClass.objects.filter(institution=catalogue.institution("J001"), number__startswith=SERIES)
    full = shown.filter(status=Status.CLOSED).order_by("pk")[0].number
    waiting = shown.filter(status=Status.SUBMITTED).order_by("pk")[0].number

    def get(name: str, /, *args: str, **query: str) -> Question:
        label = f"{name}?{'&'.join(query)}" if query else name
        return Question(label, lambda client: client.get(reverse(name, args=args), query))

    def post(name: str, /, **fields: str) -> Question:
        return Question(f"{name}!{'&'.join(fields)}", lambda client: client.post(reverse(name), fields))

    found = [
        get("desk"),
        get("desk", q="学校1"),
        get("desk_handled"),
        get("desk_elsewhere"),
        get("desk_classes"),
        get("desk_classes", q="学校1"),
        get("desk_classes", kind="skill", status="closed", page="5"),
        get("desk_completions"),
        get("desk_institutions"),
        get("desk_exports"),
        get("tally_entries"),
        get("desk_class", full),
        get("desk_opening", waiting),
    ]
    if who != "institution":
        found += [post("desk_learners", name=NAME), post("desk_learners", last4="0007"), get("desk_selections")]
    if who == "city":
        found += [get("desk_messages"), get("desk_export_log"), get("desk_own_forms")]
    return found


def ask(*, askers: list[str], rounds: int) -> list[dict[str, Any]]:
    """Each list for each of these people: status, statements, and milliseconds of `rounds` answers."""
    told = []
    # As `deploy/gunicorn.conf.py` does before it forks; what was planted here is no part of a web process either.
    gc.collect()
    gc.freeze()
    with past_the_second_factor():
        for who in askers:
            client = Client(raise_request_exception=False)
            client.force_login(
                User.objects.get(username=f"drill-{who}"), backend="allauth.account.auth_backends.AuthenticationBackend"
            )
            told += [{"who": who, **measured(client, question, rounds)} for question in questions(who)]
    return told


def measured(client: Client, question: Question, rounds: int) -> dict[str, Any]:
    question.ask(client)
    with CaptureQueriesContext(connection) as spent:
        answer = question.ask(client)
    # Read at once: the next request empties the log.
    queries = len(spent)
    found = {"list": question.name, "status": answer.status_code, "queries": queries}
    if not rounds:
        return found
    times = sorted(_ms(client, question) for _ in range(rounds))
    return found | {
        "p50": round(median(times), 1),
        "p95": round(times[min(len(times) - 1, int(len(times) * 0.95))], 1),
    }


def _ms(client: Client, question: Question) -> float:
    began = time.perf_counter()
    question.ask(client)
    return (time.perf_counter() - began) * 1000


@contextmanager
def past_the_second_factor() -> Iterator[None]:
    with override_settings(ENFORCE_SECOND_FACTOR=False):
        yield
