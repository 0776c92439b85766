"""The steps that let a completion count: the trainer proposes, the institution submits, the district approves.

The last one posts to the ledger in its own transaction.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q

from courses import audit, ledger
from courses.completion import steps
from courses.completion.assessing import Assessment, assess
from courses.completion.holding import refuse_held
from courses.completion.refusals import CompletionRefusal, CompletionRefused
from courses.models import (
    Completion,
    CompletionStep,
    CountEntry,
    Enrolment,
    Evidence,
    MakeUp,
    PaperLine,
    Regrade,
    Score,
    TrainingClass,
    User,
    Work,
)
from courses.people.numbers import fresh

Status = Completion.Status
Step = CompletionStep.Step


def propose(*, by: User, enrolment: Enrolment, now: datetime) -> Completion:
    """The trainer says that a learner completed; the reasoning of this moment is stored with it.

    Refused with CompletionRefused: a requirement not met, a class suspended or cancelled, proposed already. One
    that was returned is proposed anew.
    """
    return propose_as(by=by, enrolment=enrolment, assessment=assess(enrolment=enrolment, now=now), now=now)


def propose_as(*, by: User, enrolment: Enrolment, assessment: Assessment, now: datetime) -> Completion:
    """The same with what was assessed a moment ago, as for a whole class at once."""
    refusal = argue(enrolment, assessment)
    if refusal is not None:
        raise refusal
    with transaction.atomic():
        completion = _proposed(by, enrolment, assessment, now)
        told = completion.proposed_reasoning
        steps.keep(completion=completion, step=Step.PROPOSED, by=by, now=now, reasoning=told)
        audit.record(by=by, verb="completion_proposed", target=completion, now=now)
    return completion


def _proposed(by: User, enrolment: Enrolment, assessment: Assessment, now: datetime) -> Completion:
    reasoning = steps.argued(enrolment=enrolment, assessment=assessment)
    fields = {
        "status": Status.PROPOSED,
        "proposed_by": by,
        "proposed_at": now,
        "proposed_reasoning": reasoning,
        "submitted_by": None,
        "submitted_at": None,
        "submitted_reasoning": None,
    }
    if Completion.objects.filter(enrolment=enrolment, status=Status.RETURNED).update(**fields):
        return Completion.objects.get(enrolment=enrolment)
    try:
        with transaction.atomic():
            return Completion.objects.create(number=fresh(prefix="Z"), enrolment=enrolment, **fields)
    except IntegrityError as error:
        raise CompletionRefused(CompletionRefusal.ALREADY_PROPOSED) from error


def submit(*, by: User, completion: Completion, now: datetime) -> None:
    """The institution hands a proposal to its district; assessed anew, and the reasoning stored again.

    Who proposed may submit too, where one person holds both posts: what counts is decided by the district, which is
    neither of them.
    """
    with transaction.atomic():
        assessment = passed_alone(completion.enrolment, now)
        told = steps.argued(enrolment=completion.enrolment, assessment=assessment)
        move(
            completion,
            Status.PROPOSED,
            Status.SUBMITTED,
            submitted_by=by,
            submitted_at=now,
            submitted_reasoning=told,
        )
        steps.keep(completion=completion, step=Step.SUBMITTED, by=by, now=now, reasoning=told)
        audit.record(by=by, verb="completion_submitted", target=completion, now=now)


def approve(*, by: User, completion: Completion, now: datetime, reason: str = "") -> CountEntry | None:
    """The district lets it count: status, reasoning, ledger line and roll-ups in one transaction.

    Returns the line, or None with `not_counted` on the completion. Refused with CompletionRefused: approved by who
    proposed or submitted it, gave evidence for this learner by hand, recorded a score, judged a work or is the learner
    (two people for anything that counts), not submitted, a requirement no longer met, a class suspended meanwhile, a
    signal about this learner that holds it and that nobody has looked at, signals of the class that are still to be
    found; with LedgerRefused when today is sealed, or the line would fall into a closed month and no reason is given.
    """
    refuse_interested(by=by, completion=completion)
    with transaction.atomic():
        assessment = passed_alone(completion.enrolment, now)
        refuse_held(completion=completion, now=now)
        told = steps.argued(enrolment=completion.enrolment, assessment=assessment)
        move(
            completion,
            Status.SUBMITTED,
            Status.APPROVED,
            approved_by=by,
            approved_at=now,
            approved_reasoning=told,
        )
        steps.keep(completion=completion, step=Step.APPROVED, by=by, now=now, reasoning=told)
        entry = ledger.post(completion=completion, by=by, now=now, reason=reason)
        audit.record(
            by=by,
            verb="completion_approved",
            target=completion,
            now=now,
            detail={"entry": entry.code} if entry else {"not_counted": completion.not_counted},
        )
    return entry


def refuse_interested(*, by: User, completion: Completion) -> None:
    """Who had a part in a completion does not decide on its count."""
    if interested(by=by, completions=[completion]):
        raise CompletionRefused(CompletionRefusal.SAME_PERSON)


def interested(*, by: User, completions: Sequence[Completion]) -> set[int]:
    """By id, those that this person proposed or submitted, also before they were returned, gave evidence for by hand or
    on paper or handed it in from a phone, recorded a score of or agreed to another, judged a work of, asked for
    another grade of it or agreed to that, or are their own."""
    marked = Evidence.objects.filter(
        Q(by=by) | Q(kit_entry__by=by), learner=OuterRef("learner"), lesson__training_class=OuterRef("training_class")
    )
    entered = PaperLine.objects.filter(entry__entered_by=by, row__enrolment=OuterRef("pk"), accepted=True)
    witnessed = MakeUp.objects.filter(witnessed_by=by, enrolment=OuterRef("pk"), status=MakeUp.Status.COUNTED)
    examined = Score.objects.filter(Q(by=by) | Q(decided_by=by, status=Score.Status.HELD), enrolment=OuterRef("pk"))
    judged = Work.objects.filter(reviewer=by, enrolment=OuterRef("pk"))
    regraded = Regrade.objects.filter(
        Q(by=by) | Q(decided_by=by, status=Regrade.Status.HELD), work__enrolment=OuterRef("pk")
    )
    put_forward = CompletionStep.objects.filter(
        by=by, completion__enrolment=OuterRef("pk"), step__in=[Step.PROPOSED, Step.SUBMITTED]
    )
    part = (
        Exists(marked)
        | Exists(entered)
        | Exists(witnessed)
        | Exists(examined)
        | Exists(judged)
        | Exists(regraded)
        | Exists(put_forward)
        | Q(learner__user=by)
        | Q(learner__merge__kept__user=by)
    )
    rows = Enrolment.objects.filter(part, pk__in=[row.enrolment_id for row in completions])
    own = set(rows.values_list("pk", flat=True))
    return {
        row.pk for row in completions if by.pk in (row.proposed_by_id, row.submitted_by_id) or row.enrolment_id in own
    }


def send_back(*, by: User, completion: Completion, reason: str, now: datetime) -> None:
    """Return a proposal or a submission, with the reason that trainer and institution read."""
    _let_go(completion, Status(completion.status), Step.RETURNED, by, reason, now)


def return_proposal(*, by: User, completion: Completion, reason: str, now: datetime) -> None:
    """The institution does not hand in what a trainer proposed and says why; the trainer may propose it anew.

    Refused with CompletionRefused without a reason, or when it was handed in, returned or withdrawn already.
    """
    _let_go(completion, Status.PROPOSED, Step.RETURNED, by, reason, now)


def withdraw(*, by: User, completion: Completion, reason: str, now: datetime) -> None:
    """The trainer takes a wrong proposal back, as long as the institution has not handed it in.

    Refused with CompletionRefused by anybody but who proposed it, without a reason, or when it is no longer a proposal.
    """
    if by.pk != completion.proposed_by_id:
        raise CompletionRefused(CompletionRefusal.NOT_PROPOSER)
    _let_go(completion, Status.PROPOSED, Step.WITHDRAWN, by, reason, now)


def _let_go(
    completion: Completion, at: Status, step: CompletionStep.Step, by: User, reason: str, now: datetime
) -> None:
    if not reason.strip():
        raise CompletionRefused(CompletionRefusal.REASON_MISSING)
    with transaction.atomic():
        move(completion, at, Status.RETURNED, **sent_back(by, reason, now))
        steps.keep(completion=completion, step=step, by=by, now=now, reason=reason)
        audit.record(by=by, verb=f"completion_{step.value}", target=completion, now=now)


def sent_back(by: User, reason: str, now: datetime) -> dict[str, Any]:
    return {"sent_back_by": by, "sent_back_at": now, "return_reason": reason.strip()[:200]}


NEXT: dict[Status, frozenset[Status]] = {
    Status.PROPOSED: frozenset({Status.SUBMITTED, Status.RETURNED}),
    Status.SUBMITTED: frozenset({Status.APPROVED, Status.RETURNED}),
    Status.RETURNED: frozenset({Status.PROPOSED}),
    Status.APPROVED: frozenset({Status.REVOKED}),
    Status.REVOKED: frozenset(),
}


def move(completion: Completion, at: Status, to: Status, **changes: Any) -> None:
    """One conditional update decides between rivals."""
    if to not in NEXT[at] or not Completion.objects.filter(pk=completion.pk, status=at).update(status=to, **changes):
        raise CompletionRefused(CompletionRefusal.WRONG_STATUS, status=Status(completion.status).label)
    for name, value in {"status": to, **changes}.items():
        setattr(completion, name, value)


STOPPED = (*TrainingClass.UNAPPROVED, TrainingClass.Status.SUSPENDED)


def passed_alone(enrolment: Enrolment, now: datetime) -> Assessment:
    """Assessed inside a transaction, while no score of the enrolment changes (`scores` takes this lock as well)."""
    Enrolment.objects.select_for_update(no_key=True).get(pk=enrolment.pk)
    assessment = assess(enrolment=enrolment, now=now)
    refusal = argue(enrolment, assessment)
    if refusal is not None:
        raise refusal
    return assessment


def argue(enrolment: Enrolment, assessment: Assessment) -> CompletionRefused | None:
    status = TrainingClass.Status(enrolment.training_class.status)
    if status in STOPPED:
        return CompletionRefused(CompletionRefusal.CLASS_STOPPED, status=status.label)
    if not assessment.passed:
        words = "、".join(finding.sentence for finding in assessment.missing)
        return CompletionRefused(CompletionRefusal.NOT_MET, missing=words)
    return None
