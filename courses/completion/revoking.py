"""撤销: an approved completion taken back by two people, and a freed one counted by a decision."""

from datetime import datetime
from enum import StrEnum

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from courses import audit, ledger
from courses.completion import steps
from courses.completion.deciding import move, passed_alone, refuse_interested, sent_back
from courses.completion.holding import refuse_held
from courses.completion.refusals import CompletionRefusal, CompletionRefused
from courses.ledger import NotCounted
from courses.models import Completion, CompletionStep, CountEntry, Revocation, Undercut, User
from courses.people.numbers import fresh
from courses.refusals import Refused

Status = Revocation.Status


class RevocationRefusal(StrEnum):
    NOT_APPROVED = "not_approved"
    ALREADY = "already"
    SAME_PERSON = "same_person"
    APPROVER = "approver"
    DECIDED = "decided"
    NOT_FREED = "not_freed"
    UNDERCUT = "undercut"


class RevocationRefused(Refused):
    sentences = {
        RevocationRefusal.NOT_APPROVED: _("这条结业没有批准，不能撤销，未保存。请刷新后再看。"),
        RevocationRefusal.ALREADY: _("这条结业已经提出过撤销，未重复保存。请等他人确认。"),
        RevocationRefusal.SAME_PERSON: _("撤销须由另一人确认，未改动。请交他人办理。"),
        RevocationRefusal.APPROVER: _("当初批准这条结业的人不能决定是否撤销，未改动。请交他人办理。"),
        RevocationRefusal.DECIDED: _("这条撤销已经办结，未改动。请刷新后再看。"),
        RevocationRefusal.NOT_FREED: _("这条结业现在不能重新计数，未改动。请刷新后再看。"),
        RevocationRefusal.UNDERCUT: _("这条结业的依据有变，还没有人决定，未计数。请先在「依据有变」办理。"),
    }


def propose_revocation(*, by: User, completion: Completion, reason: str, now: datetime) -> Revocation:
    """Say why an approved completion has to go; it stands and counts until somebody else confirms.

    Refused with CompletionRefused without a reason; with RevocationRefused when it is not approved or a proposal waits.
    """
    said = _reasoned(reason)
    if completion.status != Completion.Status.APPROVED:
        raise RevocationRefused(RevocationRefusal.NOT_APPROVED)
    try:
        with transaction.atomic():
            made = Revocation.objects.create(
                number=fresh(prefix="R"), completion=completion, reason=said, proposed_by=by, proposed_at=now
            )
            detail = {"revocation": made.number}
            audit.record(by=by, verb="revocation_proposed", target=completion, now=now, detail=detail)
    except IntegrityError as error:
        raise RevocationRefused(RevocationRefusal.ALREADY) from error
    return made


def confirm_revocation(*, by: User, revocation: Revocation, now: datetime) -> CountEntry | None:
    """Take the completion back; the ledger gets its −1 line in the same transaction. Gives that line, if it counted.

    Refused with RevocationRefused: by who proposed it or approved the completion, decided already; with
    CompletionRefused when the completion is no longer approved; with LedgerRefused when today is sealed.
    """
    completion = revocation.completion
    if by.pk == revocation.proposed_by_id:
        raise RevocationRefused(RevocationRefusal.SAME_PERSON)
    if by.pk == completion.approved_by_id:
        raise RevocationRefused(RevocationRefusal.APPROVER)
    with transaction.atomic():
        # Alone with the books before any row is held: two that free each other's duplicates would wait for ever.
        ledger.exclude()
        _decide(revocation, Status.CONFIRMED, by, now)
        gone = sent_back(by, revocation.reason, now)
        move(completion, Completion.Status.APPROVED, Completion.Status.REVOKED, **gone)
        steps.keep(completion=completion, step=CompletionStep.Step.REVOKED, by=by, now=now, reason=revocation.reason)
        entry = ledger.reverse(by=by, completion=completion, reason=revocation.reason, now=now)
        detail = {"revocation": revocation.number, "entry": entry.code if entry else ""}
        audit.record(by=by, verb="completion_revoked", target=completion, now=now, detail=detail)
    return entry


def drop_revocation(*, by: User, revocation: Revocation, reason: str, now: datetime) -> None:
    """Leave the completion as it is, as who proposed it may too.

    Refused without a reason, by who approved the completion, or when decided.
    """
    said = _reasoned(reason)
    if by.pk == revocation.completion.approved_by_id:
        raise RevocationRefused(RevocationRefusal.APPROVER)
    with transaction.atomic():
        _decide(revocation, Status.DROPPED, by, now, decision=said)
        detail = {"revocation": revocation.number}
        audit.record(by=by, verb="revocation_dropped", target=revocation.completion, now=now, detail=detail)


def count_again(*, by: User, completion: Completion, reason: str, now: datetime) -> CountEntry | None:
    """Count a completion that a line kept out which no longer stands. Nothing does so by itself.

    Gives the line; None where another line holds the claim by now, or something else speaks against it. Refused with
    CompletionRefused without a reason, by who proposed, submitted or marked, and for whatever keeps an approval from
    being given today; with RevocationRefused when it was not freed, or people have yet to decide what undercuts it;
    with LedgerRefused when today is sealed.
    """
    said = _reasoned(reason)
    refuse_interested(by=by, completion=completion)
    with transaction.atomic():
        # The books before the row, in the order of whoever takes a completion back.
        ledger.share()
        passed_alone(completion.enrolment, now)
        refuse_held(completion=completion, now=now)
        if Undercut.objects.filter(completion=completion, status=Undercut.Status.OPEN).exists():
            raise RevocationRefused(RevocationRefusal.UNDERCUT)
        freed = Completion.objects.filter(
            pk=completion.pk, status=Completion.Status.APPROVED, not_counted=NotCounted.FREED
        )
        if not freed.update(not_counted=""):
            raise RevocationRefused(RevocationRefusal.NOT_FREED)
        completion.refresh_from_db(fields=["not_counted", "revision", "status"])
        entry = ledger.post(completion=completion, by=by, now=now, reason=said)
        detail = {"entry": entry.code} if entry else {"not_counted": completion.not_counted}
        audit.record(by=by, verb="completion_counted_again", target=completion, now=now, detail=detail)
    return entry


def _reasoned(reason: str) -> str:
    if not reason.strip():
        raise CompletionRefused(CompletionRefusal.REASON_MISSING)
    return reason.strip()[:200]


def _decide(revocation: Revocation, status: Status, by: User, now: datetime, decision: str = "") -> None:
    changes = {"status": status, "decided_by": by, "decided_at": now, "decision": decision}
    if not Revocation.objects.filter(pk=revocation.pk, status=Status.PROPOSED).update(**changes):
        raise RevocationRefused(RevocationRefusal.DECIDED)
    for name, value in changes.items():
        setattr(revocation, name, value)
