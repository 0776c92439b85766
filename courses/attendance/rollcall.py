"""点名: in the middle of a lesson the wall shows a picture, and whoever is in the room picks it on a phone.

An answer is evidence of presence at that moment, and nothing else: who does not answer is shown to the trainer, and
stays as present as before until the trainer decides.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from random import SystemRandom

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from courses import audit, privacy
from courses import policy as policies
from courses.attendance.evidence import append
from courses.models import (
    Attendance,
    Direction,
    Enrolment,
    Evidence,
    Learner,
    Lesson,
    RollCall,
    RollCallTry,
    TrainingClass,
    User,
)
from courses.people.numbers import fresh
from courses.policy import Policy
from courses.refusals import Refused

# Each is drawn in static/img/rollcall/ under its key. The words are for those who do not see the picture.
PICTURES: dict[str, str | Promise] = {
    "sail": _("帆船"),
    "fish": _("鱼"),
    "anchor": _("船锚"),
    "lighthouse": _("灯塔"),
    "apple": _("苹果"),
    "cherry": _("樱桃"),
    "grape": _("葡萄"),
    "umbrella": _("雨伞"),
    "kite": _("风筝"),
    "bell": _("铃铛"),
    "key": _("钥匙"),
    "cup": _("茶杯"),
}


# By hand, as most lessons have none and hundreds of screens ask.
LAST = "SELECT * FROM courses_rollcall WHERE lesson_id = %s ORDER BY id DESC LIMIT 1"


class RollCallRefusal(StrEnum):
    NOT_NOW = "not_now"
    RUNNING = "running"
    NONE_RUNNING = "none_running"
    OVER = "over"
    WRONG_PICTURE = "wrong_picture"
    TRIES_OVER = "tries_over"
    ANSWERED = "answered"
    NOT_ENROLLED = "not_enrolled"
    OWN = "own"


class RollCallRefused(Refused):
    sentences = {
        RollCallRefusal.NOT_NOW: _("没有开始点名。请在上课以后、签退开始以前点名。"),
        RollCallRefusal.RUNNING: _("没有再开始。上一次点名还没有结束，请等它结束。"),
        RollCallRefusal.NONE_RUNNING: _("没有记录。现在没有点名，请看老师的大屏。"),
        RollCallRefusal.OVER: _("没有记录。点名已经结束，请当面告诉老师您在教室。"),
        RollCallRefusal.WRONG_PICTURE: _("没有记录。这不是大屏上的图案，请看清后再选，还可以选 %(left)s 次。"),
        RollCallRefusal.TRIES_OVER: _("没有记录。已经选错 %(tries)s 次，请当面告诉老师您在教室。"),
        RollCallRefusal.ANSWERED: _("没有再记一次。这位学员已经答过点名，不用再点。"),
        RollCallRefusal.OWN: _("没有记录。不能替本人点名，请用自己的手机选图案，或由另一位老师来点。"),
        RollCallRefusal.NOT_ENROLLED: _("没有记录。这位学员不在本班名单里，请核对班级。"),
    }


@dataclass(frozen=True)
class Answered:
    """`pairing` are the two digits to show the trainer, where another learner answered on the same phone."""

    receipt: str
    at: datetime
    pairing: str


@dataclass(frozen=True)
class Called:
    """One learner of a roll-call as the trainer sees it."""

    learner_number: str
    name: str
    arrival_no: int


@dataclass(frozen=True)
class RollCallState:
    """`missing`: who was here when it began and has not answered, by arrival."""

    code: str
    picture: str
    started_at: datetime
    ends_at: datetime
    due: int
    missing: tuple[Called, ...]

    @property
    def answered(self) -> int:
        return self.due - len(self.missing)

    def is_running(self, now: datetime) -> bool:
        return now < self.ends_at


def suggested_at(*, lesson: Lesson, policy: Policy) -> datetime | None:
    """The minute at which the trainer is reminded: the same for a lesson at every look, and known to nobody before."""
    first, last = _window(lesson, policy)
    minutes = int((last - first).total_seconds() // 60) - policy.rollcall_minutes
    if not policy.rollcall_suggest or minutes <= 0:
        return None
    digest = privacy.sign(f"{lesson.code}:{lesson.starts_at.isoformat()}".encode(), purpose="rollcall", length=8)
    return first + timedelta(minutes=int.from_bytes(digest, "big") % minutes)


def _window(lesson: Lesson, policy: Policy) -> tuple[datetime, datetime]:
    return (
        lesson.starts_at + timedelta(minutes=policy.checkin_present_minutes),
        lesson.ends_at - timedelta(minutes=policy.checkout_opens_minutes),
    )


def start_roll_call(*, by: User, lesson: Lesson, now: datetime) -> RollCall:
    """Show a picture on the wall for `rollcall_minutes`.

    Refused with RollCallRefused: before the lesson began or once it may be left, stopped, or one is running.
    """
    policy = policies.of_class(training_class=lesson.training_class, on=policies.local_date(now))
    stopped = lesson.status == Lesson.Status.CANCELLED or lesson.training_class.status in TrainingClass.STOPPED
    if stopped or not lesson.starts_at <= now < _window(lesson, policy)[1]:
        raise RollCallRefused(RollCallRefusal.NOT_NOW)
    dice = SystemRandom()
    with transaction.atomic():
        Lesson.objects.select_for_update(of=("self",), no_key=True).get(pk=lesson.pk)
        held = list(RollCall.objects.filter(lesson=lesson))
        if any(now < one.ends_at for one in held):
            raise RollCallRefused(RollCallRefusal.RUNNING)
        shown = {one.picture for one in held}
        picture = dice.choice([key for key in PICTURES if key not in shown] or list(PICTURES))
        others = dice.sample(
            [key for key in PICTURES if key != picture], min(policy.rollcall_pictures, len(PICTURES)) - 1
        )
        made = RollCall.objects.create(
            code=fresh(prefix="D"),
            lesson=lesson,
            picture=picture,
            offered=sorted([picture, *others]),
            tries=policy.rollcall_tries,
            started_at=now,
            ends_at=now + timedelta(minutes=policy.rollcall_minutes),
            by=by,
        )
        audit.record(by=by, verb="roll_call_started", target=made, now=now, detail={"lesson": lesson.number})
    return made


def roll_call_for(*, learner_id: int, now: datetime) -> RollCall | None:
    """The roll-call that a learner may answer at this moment; one statement."""
    return (
        RollCall.objects.filter(
            ends_at__gt=now,
            started_at__lte=now,
            lesson__training_class__enrolments__learner=learner_id,
            lesson__training_class__enrolments__status=Enrolment.Status.ADMITTED,
        )
        .select_related("lesson__training_class__course")
        .order_by("-pk")
        .first()
    )


def pictures_for(*, roll_call: RollCall, learner_id: int) -> list[str]:
    """The pictures in an order of this learner's own: "the third one" helps nobody."""

    def place(picture: str) -> bytes:
        return privacy.sign(f"{roll_call.code}:{learner_id}:{picture}".encode(), purpose="rollcall", length=8)

    return sorted(roll_call.offered, key=place)


