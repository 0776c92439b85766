"""What became of everybody when the class is over: by the product's own assessment, holds and approval."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction

from courses import completion, supervision
from courses.completion import CompletionRefusal, CompletionRefused, Requirement
from courses.models import Attendance, Completion, Enrolment, Signal
from courses.refusals import Refused
from tests.adversary import lesson as online
from tests.adversary import offline
from tests.adversary.assumptions import Assumptions
from tests.adversary.attacks import Attack
from tests.adversary.classroom import Classroom, Person, furnish
from tests.factories import people

LATE_ADDITIONS = timedelta(hours=25)
WAITING = {Requirement.DECIDED}


@dataclass
class Outcome:
    """Of one attack, over all its classes. Ghosts: `counted`, or kept out because `short` of hours, `waiting` for a
    trainer, or `held` by a signal; of the counted, `mistaken` passed by a trainer's mistake. Honest: who was there for
    the hours, and of these `honest_held` by a signal, `honest_waiting` with an arrival that nobody confirmed, or
    `honest_short` because a leaving or an arrival is not on record at all."""

    classes: int = 0
    ghosts: int = 0
    counted: int = 0
    mistaken: int = 0
    short: int = 0
    waiting: int = 0
    held: int = 0
    honest: int = 0
    honest_held: int = 0
    honest_waiting: int = 0
    honest_short: int = 0
    signals: Counter[str] = field(default_factory=Counter)

    def add(self, other: "Outcome") -> None:
        for name, value in vars(other).items():
            if name != "signals":
                setattr(self, name, getattr(self, name) + value)
        self.signals += other.signals

    @property
    def kept_out(self) -> float:
        return 1 - self.counted / self.ghosts if self.ghosts else 1.0

    @property
    def wrongly_held(self) -> float:
        return (self.honest_held + self.honest_waiting) / self.honest if self.honest else 0.0


def play_class(attack: Attack, *, seed: int, ghosts: int, assume: Assumptions) -> Outcome:
    """One class from its first lesson to the approvals; the database is afterwards as it was before."""
    plan_lesson = offline.plan_lesson if attack.offline else online.plan_lesson
    with transaction.atomic():
        room = furnish(seed=seed, ghosts=ghosts, second_scan=attack.second_scan, assume=assume)
        for lesson in room.lessons:
            room.open(lesson)
            plan_lesson(room)
            attack.plan(room, room.ghosts)
            room.play()
        online.settle_last(room)
        for lesson in room.lessons:
            supervision.compute(lesson=lesson, now=lesson.ends_at + LATE_ADDITIONS)
        now = room.lessons[-1].ends_at + LATE_ADDITIONS + timedelta(hours=1)
        # As the background does: what a phone without network handed over after a lesson was looked through.
        supervision.compute_due(now=now)
        found = _judge(room, now)
        transaction.set_rollback(True)
    return found


def _judge(room: Classroom, now: datetime) -> Outcome:
    found = Outcome(classes=1, ghosts=len(room.ghosts))
    rows = Enrolment.objects.filter(training_class=room.a_class).select_related("learner", "training_class__policy")
    enrolments = {row.learner_id: row for row in rows}
    assessed = completion.assess_all(enrolments=enrolments.values(), now=now)
    found.signals.update(set(Signal.objects.filter(lesson__in=room.lessons).values_list("kind", flat=True)))
    for person in room.ghosts:
        _judge_ghost(room, person, enrolments[person.learner.pk], assessed[person.enrolment.pk], found)
    drafts = [Completion(pk=row.pk, enrolment=row) for row in enrolments.values()]
    held = completion.held(completions=drafts, now=now)
    unconfirmed = _unconfirmed(room)
    needed = -(-len(room.lessons) * room.policy.completion_ratio // 100)
    for person in room.honest:
        if person.there < needed:
            continue
        missing = assessed[person.enrolment.pk].missing
        found.honest += 1
        found.honest_waiting += person.learner.pk in unconfirmed
        found.honest_short += bool(missing) and person.learner.pk not in unconfirmed
        found.honest_held += not missing and person.enrolment.pk in held
    return found


def _unconfirmed(room: Classroom) -> set[int]:
    rows = Attendance.objects.filter(lesson__in=room.lessons, status=Attendance.Status.AWAITING)
    return {row.learner_id for row in rows if "in_awaits" in row.reasons}


def _judge_ghost(
    room: Classroom, person: Person, enrolment: Enrolment, assessed: completion.Assessment, found: Outcome
) -> None:
    """Who fulfils the requirements is proposed, submitted and approved by people who see nothing wrong."""
    if not assessed.passed:
        waits = WAITING & {finding.code for finding in assessed.missing}
        found.waiting += bool(waits)
        found.short += not waits
        return
    now = assessed.at
    done = completion.propose(by=room.trainers[0], enrolment=enrolment, now=now)
    completion.submit(by=people.user(), completion=done, now=now)
    try:
        completion.approve(by=people.user(), completion=done, now=now)
    except CompletionRefused as refusal:
        if refusal.code != CompletionRefusal.SIGNAL_OPEN:
            raise
        found.held += 1
    except Refused as refusal:
        raise AssertionError(f"an approval was refused as {refusal.code}") from refusal
    else:
        found.counted += 1
        found.mistaken += person.learner.pk in room.decided_by_mistake
