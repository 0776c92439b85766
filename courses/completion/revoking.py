"""An approved completion is taken back; what it counted is reversed."""

from datetime import datetime

from django.db import transaction

from courses import audit, ledger
from courses.completion.deciding import move, sent_back
from courses.completion.refusals import CompletionRefusal, CompletionRefused
from courses.models import Completion, CountEntry, User


def revoke(*, by: User, completion: Completion, reason: str, now: datetime) -> CountEntry | None:
    """Take an approved completion back; the ledger gets its −1 line in the same transaction."""
    if not reason.strip():
        raise CompletionRefused(CompletionRefusal.REASON_MISSING)
    if by.pk == completion.approved_by_id:
        raise CompletionRefused(CompletionRefusal.SAME_PERSON)
    with transaction.atomic():
        move(completion, Completion.Status.APPROVED, Completion.Status.REVOKED, **sent_back(by, reason, now))
        entry = ledger.reverse(by=by, completion=completion, reason=reason, now=now)
        audit.record(by=by, verb="completion_revoked", target=completion, now=now)
    return entry
