"""批量批准: many completions approved together. Until its window ends the batch can be taken back without a trace in the
ledger; then each is approved in a transaction of its own, posting included."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from courses import audit
from courses import policy as policies
from courses.completion.deciding import approve
from courses.completion.many import NEEDED
from courses.models import ApprovalBatch, ApprovalLine, Completion, User
from courses.people.numbers import fresh
from courses.refusals import Refused

Status = ApprovalBatch.Status


class BatchRefusal(StrEnum):
    NOTHING = "nothing"
    IN_ANOTHER = "in_another"
    TOO_LATE = "too_late"
    NOT_YOURS = "not_yours"


class BatchRefused(Refused):
    sentences = {
        BatchRefusal.NOTHING: _("没有可批准的结业，未保存。请刷新后再看。"),
        BatchRefusal.IN_ANOTHER: _("其中有人已在另一批待生效的批准里，未保存。请刷新后再批。"),
        BatchRefusal.TOO_LATE: _("这一批已经生效或撤回，没有改动。请刷新后再看；要撤销已批准的结业，请逐人提出撤销。"),
        BatchRefusal.NOT_YOURS: _("只有提交这一批的人可以撤回或提前生效，没有改动。请联系经办人。"),
    }


def approve_later(*, by: User, completions: Sequence[Completion], now: datetime, reason: str = "") -> ApprovalBatch:
    """Keep the approval of many until `approval_undo_minutes` are over; nothing is approved and nothing counts yet.

    Refused with BatchRefused: none of them is submitted, or one lies in another open batch.
    """
    submitted = [row for row in completions if row.status == Completion.Status.SUBMITTED]
    if not submitted:
        raise BatchRefused(BatchRefusal.NOTHING)
    minutes = policies.current(on=policies.local_date(now)).approval_undo_minutes
    try:
        with transaction.atomic():
            batch = ApprovalBatch.objects.create(
                number=fresh(prefix="B"),
                by=by,
                at=now,
                settles_at=now + timedelta(minutes=minutes),
                reason=reason.strip()[:200],
            )
            ApprovalLine.objects.bulk_create([ApprovalLine(batch=batch, completion=row) for row in submitted])
            detail = {"completions": len(submitted)}
            audit.record(by=by, verb="approvals_batched", target=batch, now=now, detail=detail)
    except IntegrityError as error:
        raise BatchRefused(BatchRefusal.IN_ANOTHER) from error
    return batch


def take_back(*, by: User, batch: ApprovalBatch, now: datetime) -> None:
    """Undo a batch before it settles: its completions wait for approval again.

    Refused with BatchRefused too late, or by anybody but who made it.
    """
    _refuse_others(by, batch)
    with transaction.atomic():
        _end(batch, Status.TAKEN_BACK, by, now)
        batch.lines.update(is_open=False)
        audit.record(by=by, verb="approvals_taken_back", target=batch, now=now)


def settle_now(*, by: User, batch: ApprovalBatch, now: datetime) -> None:
    """End the window of one's own batch before its time. Refused with BatchRefused when it has ended."""
    _refuse_others(by, batch)
    with transaction.atomic():
        _end(batch, Status.SETTLED, by, now)
    _approve_lines(batch, now)


def settle_due(*, now: datetime) -> int:
    """Approve what batches hold whose window is over; a line that a killed worker left open is taken up again."""
    for batch in ApprovalBatch.objects.filter(status=Status.OPEN, settles_at__lte=now).select_related("by"):
        try:
            with transaction.atomic():
                _end(batch, Status.SETTLED, None, now)
        except BatchRefused:
            continue
    settled = ApprovalBatch.objects.filter(status=Status.SETTLED, lines__is_open=True).distinct().select_related("by")
    return sum(_approve_lines(batch, now) for batch in settled)


def _refuse_others(by: User, batch: ApprovalBatch) -> None:
    if by.pk != batch.by_id:
        raise BatchRefused(BatchRefusal.NOT_YOURS)


def _end(batch: ApprovalBatch, status: str, by: User | None, now: datetime) -> None:
    """One conditional update decides between undoing and settling."""
    rows = ApprovalBatch.objects.filter(pk=batch.pk, status=Status.OPEN)
    if not rows.update(status=status, ended_by=by, ended_at=now):
        raise BatchRefused(BatchRefusal.TOO_LATE)
    batch.status, batch.ended_by, batch.ended_at = status, by, now


def _approve_lines(batch: ApprovalBatch, now: datetime) -> int:
    """How many were approved. The line and the approval are one transaction, so that none is approved twice."""
    needed = [f"completion__{path}" for path in NEEDED]
    done = 0
    for line in batch.lines.filter(is_open=True).select_related(*needed).order_by("pk"):
        own = ApprovalLine.objects.filter(pk=line.pk, is_open=True)
        try:
            with transaction.atomic():
                if own.update(is_open=False):
                    approve(by=batch.by, completion=line.completion, now=now, reason=batch.reason)
                    done += 1
        except Refused as refusal:
            own.update(is_open=False, refused=refusal.sentence[:200])
    return done
