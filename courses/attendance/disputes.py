"""异议: a learner contests one lesson; the trainer answers, the institution decides, and a ruling is evidence.

Two people stand apart from the record: whoever answered does not decide, and who teaches the class or wrote any of the
record decides nothing.
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum

from django.core.files.base import File
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from courses import audit, dates, notices
from courses import policy as policies
from courses.attendance import membership
from courses.attendance.derive import LEAVE_REASONS
from courses.attendance.evidence import append, lock
from courses.models import (
    Attendance,
    Completion,
    Direction,
    Dispute,
    Enrolment,
    Evidence,
    Lesson,
    OutboxMessage,
    User,
)
from courses.people import proofs
from courses.people.numbers import fresh
from courses.refusals import Refused

Status = Dispute.Status
TEXT_MAX = 500


class DisputeRefusal(StrEnum):
    TEXT_MISSING = "text_missing"
    NOT_YOURS = "not_yours"
    NOT_OVER = "not_over"
    TOO_LATE = "too_late"
    ALREADY_RAISED = "already_raised"
    COMPLETED = "completed"
    ALREADY_DECIDED = "already_decided"
    ANSWER_FIRST = "answer_first"
    SAME_PERSON = "same_person"
    OWN_CLASS = "own_class"
    WRONG_TIMES = "wrong_times"


class DisputeRefused(Refused):
    sentences = {
        DisputeRefusal.TEXT_MISSING: _("请写明理由，未提交。"),
        DisputeRefusal.NOT_YOURS: _("这次课不属于您或已取消，不能提异议，未提交。请从「我的学习」另选课次。"),
        DisputeRefusal.NOT_OVER: _("还没有下课，考勤可能还会变，未提交。请下课后再看。"),
        DisputeRefusal.TOO_LATE: _("已超过下课后 %(days)s 天的异议期限，未提交。如有疑问请联系培训机构。"),
        DisputeRefusal.ALREADY_RAISED: _("这次课已提过异议，未重复提交。请在本页查看进度。"),
        DisputeRefusal.COMPLETED: _("结业已批准，考勤不再更改，未提交。如有疑问请联系培训机构。"),
        DisputeRefusal.ALREADY_DECIDED: _("这份异议已经办过，未改动。请刷新后查看结果。"),
        DisputeRefusal.ANSWER_FIRST: _("老师还没有答复，未保存。%(until)s 还没有答复的，可以直接决定。"),
        DisputeRefusal.SAME_PERSON: _("本人经手过这次考勤，须由另一位管理员决定，未保存。"),
        DisputeRefusal.OWN_CLASS: _("自己任课的班，异议须由另一位管理员决定，未保存。您可以在「我的班」答复。"),
        DisputeRefusal.WRONG_TIMES: _("到课和离开的时间不对，未保存。请填课次之内的时间，离开晚于到课。"),
    }


class Outcome(StrEnum):
    """What a decision makes of the lesson."""

    KEEP = "keep"
    PRESENT = "present"
    LEAVE = "leave"
    SICK = "sick"


@dataclass(frozen=True)
class Hours:
    """From when to when the learner was there, on the clock of the city; of a lesson over midnight, of either day."""

    came: time
    left: time


def dispute_until(*, lesson: Lesson, policy: policies.Policy) -> datetime:
    """The end of the term in which a lesson may be contested: `dispute_days` days of 24 hours after its end."""
    return lesson.ends_at + timedelta(days=policy.dispute_days)


def raise_dispute(
    *,
    enrolment: Enrolment,
    lesson: Lesson,
    text: str,
    content: "File[bytes] | None",
    by: User | None,
    now: datetime,
) -> Dispute:
    """Contest what a lesson of one's own was recorded as; what it was then is kept with it.

    Refused with DisputeRefused: no text, not theirs or cancelled, not over, past the term, raised already, completion
    approved; with ProofRefused where a file cannot be kept.
    """
    if not text.strip():
        raise DisputeRefused(DisputeRefusal.TEXT_MISSING)
    state = Attendance.objects.filter(lesson=lesson, learner=enrolment.learner_id).first()
    _may_contest(enrolment, lesson, state, now)
    if Dispute.objects.filter(enrolment=enrolment, lesson=lesson).exclude(status=Status.WITHDRAWN).exists():
        raise DisputeRefused(DisputeRefusal.ALREADY_RAISED)
    proof = proofs.hand_in_claim(learner=enrolment.learner, content=content, by=by, now=now) if content else None
    dispute = Dispute(
        code=fresh(prefix="", length=26), enrolment=enrolment, lesson=lesson,
        was_status=state.status if state else Attendance.Status.UNMARKED, was_minutes=state.minutes if state else 0,
        text=text.strip()[:TEXT_MAX], proof=proof, raised_at=now, decide_from=_decide_from(enrolment, now),
    )  # fmt: skip
    try:
        with transaction.atomic():
            dispute.save()
            audit.record(by=by, verb="dispute_raised", target=dispute, now=now, detail={"lesson": lesson.number})
    except IntegrityError:
        raise DisputeRefused(DisputeRefusal.ALREADY_RAISED) from None
    return dispute


def _may_contest(enrolment: Enrolment, lesson: Lesson, state: Attendance | None, now: datetime) -> None:
    own = lesson.training_class_id == enrolment.training_class_id
    theirs = membership.is_theirs(enrolment=enrolment, lesson=lesson, came=membership.came(state))
    if not own or not theirs or lesson.status != Lesson.Status.PLANNED:
        raise DisputeRefused(DisputeRefusal.NOT_YOURS)
    if now < lesson.ends_at:
        raise DisputeRefused(DisputeRefusal.NOT_OVER)
    policy = policies.of_class(training_class=enrolment.training_class, on=policies.local_date(now))
    if now > dispute_until(lesson=lesson, policy=policy):
        raise DisputeRefused(DisputeRefusal.TOO_LATE, days=policy.dispute_days)
    if Completion.objects.filter(enrolment=enrolment, status=Completion.Status.APPROVED).exists():
        raise DisputeRefused(DisputeRefusal.COMPLETED)


def _decide_from(enrolment: Enrolment, now: datetime) -> datetime:
    """Whoever has to answer has `dispute_answer_days` days of 24 hours for it."""
    policy = policies.of_class(training_class=enrolment.training_class, on=policies.local_date(now))
    return now + timedelta(days=policy.dispute_answer_days)


def take_back(*, dispute: Dispute, by: User, now: datetime) -> None:
    """The learner withdraws what the institution has not decided. Refused with DisputeRefused afterwards."""
    with transaction.atomic():
        _move(dispute, Dispute.OPEN, Status.WITHDRAWN)
        audit.record(by=by, verb="dispute_withdrawn", target=dispute, now=now)


def answer(*, by: User, dispute: Dispute, support: bool, text: str, now: datetime) -> None:
    """What a trainer of the class says to it: whether the record should be corrected, and why. Nothing changes by it.

    Refused with DisputeRefused: no text, answered already, or the learner's own login.
    """
    if not text.strip():
        raise DisputeRefused(DisputeRefusal.TEXT_MISSING)
    if dispute.enrolment.learner.user_id == by.pk:
        raise DisputeRefused(DisputeRefusal.SAME_PERSON)
    with transaction.atomic():
        said = text.strip()[:TEXT_MAX]
        _move(
            dispute, (Status.RAISED,), Status.ANSWERED,
            supported=support, answer=said, answered_by=by, answered_at=now, decide_from=now,
        )  # fmt: skip
        audit.record(by=by, verb="dispute_answered", target=dispute, now=now, detail={"supported": support})


def decide(*, by: User, dispute: Dispute, outcome: Outcome, hours: Hours | None, text: str, now: datetime) -> None:
    """The last word, with its reason: the record is kept, or rows of evidence that overrule it are appended.

    `hours` are wanted for PRESENT. Refused with DisputeRefused: no reason, decided already, the trainer's time to
    answer is not over, by who answered, teaches the class or wrote evidence of this learner and lesson, wrong hours.
    Once completion is approved the record can only be kept.
    """
    if not text.strip():
        raise DisputeRefused(DisputeRefusal.TEXT_MISSING)
    _may_decide(by, dispute, outcome, now)
    moments = _moments(dispute.lesson, hours) if outcome == Outcome.PRESENT else None
    to = Status.KEPT if outcome == Outcome.KEEP else Status.CORRECTED
    with transaction.atomic():
        lock(lesson_id=dispute.lesson_id, learner_id=dispute.enrolment.learner_id)
        _move(dispute, Dispute.OPEN, to, decision=text.strip()[:TEXT_MAX], decided_by=by, decided_at=now)
        if outcome != Outcome.KEEP:
            _rule(by, dispute, outcome, moments, now)
        audit.record(by=by, verb=f"dispute_{to}", target=dispute, now=now, detail={"outcome": outcome})
        _tell(dispute, now)


def _may_decide(by: User, dispute: Dispute, outcome: Outcome, now: datetime) -> None:
    learner = dispute.enrolment.learner
    touched = Evidence.objects.filter(Q(by=by) | Q(kit_entry__by=by), lesson=dispute.lesson_id, learner=learner)
    if touched.exists() or by.pk in (dispute.answered_by_id, learner.user_id):
        raise DisputeRefused(DisputeRefusal.SAME_PERSON)
    if dispute.enrolment.training_class.trainers.filter(pk=by.pk).exists():
        raise DisputeRefused(DisputeRefusal.OWN_CLASS)
    approved = Completion.objects.filter(enrolment=dispute.enrolment_id, status=Completion.Status.APPROVED)
    if outcome != Outcome.KEEP and approved.exists():
        raise DisputeRefused(DisputeRefusal.COMPLETED)
    if now < dispute.decide_from:
        raise DisputeRefused(DisputeRefusal.ANSWER_FIRST, until=dates.moment(dispute.decide_from))


def _moments(lesson: Lesson, hours: Hours | None) -> tuple[datetime, datetime]:
    there = moments_of(lesson=lesson, hours=hours)
    if there is None:
        raise DisputeRefused(DisputeRefusal.WRONG_TIMES)
    return there


def moments_of(*, lesson: Lesson, hours: Hours | None) -> tuple[datetime, datetime] | None:
    """From when to when, within the lesson and in this order; None where the hours cannot be."""
    if hours is None:
        return None
    came, left = (_on_the_day_of(lesson, clock) for clock in (hours.came, hours.left))
    return (came, left) if lesson.starts_at <= came < left <= lesson.ends_at else None


def _on_the_day_of(lesson: Lesson, clock: time) -> datetime:
    """The moment of a clock reading: on the day of the start, or after midnight where the lesson goes on so long."""
    first = datetime.combine(policies.local_date(lesson.starts_at), clock, policies.CITY_TIME)
    return first if first >= lesson.starts_at else first + timedelta(days=1)


def _rule(
    by: User, dispute: Dispute, outcome: Outcome, moments: tuple[datetime, datetime] | None, now: datetime
) -> None:
    """Rulings stand above whatever else was said: an arrival and a leaving, or an excuse."""
    if moments is None:
        _append(by, dispute, Direction.IN, dispute.lesson.starts_at, LEAVE_REASONS[outcome].value, now)
        return
    _append(by, dispute, Direction.IN, moments[0], "dispute", now)
    _append(by, dispute, Direction.OUT, moments[1], "dispute", now)


def _append(by: User, dispute: Dispute, direction: Direction, at: datetime, reason: str, now: datetime) -> None:
    lesson, enrolment = dispute.lesson, dispute.enrolment
    policy = policies.of_class(training_class=enrolment.training_class, on=policies.local_date(now))
    row = Evidence(
        lesson=lesson,
        learner_id=enrolment.learner_id,
        enrolment=enrolment,
        kind=Evidence.Kind.RULING,
        direction=direction,
        strength=Evidence.Strength.PROVED,
        happened_at=at,
        claimed_at=dispute.raised_at,
        received_at=now,
        by=by,
        reason=reason,
        note=dispute.code,
    )
    known = Attendance.objects.filter(lesson=lesson, learner=enrolment.learner_id).first()
    append(row=row, lesson=lesson, policy=policy, known=known, now=now)


def _move(dispute: Dispute, from_: tuple[Status, ...], to: Status, **fields: object) -> None:
    if not Dispute.objects.filter(pk=dispute.pk, status__in=from_).update(status=to, **fields):
        raise DisputeRefused(DisputeRefusal.ALREADY_DECIDED)
    dispute.status = to
    for name, value in fields.items():
        setattr(dispute, name, value)


def _tell(dispute: Dispute, now: datetime) -> None:
    learner = dispute.enrolment.learner
    notices.queue(
        kind=f"dispute_{dispute.status}",
        channel=OutboxMessage.Channel.SMS,
        learner=learner,
        to=learner.phone,
        params={
            "course": dispute.enrolment.training_class.course.name,
            "number": dispute.lesson.number,
            "reason": dispute.decision,
        },
        now=now,
        training_class=dispute.enrolment.training_class,
    )
