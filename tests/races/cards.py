"""One card, or one personal code, held before two kiosks at the same moment: one row, one receipt."""

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from typing import Any

from courses import attendance
from courses.attendance import Scanner, personal
from courses.models import Evidence, Lesson
from courses.people import cards, devices
from tests.factories import classes, crowds, people
from tests.races import Arena, Figures, latency, raised
from tests.races.protection import drop_constraint, drop_unique

THIS = "tests.races.cards"
LEARNERS = 5000
ROUND = 200
KIOSKS = ("T1", "T2")


def run(arena: Arena, *, learners: int) -> Figures:
    figures, answers = Figures("cards"), []
    crowd, database = arena.crowd, arena.ground.name
    for begun in range(0, learners, ROUND):
        count = min(ROUND, learners - begun)
        planted = crowd.call(database, f"{THIS}:plant", learners=count)
        heard = crowd.race(database, f"{THIS}:contend", planted["posts"])
        answers += heard
        figures.faults += raised(heard) + different_answers([answer.value for answer in heard if answer.value])
        figures.faults += crowd.call(
            database, "tests.races.checkin:faults", lesson_id=planted["lesson_id"], learners=count
        )
        figures.add(learners=count, posts=len(heard))
    figures.numbers |= latency(answers)
    return figures


def different_answers(receipts: list[list[str]]) -> list[str]:
    """Both kiosks must show the same receipt, and one of them that it was recorded before."""
    told: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for learner, receipt, again in receipts:
        told[learner].append((receipt, again))
    return [
        f"a learner was told {sorted(answers)}"
        for answers in told.values()
        if len({receipt for receipt, _again in answers}) != 1
        or sorted(again for _r, again in answers) != ["again", "new"]
    ]


def plant(*, learners: int) -> dict[str, Any]:
    """A lesson that has just begun; half of its learners have a card, half a phone; each is held before both kiosks."""
    now = datetime.now(UTC)
    admitted = crowds.learners(count=learners, now=now)
    lesson = classes.first_lesson(crowds.class_of(people=admitted, now=now, first=now - timedelta(minutes=5)))
    staff = people.user()
    posts = []
    for number, learner in enumerate(admitted):
        if number % 2:
            device = devices.bind(learner=learner, label="", now=now)
            text = personal.code_at(learner=learner, device=device, moment=now)
        else:
            text = cards.issue(learner=learner, by=staff, now=now).code
        posts += [{"text": text, "lesson_id": lesson.pk, "kiosk": kiosk} for kiosk in KIOSKS]
    return {"lesson_id": lesson.pk, "posts": posts}


def contend(*, text: str, lesson_id: int, kiosk: str) -> list[str]:
    lesson = Lesson.objects.select_related("training_class").get(pk=lesson_id)
    scanner = Scanner(origin=Evidence.Origin.KIOSK, name=kiosk)
    scanned = attendance.scan_person(text=text, at=lesson, scanner=scanner, now=datetime.now(UTC))
    return [scanned.learner.number, scanned.receipt.number, "again" if scanned.again else "new"]


# ── Without protection ────────────────────────────────────────────────────────────────────────────────────────────────


def unprotect() -> None:
    """Without the unique scan and the unique code, both kiosks write a row."""
    drop_unique(Evidence, "ticket")
    drop_constraint(Evidence, "evidence_one_scan")
