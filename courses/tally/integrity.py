"""When every number was last recomputed, and with what result; the audit book keeps each check."""

from dataclasses import dataclass
from datetime import datetime

from courses.models import AuditEvent

VERB = "consistency_checked"


@dataclass(frozen=True)
class Integrity:
    """`differences` is None while nothing was ever checked."""

    checked_at: datetime | None
    differences: int | None

    @property
    def clean(self) -> bool:
        return self.differences in (0, None)


def record_check(*, differences: int, now: datetime) -> None:
    AuditEvent.objects.create(
        at=now, by_name="", verb=VERB, target_kind="ledger", target="", detail={"differences": differences}
    )


def last_check() -> Integrity:
    found = AuditEvent.objects.filter(target_kind="ledger", target="", verb=VERB).order_by("-id").first()
    return Integrity(found.at, int(found.detail["differences"])) if found else Integrity(None, None)
