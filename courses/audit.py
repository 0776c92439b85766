"""The record of who did what. Rows are appended in the transaction of the deed they tell of."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Model

from courses.models import AuditEvent, User

BATCH = 500


def record(
    *, by: User | None, verb: str, target: Model, now: datetime, detail: dict[str, Any] | None = None
) -> AuditEvent:
    """Append one event. `detail` holds codes, numbers and counts, never a name, a phone or a document number."""
    event = _event(by, verb, target, now, detail or {})
    event.save()
    return event


def record_many(*, by: User | None, verb: str, targets: Iterable[tuple[Model, dict[str, Any]]], now: datetime) -> None:
    """One event for each target with its own detail, in as few statements as the database takes."""
    AuditEvent.objects.bulk_create(
        [_event(by, verb, target, now, detail) for target, detail in targets], batch_size=BATCH
    )


def _event(by: User | None, verb: str, target: Model, now: datetime, detail: dict[str, Any]) -> AuditEvent:
    return AuditEvent(
        at=now,
        by_id=by.pk if by else None,
        by_name=by.username if by else "",
        verb=verb,
        target_kind=target._meta.model_name or "",
        target=public_name(target),
        detail=detail,
    )


def public_name(target: Model) -> str:
    for field in ("number", "receipt", "code", "key", "username"):
        value = getattr(target, field, None)
        if value:
            return str(value)[:40]
    return str(target.pk)
