"""Each file that leaves the house is a row: who, which form, by which filters, how many rows, for what, which bytes."""

import hashlib
from datetime import datetime
from typing import IO, Any

from django.db import transaction

from courses import audit
from courses.models import Export, User
from courses.people.numbers import fresh

Status = Export.Status
CHUNK = 1024 * 1024


def fresh_number() -> str:
    return fresh(prefix="DC", length=10)


def sha256_of(file: IO[bytes]) -> str:
    """Of a whole file, read in pieces; it stands at its start afterwards."""
    file.seek(0)
    digest = hashlib.sha256()
    while piece := file.read(CHUNK):
        digest.update(piece)
    file.seek(0)
    return digest.hexdigest()


def record_given(
    *,
    form: str,
    kind: str,
    filters: dict[str, Any],
    rows: int,
    by: User,
    now: datetime,
    file: IO[bytes] | None = None,
    purpose: str = "",
    number: str = "",
    content: str = "",
) -> Export:
    """The row of a file that is handed over at once and kept nowhere; a page to print has no bytes of its own."""
    with transaction.atomic():
        made = Export.objects.create(
            number=number or fresh_number(),
            form=form,
            kind=kind,
            filters=filters,
            purpose=purpose,
            status=Status.GIVEN,
            asked_by=by,
            asked_at=now,
            rows=rows,
            total=rows,
            sha256=sha256_of(file) if file is not None else "",
            content=content,
            ready_at=now,
            taken_at=now,
        )
        audit.record(by=by, verb="exported", target=made, now=now, detail={"what": form, "rows": rows})
    return made