def answer_roll_call(*, learner_id: int, code: str, picture: str, device: str, now: datetime) -> Answered:
    """Record that a learner saw the picture; a second right answer gives the first receipt.

    On a phone with which another learner showed up at this lesson it waits for the trainer. Refused with
    RollCallRefused: none running, not of this class, the time is over, another picture, or too many of them. A wrong
    press is kept.
    """
    roll_call = RollCall.objects.select_related("lesson__training_class").filter(code=code).first()
    if roll_call is None:
        raise RollCallRefused(RollCallRefusal.NONE_RUNNING)
    with transaction.atomic():
        enrolment = _hold(roll_call, learner_id)
        tries = _tries(roll_call, learner_id)
        done = _done(tries)
        if done is not None and done.evidence is not None:
            return Answered(done.evidence.receipt, done.at, done.evidence.pairing)
        if now >= roll_call.ends_at:
            raise RollCallRefused(RollCallRefusal.OVER)
        if len(tries) >= roll_call.tries:
            raise RollCallRefused(RollCallRefusal.TRIES_OVER, tries=roll_call.tries)
        attempt = RollCallTry(
            roll_call=roll_call,
            learner_id=learner_id,
            number=len(tries) + 1,
            picture=picture[:12],
            device=device,
            at=now,
        )
        if picture == roll_call.picture:
            attempt.evidence = _witness(roll_call, enrolment, now, device=device)
        attempt.save()
    if attempt.evidence is None:
        left = roll_call.tries - attempt.number
        if not left:
            raise RollCallRefused(RollCallRefusal.TRIES_OVER, tries=roll_call.tries)
        raise RollCallRefused(RollCallRefusal.WRONG_PICTURE, left=left)
    return Answered(attempt.evidence.receipt, now, attempt.evidence.pairing)


