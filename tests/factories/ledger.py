"""Person-times entered as a batch: what a citizen has done before this service."""

from collections.abc import Sequence
from datetime import date, datetime
from itertools import count
from typing import Any
from uuid import uuid4

from courses import ledger
from courses.ledger import BatchRow
from courses.models import Learner, OpeningBatch

_serial = count(1)


def row(**fields: Any) -> BatchRow:
    """One person-time of 1 June 2025 in 芝罘区, of somebody new, unless told otherwise."""
    values: dict[str, Any] = {
        "counted_on": date(2025, 6, 1),
        "line": "skills",
        "district": "zhifu",
        "institution": "J001",
        "kind": "skill",
        "person": uuid4(),
        "claim_key": f"course:{next(_serial)}",
        **fields,
    }
    return BatchRow(**values)


def batch(*, rows: Sequence[BatchRow], now: datetime, total: int | None = None) -> OpeningBatch:
    return ledger.load_opening_batch(
        rows=rows,
        source="往年台账",
        total=len(rows) if total is None else total,
        file_hash="0" * 64,
        by=None,
        now=now,
    )


def counted(*, learner: Learner, key: str, now: datetime) -> OpeningBatch:
    return batch(rows=[row(person=learner.person, claim_key=key)], now=now)
