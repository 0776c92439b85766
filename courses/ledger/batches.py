"""Opening batches: person-times of earlier years, or of a measuring run, entered from one file as one batch."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from itertools import islice
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext_lazy as _

from courses import audit
from courses import policy as policies
from courses.ledger import locks
from courses.ledger.closed import closed_months
from courses.ledger.post import refuse_sealed
from courses.ledger.rollups import rebuild_rollups
from courses.models import CountEntry, OpeningBatch, User
from courses.people.numbers import fresh
from courses.refusals import Refused

CHUNK = 2000
COLUMNS = (
    "batch_id", "code", "revision", "amount", "reason", "counted_on", "posted_on", "posted_at", "year", "month", "line",
    "district", "institution", "kind", "brand", "person", "claim_key", "class_number", "occupation", "level",
    "category",
    "sex", "age_band", "education", "online_share", "proof", "is_adjustment",
)  # fmt: skip


class BatchRefusal(StrEnum):
    WRONG_TOTAL = "wrong_total"
    DUPLICATE = "duplicate"


class BatchRefused(Refused):
    sentences = {
        BatchRefusal.WRONG_TOTAL: _("声明 %(total)s 行，文件里有 %(entered)s 行，整批未录入。请核对文件后重新导入。"),
        BatchRefusal.DUPLICATE: _(
            "文件里有人在同一模块或同一职业等级重复，或者已经计过，整批未录入。请查重后重新导入。"
        ),
    }


@dataclass(frozen=True)
class BatchRow:
    """One person-time of a batch. `posted_on` may lie in the past, as the day on which the earlier system had it."""

    counted_on: date
    line: str
    district: str
    institution: str
    kind: str
    person: UUID
    claim_key: str
    brand: str = ""
    occupation: str = ""
    level: str = ""
    category: str = ""
    sex: str = ""
    age_band: str = ""
    education: str = ""
    online_share: int = 0
    posted_on: date | None = None


def load_opening_batch(
    *, rows: Iterable[BatchRow], source: str, total: int, file_hash: str, by: User | None, now: datetime
) -> OpeningBatch:
    """Enter a whole file as lines without evidence, marked by their batch; all of it or, on any fault, nothing.

    Each row holds its person's claim like a completion would; one whose month is closed is an adjustment of it, with
    the source for a reason. Refused with BatchRefused: a duplicate inside the file or
    with the ledger, another number of rows than `total`; with LedgerRefused for a row of a sealed day. Roll-ups are
    counted anew afterwards.
    """
    with transaction.atomic():
        locks.exclude()
        batch = OpeningBatch.objects.create(
            number=fresh(prefix="Q", length=9), source=source, total=total, file_hash=file_hash, by=by, at=now
        )
        entered, closed = 0, closed_months()
        for chunk in _chunks(rows):
            _insert(batch, chunk, closed, now)
            entered += len(chunk)
        if entered != total:
            raise BatchRefused(BatchRefusal.WRONG_TOTAL, total=total, entered=entered)
        if entered:
            refuse_sealed(day=CountEntry.objects.filter(batch=batch).earliest("posted_on").posted_on)
        _claim(batch)
        rebuild_rollups()
        audit.record(by=by, verb="batch_entered", target=batch, now=now, detail={"total": total, "hash": file_hash})
    return batch


def _chunks(rows: Iterable[BatchRow]) -> Iterator[list[BatchRow]]:
    iterator = iter(rows)
    while chunk := list(islice(iterator, CHUNK)):
        yield chunk


def _insert(batch: OpeningBatch, chunk: list[BatchRow], closed: set[tuple[int, int]], now: datetime) -> None:
    fields: dict[str, Any] = {name: CountEntry._meta.get_field(name) for name in ("posted_at", "person")}
    prepared = {name: field.get_db_prep_save for name, field in fields.items()}
    posted_at = prepared["posted_at"](now, connection)
    today = policies.local_date(now)
    values = [
        (
            batch.pk, f"{batch.number}{number:06x}"[:16], 0, 1, batch.source if _month(row) in closed else "",
            row.counted_on, row.posted_on or today, posted_at,
            row.counted_on.year, row.counted_on.month, row.line, row.district, row.institution, row.kind, row.brand,
            prepared["person"](row.person, connection), row.claim_key, "", row.occupation, row.level, row.category,
            row.sex, row.age_band, row.education, row.online_share, CountEntry.Proof.BATCH.value, _month(row) in closed,
        )
        for number, row in enumerate(chunk, start=_next_number(batch))
    ]  # fmt: skip
    marks = ", ".join(["%s"] * len(COLUMNS))
    statement = f"INSERT INTO courses_countentry ({', '.join(COLUMNS)}) VALUES ({marks})"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.executemany(statement, values)
    batch.entered = _next_number(batch) + len(chunk)  # type: ignore[attr-defined]


def _month(row: BatchRow) -> tuple[int, int]:
    return row.counted_on.year, row.counted_on.month


def _next_number(batch: OpeningBatch) -> int:
    number: int = getattr(batch, "entered", 0)
    return number


def _claim(batch: OpeningBatch) -> None:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO courses_countclaim (person, key, entry_id) "
                "SELECT person, claim_key, id FROM courses_countentry WHERE batch_id = %s",
                [batch.pk],
            )
    except IntegrityError as error:
        raise BatchRefused(BatchRefusal.DUPLICATE) from error