def tick_present(*, by: User, roll_call: RollCall, learner: Learner, now: datetime) -> Evidence:
    """The trainer sees somebody who could not answer by phone; until the lesson ends.

    Refused with RollCallRefused: oneself, not of this class, answered already, or the lesson is over.
    """
    if learner.user_id == by.pk:
        raise RollCallRefused(RollCallRefusal.OWN)
    if now > roll_call.lesson.ends_at:
        raise RollCallRefused(RollCallRefusal.OVER)
    with transaction.atomic():
        enrolment = _hold(roll_call, learner.pk)
        tries = _tries(roll_call, learner.pk)
        if _done(tries) is not None:
            raise RollCallRefused(RollCallRefusal.ANSWERED)
        evidence = _witness(roll_call, enrolment, now, by=by)
        RollCallTry.objects.create(
            roll_call=roll_call, learner=learner, number=len(tries) + 1, at=now, by=by, evidence=evidence
        )
        audit.record(by=by, verb="roll_call_ticked", target=evidence, now=now, detail={"roll_call": roll_call.code})
    return evidence


def _hold(roll_call: RollCall, learner_id: int) -> Enrolment:
    """The presses of one learner come one after the other: each sees how many there were.

    Without the key: a mark that holds the attendance and refers to the enrolment is not kept waiting, nor this by it.
    """
    found = (
        Enrolment.objects.select_for_update(of=("self",), no_key=True)
        .filter(
            training_class=roll_call.lesson.training_class_id,
            learner=learner_id,
            status=Enrolment.Status.ADMITTED,
        )
        .first()
    )
    if found is None:
        raise RollCallRefused(RollCallRefusal.NOT_ENROLLED)
    return found


def _tries(roll_call: RollCall, learner_id: int) -> list[RollCallTry]:
    return list(RollCallTry.objects.select_related("evidence").filter(roll_call=roll_call, learner=learner_id))


def _done(tries: Sequence[RollCallTry]) -> RollCallTry | None:
    return next((one for one in tries if one.evidence_id is not None), None)


def _witness(
    roll_call: RollCall, enrolment: Enrolment, now: datetime, *, device: str = "", by: User | None = None
) -> Evidence:
    lesson, learner_id = roll_call.lesson, enrolment.learner_id
    shared = bool(device) and Evidence.objects.filter(lesson=lesson, device=device).exclude(learner=learner_id).exists()
    policy = policies.of_class(training_class=lesson.training_class, on=policies.local_date(now))
    row = Evidence(
        lesson=lesson,
        learner_id=learner_id,
        enrolment=enrolment,
        kind=Evidence.Kind.ROLLCALL,
        direction=Direction.PULSE,
        strength=Evidence.Strength.AWAITING if shared else Evidence.Strength.PROVED,
        origin=Evidence.Origin.TRAINER if by else Evidence.Origin.PHONE,
        happened_at=now,
        received_at=now,
        device=device,
        pairing=f"{secrets.randbelow(90) + 10}" if shared else "",
        by=by,
        reason="face_to_face" if by else "shared_device" if shared else "",
        note=roll_call.code,
    )
    known = Attendance.objects.filter(lesson=lesson, learner=learner_id).first()
    append(row=row, lesson=lesson, policy=policy, known=known, now=now)
    return row


def roll_call_state(*, lesson: Lesson) -> RollCallState | None:
    """The last roll-call of a lesson, and who is to be looked at. Three statements, one where there was none."""
    held = list(RollCall.objects.raw(LAST, [lesson.pk]))
    if not held:
        return None
    due, missing = who_answered(roll_call=held[0])
    return RollCallState(held[0].code, held[0].picture, held[0].started_at, held[0].ends_at, due, missing)


def who_answered(*, roll_call: RollCall) -> tuple[int, tuple[Called, ...]]:
    """How many were here when it began, and who of them gave no answer that stands. Two statements."""
    here = list(
        Attendance.objects.filter(lesson=roll_call.lesson_id, in_at__lte=roll_call.started_at)
        .exclude(out_at__lte=roll_call.started_at)
        .filter(enrolment__isnull=False)
        .order_by("enrolment__arrival_no")
        .values_list("learner_id", "learner__number", "learner__name", "enrolment__arrival_no")
    )
    answered = set(
        RollCallTry.objects.filter(roll_call=roll_call, evidence__isnull=False)
        .exclude(evidence__superseded_by__strength=Evidence.Strength.DENIED)
        .values_list("learner_id", flat=True)
    )
    missing = tuple(
        Called(number, name or str(Learner.ERASED), place) for pk, number, name, place in here if pk not in answered
    )
    return len(here), missing
