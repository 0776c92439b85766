"""Three phones of one classroom hand in everything they wrote at the same moment: in any order, a third of it twice,
some of it contradicting another phone. What is there afterwards is exactly the union, whatever the order was."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any

from courses import attendance
from courses.attendance import kit
from courses.attendance.kit import Parcel
from courses.models import Attendance, KitEntry, Lesson, User
from tests.factories import classes, crowds, people
from tests.factories.phones import Phone, digest_of
from tests.races import Arena, Figures, latency, raised
from tests.races.protection import drop_constraint

THIS = "tests.races.kits"
MARKS = 500
PHONES = 3
ROUND = 100
BATCH = 10
AGAIN, CONTRADICTED = 0.3, 0.1


def run(arena: Arena, *, marks: int) -> Figures:
    """`marks` are those of each phone."""
    figures, answers = Figures("kit"), []
    crowd, database = arena.crowd, arena.ground.name
    for begun in range(0, marks, ROUND):
        count = min(ROUND, marks - begun)
        planted = crowd.call(database, f"{THIS}:plant", marks=count, seed=begun)
        heard = crowd.race(database, f"{THIS}:contend", planted["posts"])
        answers += heard
        told = [receipt for answer in heard for receipt in answer.value or []]
        figures.faults += raised(heard) + dropped(planted, told)
        figures.faults += crowd.call(
            database, f"{THIS}:faults", lesson_id=planted["lesson_id"], contradicted=planted["contradicted"], told=told
        )
        figures.add(marks=count * PHONES, sent=planted["sent"], contradicted=len(planted["contradicted"]))
    figures.numbers |= latency(answers)
    return figures


def dropped(planted: dict[str, Any], told: list[list[str]]) -> list[str]:
    """Every entry that was sent has a receipt each time, and always the same."""
    receipts: dict[str, set[str]] = {}
    for digest, receipt, _state in told:
        receipts.setdefault(digest, set()).add(receipt)
    wanted = set(planted["digests"])
    found = [f"an entry has {len(given)} receipts" for given in receipts.values() if len(given) != 1]
    if wanted != set(receipts):
        found.append(f"{len(wanted - set(receipts))} entries have no receipt")
    if len(told) != planted["sent"]:
        found.append(f"{len(told)} receipts for {planted['sent']} parcels")
    return found


def plant(*, marks: int, seed: int) -> dict[str, Any]:
    """A lesson that is on, and three phones that each marked everybody; of some the last phone says the contrary."""
    chance, now = random.Random(seed), datetime.now(UTC)
    class_of = crowds.class_of(people=crowds.learners(count=marks, now=now), now=now, first=now - timedelta(minutes=90))
    lesson, trainer = classes.first_lesson(class_of), people.user()
    learners = [row.learner for row in attendance.current_members(training_class=class_of).select_related("learner")]
    phones = [Phone(lesson, trainer).prepare(now - timedelta(minutes=100)) for _ in range(PHONES)]
    contradicted = chance.sample(learners, k=round(marks * CONTRADICTED))
    for place, phone in enumerate(phones):
        for second, learner in enumerate(chance.sample(learners, k=marks)):
            contrary = place == PHONES - 1 and learner in contradicted
            phone.mark(learner, "absent" if contrary else "present", now - timedelta(minutes=60 - second / 60))
    posts = [post for phone in phones for post in _posts(phone, chance, now)]
    chance.shuffle(posts)
    return {
        "lesson_id": lesson.pk,
        "posts": posts,
        "sent": sum(len(post["parcels"]) for post in posts),
        "digests": [digest_of(one.body) for phone in phones for one in phone.written],
        "contradicted": [learner.pk for learner in contradicted],
    }


def _posts(phone: Phone, chance: random.Random, now: datetime) -> list[dict[str, Any]]:
    written = [[one.body, one.signature] for one in phone.written]
    sent = written + chance.sample(written, k=round(len(written) * AGAIN))
    chance.shuffle(sent)
    word = phone.word(now)
    same = {"lesson_id": phone.lesson.pk, "user_id": phone.by.pk, "number": phone.number, "now": now.isoformat()}
    return [
        {**same, "parcels": sent[begun : begun + BATCH], "word": [word.body, word.signature]}
        for begun in range(0, len(sent), BATCH)
    ]


def contend(
    *, lesson_id: int, user_id: int, number: str, parcels: list[list[str]], word: list[str], now: str
) -> list[list[str]]:
    receipts = kit.receive(
        by=User.objects.get(pk=user_id),
        lesson=Lesson.objects.select_related("training_class").get(pk=lesson_id),
        kit_number=number,
        parcels=[Parcel(*one) for one in parcels],
        told=Parcel(*word),
        now=datetime.fromisoformat(now),
    )
    return [[one.digest, one.receipt, str(one.state)] for one in receipts]


def faults(*, lesson_id: int, contradicted: list[int], told: list[list[str]]) -> list[str]:
    """The entries are those that were acknowledged, each person stands as all phones together say, and every
    contradiction is listed."""
    lesson = Lesson.objects.select_related("training_class").get(pk=lesson_id)
    rows = list(KitEntry.objects.filter(kit__lesson=lesson).values_list("digest", "receipt", "made_at", "received_at"))
    found = []
    if sorted(row[:2] for row in rows) != sorted({(digest, receipt) for digest, receipt, _state in told}):
        found.append(f"{len(rows)} entries are there, and not exactly those that were acknowledged")
    if any(made is None or made == received for _digest, _receipt, made, received in rows):
        found.append("an entry without both times")
    states = list(Attendance.objects.filter(lesson=lesson))
    waiting = {row.learner_id for row in states if "in_awaits" in row.reasons}
    here = {row.learner_id for row in states if row.in_at is not None} - waiting
    if waiting != set(contradicted) or (len(here) + len(waiting)) * PHONES != len(rows):
        found.append(f"{len(waiting)} wait and {len(here)} are here by {len(rows)} entries")
    views = kit.overview(lessons=[lesson])
    listed = sum(len(view.lines) for view in views)
    if listed != len(contradicted) * PHONES or any(view.gaps for view in views):
        found.append(f"{listed} lines are listed for {len(contradicted)} contradictions")
    return found + [f"{name}: {what}" for name, what in attendance.differences(now=datetime.now(UTC))]


# ── Without protection ────────────────────────────────────────────────────────────────────────────────────────────────


def unprotect() -> None:
    """Without the two unique constraints an entry that arrives several times at once comes in several times."""
    drop_constraint(KitEntry, "kitentry_once")
    drop_constraint(KitEntry, "kitentry_one_of_a_number")
