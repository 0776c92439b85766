"""What the service has told a learner or somebody of the staff, for them to read again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import overload

from django.db.models import QuerySet
from django.utils.translation import get_language

from courses.models import Learner, OutboxMessage, User
from courses.notices.texts import LOGIN_CODE, text_of


@dataclass(frozen=True)
class Told:
    text: str
    at: datetime


class _Messages(Sequence[Told]):
    """A sequence over rows: a page of it reads a page of them."""

    def __init__(self, rows: QuerySet[OutboxMessage]) -> None:
        self.rows = rows

    def __len__(self) -> int:
        return self.rows.count()

    @overload
    def __getitem__(self, index: int) -> Told: ...

    @overload
    def __getitem__(self, index: slice) -> list[Told]: ...

    def __getitem__(self, index: int | slice) -> Told | list[Told]:
        if isinstance(index, slice):
            return [_told(row) for row in self.rows[index]]
        return _told(self.rows[index])


def told(*, learner: Learner) -> Sequence[Told]:
    """All messages to a learner but login codes, newest first, in the language that is being read now."""
    rows = OutboxMessage.objects.filter(learner=learner, instead_of=None).exclude(kind=LOGIN_CODE)
    return _Messages(rows.order_by("-created_at", "-pk"))


def told_staff(*, user: User, since: datetime | None = None) -> Sequence[Told]:
    """All messages to one of the staff, or those since a moment, newest first, in the language that is being read."""
    rows = OutboxMessage.objects.filter(user=user, instead_of=None)
    rows = rows.filter(created_at__gte=since) if since else rows
    return _Messages(rows.order_by("-created_at", "-pk"))


def _told(row: OutboxMessage) -> Told:
    return Told(text_of(kind=row.kind, params=row.params, language=get_language() or row.language), row.created_at)
