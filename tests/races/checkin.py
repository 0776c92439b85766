"""Double taps and retry storms: one ticket sent up to five times at once, two tickets of one learner. One row each."""

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from typing import Any

from courses import attendance
from courses.attendance.tickets import new_ticket
from courses.models import Attendance, Direction, Evidence
from courses.people.numbers import fresh
from tests.factories import classes, crowds
from tests.races import Arena, Figures, latency, raised
from tests.races.protection import drop_constraint, drop_unique

THIS = "tests.races.checkin"
LEARNERS = 10_000
ROUND = 500
TIMES = 5


def run(arena: Arena, *, learners: int) -> Figures:
    """Learners in rounds of at most 500: a class is a class."""
    figures, answers = Figures("checkin"), []
    crowd, database = arena.crowd, arena.ground.name
    for begun in range(0, learners, ROUND):
        count = min(ROUND, learners - begun)
        planted = crowd.call(database, f"{THIS}:plant", learners=count)
        heard = crowd.race(database, f"{THIS}:contend", planted["posts"])
        answers += heard
        figures.faults += raised(heard) + different_answers(planted["posts"], [answer.value for answer in heard])
        figures.faults += crowd.call(database, f"{THIS}:faults", lesson_id=planted["lesson_id"], learners=count)
        figures.add(learners=count, posts=len(heard))
    figures.numbers |= latency(answers)
    return figures


def different_answers(posts: list[dict[str, Any]], receipts: list[str]) -> list[str]:
    """Whoever posts again must be given the same receipt."""
    told: dict[int, set[str]] = defaultdict(set)
    for post, receipt in zip(posts, receipts, strict=True):
        told[post["learner_id"]].add(receipt)
    return [f"a learner was given {len(receipts)} receipts" for receipts in told.values() if len(receipts) != 1]


def plant(*, learners: int) -> dict[str, Any]:
    """A lesson that has just begun, everybody admitted, and the posts: neighbours are copies of each other."""
    now = datetime.now(UTC)
    people = crowds.learners(count=learners, now=now)
    lesson = classes.first_lesson(crowds.class_of(people=people, now=now, first=now - timedelta(minutes=5)))
    posts = []
    for number, learner in enumerate(people):
        tickets = [_ticket(lesson.code, now)] * (number % TIMES + 1)
        if number % 2:
            tickets.append(_ticket(lesson.code, now))
        posts += [{"ticket": text, "user_id": learner.user_id, "learner_id": learner.pk} for text in tickets]
    return {"lesson_id": lesson.pk, "posts": posts}


def _ticket(lesson_code: int, now: datetime) -> str:
    ticket = new_ticket(lesson_code=lesson_code, direction=Direction.IN, device=fresh(prefix="", length=26), now=now)
    return attendance.seal_ticket(ticket)


def contend(*, ticket: str, user_id: int, learner_id: int) -> str:
    receipt = attendance.redeem(ticket_text=ticket, who=attendance.Who(user_id=user_id), now=datetime.now(UTC))
    return receipt.number


def faults(*, lesson_id: int, learners: int) -> list[str]:
    found = [f"{name}: {what}" for name, what in attendance.differences(now=datetime.now(UTC))]
    rows = Evidence.objects.filter(lesson=lesson_id)
    if rows.count() != learners:
        found.append(f"{rows.count()} evidence rows of {learners} learners")
    if rows.values("learner").distinct().count() != learners:
        found.append("a learner has no evidence")
    if Attendance.objects.filter(lesson=lesson_id).count() != learners:
        found.append("not one attendance for each learner")
    return found


# ── Without protection ────────────────────────────────────────────────────────────────────────────────────────────────


def unprotect() -> None:
    """Without the unique scan and the unique ticket, every post of a ticket becomes evidence."""
    drop_unique(Evidence, "ticket")
    drop_constraint(Evidence, "evidence_one_scan")
