"""请假和异议 of one class, as the trainer and the institution see them: with the name, the words, the file, the lesson."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Case, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from courses import access, policy
from courses.access import Permission
from courses.attendance import leave
from courses.attendance.turned_away import TurnedAway, turned_away_of
from courses.models import Attendance, Dispute, Enrolment, LeaveRequest, Proof, TrainingClass, User
from courses.people import proofs
from courses.web.attachments import attachment
from courses.web.presence import GAPS, SHAPES, why_turned_away

FEW = 50


@dataclass(frozen=True)
class Contested:
    """A dispute with what the lesson is recorded as now, and the learner's scans there that were turned away."""

    dispute: Dispute
    shape: str
    word: Any
    minutes: int
    gaps: list[tuple[Any, int]]
    turned_away: list[tuple[TurnedAway, Any]]


def listed(*, training_class: TrainingClass, user: User, permission: Permission, now: datetime) -> dict[str, Any]:
    """Open ones first, then the latest decided; fifty of each kind in all. Five statements, one more
    where something is contested."""
    asked = access.visible_leave(user=user, now=now, permission=permission).filter(
        enrolment__training_class=training_class
    )
    raised = access.visible_disputes(user=user, now=now, permission=permission).filter(
        enrolment__training_class=training_class
    )
    of_leave = list(
        asked.exclude(status=LeaveRequest.Status.WITHDRAWN)
        .select_related("enrolment__learner", "proof", "decided_by")
        .prefetch_related("covers__lesson")
        .annotate(place=_waiting_first(LeaveRequest.Status.ASKED))
        .order_by("place", "-asked_at", "-pk")[:FEW]
    )
    contested = _contested(
        list(
            raised.exclude(status=Dispute.Status.WITHDRAWN)
            .select_related("enrolment__learner", "lesson", "proof", "answered_by", "decided_by")
            .annotate(place=_waiting_first(*Dispute.OPEN))
            .order_by("place", "-raised_at", "-pk")[:FEW]
        )
    )
    return {
        "training_class": training_class,
        "leave_open": [row for row in of_leave if row.status == LeaveRequest.Status.ASKED],
        "leave_done": [row for row in of_leave if row.status != LeaveRequest.Status.ASKED],
        "disputes_open": [row for row in contested if row.dispute.status in Dispute.OPEN],
        "disputes_done": [row for row in contested if row.dispute.status not in Dispute.OPEN],
        "answer_max": leave.TEXT_MAX,
        "hour": policy.of_class(training_class=training_class, on=policy.local_date(now)).hour_minutes,
        "now": now,
    }


def _waiting_first(*statuses: str) -> Case:
    """What waits is never pushed off the page by what was decided since."""
    return Case(When(status__in=statuses, then=0), default=1)


def _contested(rows: list[Dispute]) -> list[Contested]:
    states = {
        (state.lesson_id, state.learner_id): state
        for state in Attendance.objects.filter(
            lesson__in={row.lesson_id for row in rows}, learner__in={row.enrolment.learner_id for row in rows}
        )
    }
    pairs = [(row.lesson_id, row.enrolment.learner_id) for row in rows]
    refused = turned_away_of(pairs=pairs) if pairs else {}
    return [_one(row, states.get(pair), refused.get(pair, [])) for row, pair in zip(rows, pairs, strict=True)]


def _one(row: Dispute, state: Attendance | None, refused: list[TurnedAway]) -> Contested:
    status = state.status if state else Attendance.Status.UNMARKED
    gaps = [(GAPS[code], minutes) for code, minutes in state.missing if minutes] if state else []
    told = [(one, why_turned_away(one.code)) for one in refused]
    return Contested(row, *SHAPES[status], state.minutes if state else 0, gaps, told)


def decide_leave(
    request: HttpRequest, *, user: User, training_class: TrainingClass, code: str, permission: Permission, now: datetime
) -> None:
    """One decision on one request of the class; refused as `leave.decide` refuses."""
    rows = access.visible_leave(user=user, now=now, permission=permission).filter(
        enrolment__training_class=training_class
    )
    row = get_object_or_404(rows.select_related("enrolment__learner", "enrolment__training_class__course"), code=code)
    grant = request.POST.get("decision") == "grant"
    leave.decide(by=user, request=row, grant=grant, answer=request.POST.get("answer", ""), now=now)


def contested(
    *, user: User, training_class: TrainingClass, code: str, permission: Permission, now: datetime
) -> Dispute:
    rows = access.visible_disputes(user=user, now=now, permission=permission).filter(
        enrolment__training_class=training_class
    )
    return get_object_or_404(
        rows.select_related("lesson", "enrolment__learner", "enrolment__training_class__course"), code=code
    )


def _claimed_by(proof: Proof) -> Enrolment:
    claim = proof.leave_requests.first() or proof.disputes.first()
    assert claim is not None
    return claim.enrolment


def file_of(*, user: User, training_class: TrainingClass, code: str, now: datetime) -> HttpResponse:
    """A file that bears out a request or a dispute of this class, as a download; the look is kept."""
    proof = get_object_or_404(proofs.of_claims(training_class=training_class).select_related("learner"), code=code)
    enrolment = _claimed_by(proof)
    content = proofs.look(by=user, proof=proof, enrolment=enrolment, now=now)
    return attachment(content=content, kind=proof.kind, name=f"{enrolment.number}-{proof.code[:4]}")
