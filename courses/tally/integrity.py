"""When every number was last recomputed, and with what result; the audit book keeps each check."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from courses.models import AuditEvent
from courses.refusals import Refused

VERB = "consistency_checked"
# So many differences are kept in words; the command names them all.
KEPT = 20


class IntegrityRefusal(StrEnum):
    DRIFT = "drift"


class ReportLocked(Refused):
    sentences = {
        IntegrityRefusal.DRIFT: _(
            "最近一次校验发现 %(many)s 处不一致，报表已锁定，本次未导出。请先查明原因，重新校验后再导出。"
        ),
    }


@dataclass(frozen=True)
class Integrity:
    """`differences` is None while nothing was ever checked; `named` are the first of them."""

    checked_at: datetime | None
    differences: int | None
    named: tuple[str, ...] = ()

    @property
    def clean(self) -> bool:
        return self.differences in (0, None)


def record_check(*, differences: int, now: datetime, named: Sequence[str] = ()) -> None:
    detail = {"differences": differences, "named": list(named[:KEPT])}
    AuditEvent.objects.create(at=now, by_name="", verb=VERB, target_kind="ledger", target="", detail=detail)


def last_check() -> Integrity:
    found = AuditEvent.objects.filter(target_kind="ledger", target="", verb=VERB).order_by("-id").first()
    if found is None:
        return Integrity(None, None)
    return Integrity(found.at, int(found.detail["differences"]), tuple(found.detail.get("named", ())))


def refuse_when_drifted() -> None:
    """No report leaves the house while the last check found a difference. Refused with ReportLocked."""
    if not (found := last_check()).clean:
        raise ReportLocked(IntegrityRefusal.DRIFT, many=found.differences)
