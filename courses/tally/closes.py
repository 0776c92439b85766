"""月结: a month's figures as a snapshot that one person proposes and another seals."""

import hashlib
import json
from calendar import monthrange
from datetime import date, datetime
from enum import StrEnum

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from courses import audit, ledger
from courses import policy as policies
from courses.models import LedgerSeal, MonthClose, User
from courses.refusals import Refused
from courses.tally.figures import Scope, as_json, for_year


class CloseRefusal(StrEnum):
    NOT_OVER = "not_over"
    ALREADY = "already"
    SAME_PERSON = "same_person"
    CHANGED = "changed"


class CloseRefused(Refused):
    sentences = {
        CloseRefusal.NOT_OVER: _("这个月还没有结束，未保存。请在下月再办理月结。"),
        CloseRefusal.ALREADY: _("这个月已经提出或办完月结，未重复保存。请刷新后查看。"),
        CloseRefusal.SAME_PERSON: _("月结须由另一人确认，未保存。"),
        CloseRefusal.CHANGED: _("现在算出的数字与提出月结时不同，未确认。请先查看校验结果，查明原因后再确认。"),
    }


def propose_close(*, by: User, year: int, month: int, now: datetime) -> MonthClose:
    """Seal the books to the end of a month and take its snapshot: the figures as of its last day.

    What is posted later is an adjustment of the month in which it is posted. Refused with CloseRefused before the
    month's end, and a second time.
    """
    last_day = date(year, month, monthrange(year, month)[1])
    if policies.local_date(now) <= last_day:
        raise CloseRefused(CloseRefusal.NOT_OVER)
    try:
        with transaction.atomic():
            ledger.seal_through(day=last_day, now=now)
            snapshot = _snapshot(last_day, now)
            close = MonthClose.objects.create(
                year=year, month=month, snapshot=snapshot, root=_root(snapshot), proposed_by=by, proposed_at=now
            )
            audit.record(by=by, verb="close_proposed", target=close, now=now, detail={"year": year, "month": month})
    except IntegrityError as error:
        raise CloseRefused(CloseRefusal.ALREADY) from error
    return close


def confirm_close(*, by: User, close: MonthClose, now: datetime) -> None:
    """Confirm it, by another person, while ledger and targets still give the figures of the snapshot.

    Refused with CloseRefused: by who proposed it, confirmed already, other figures than then.
    """
    if by.pk == close.proposed_by_id:
        raise CloseRefused(CloseRefusal.SAME_PERSON)
    last_day = date(close.year, close.month, monthrange(close.year, close.month)[1])
    if _root(_snapshot(last_day, now)) != close.root:
        raise CloseRefused(CloseRefusal.CHANGED)
    with transaction.atomic():
        changed = MonthClose.objects.filter(pk=close.pk, closed_by__isnull=True).update(closed_by=by, closed_at=now)
        if not changed:
            raise CloseRefused(CloseRefusal.ALREADY)
        audit.record(by=by, verb="close_confirmed", target=close, now=now, detail={"root": close.root[:12]})


def _snapshot(last_day: date, now: datetime) -> dict[str, object]:
    """The figures as of the month's last day, and the seal of the ledger to its end; those of now are left out."""
    today = policies.local_date(now)
    figures = as_json(for_year(year=last_day.year, scope=Scope(), as_of=last_day, today=today))
    kept = {name: figures[name] for name in ("year", "lines", "districts")}
    sealed = LedgerSeal.objects.filter(book=LedgerSeal.Book.LEDGER, day=last_day).first()
    return {**kept, "as_of": last_day.isoformat(), "ledger": sealed.root if sealed else ""}


def _root(snapshot: dict[str, object]) -> str:
    return hashlib.sha256(json.dumps(snapshot, sort_keys=True, ensure_ascii=False, default=str).encode()).hexdigest()
