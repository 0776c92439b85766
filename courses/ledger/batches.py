"""Opening batches: person-times of earlier years, or of a measuring run, entered from one file as one batch."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from itertools import count, islice
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

# From so many rows on a batch is large, and gets so much memory for pages while it is entered.
LARGE, CACHE_KILOBYTES = 50_000, 262_144
CHUNK = 2000
COLUMNS = (
    "batch_id", "code", "revision", "amount", "reason", "counted_on", "posted_on", "posted_at", "year", "month", "line",
    "district", "institution", "kind", "brand", "person", "claim_key", "class_number", "project", "occupation", "level",
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
    project: str = ""
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
    counted anew afterwards. `rows` ask the database nothing while they are drawn: PostgreSQL takes them as one stream.
    """
    with _room(total), transaction.atomic():
        locks.exclude()
        batch = OpeningBatch.objects.create(
            number=fresh(prefix="Q", length=9), source=source, total=total, file_hash=file_hash, by=by, at=now
        )
        entered = _insert(batch, rows, now)
        if entered != total:
            raise BatchRefused(BatchRefusal.WRONG_TOTAL, total=total, entered=entered)
        if entered:
            refuse_sealed(day=CountEntry.objects.filter(batch=batch).earliest("posted_on").posted_on)
        _claim(batch)
        rebuild_rollups()
        audit.record(by=by, verb="batch_entered", target=batch, now=now, detail={"total": total, "hash": file_hash})
    return batch


@contextmanager
def _room(total: int) -> Iterator[None]:
    """SQLite holds two megabytes of pages unless told otherwise: whatever does not fit of a large batch's indexes is
    written out and read again, page by page."""
    if connection.vendor != "sqlite" or total < LARGE:
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA cache_size")
        (usual,) = cursor.fetchone()
        cursor.execute(f"PRAGMA cache_size = -{CACHE_KILOBYTES}")
        try:
            yield
        finally:
            cursor.execute(f"PRAGMA cache_size = {usual}")


def _insert(batch: OpeningBatch, rows: Iterable[BatchRow], now: datetime) -> int:
    """How many were entered. PostgreSQL takes them as one stream."""
    counted = count()
    values = _values(batch, rows, counted, closed_months(), now)
    names = ", ".join(COLUMNS)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with connection.wrap_database_errors, cursor.copy(f"COPY courses_countentry ({names}) FROM STDIN") as lines:
                for line in values:
                    lines.write_row(line)
        else:
            marks = ", ".join(["%s"] * len(COLUMNS))
            statement = f"INSERT INTO courses_countentry ({names}) VALUES ({marks})"  # noqa: S608
            # In pieces: what is handed to `executemany` is kept until it has ended.
            while piece := list(islice(values, CHUNK)):
                cursor.executemany(statement, piece)
    return next(counted)


def _values(
    batch: OpeningBatch, rows: Iterable[BatchRow], counted: Iterator[int], closed: set[tuple[int, int]], now: datetime
) -> Iterator[tuple[Any, ...]]:
    """Each row as the database stores it. Days repeat, so each is written out once."""
    today = policies.local_date(now)
    fields: dict[str, Any] = {name: CountEntry._meta.get_field(name) for name in ("posted_at", "person")}
    posted_at, person_of = fields["posted_at"].get_db_prep_save(now, connection), fields["person"].get_db_prep_save
    stored = cache(connection.ops.adapt_datefield_value)
    number, pk, proof = batch.number, batch.pk, CountEntry.Proof.BATCH.value
    for row in rows:
        day = row.counted_on
        late = (day.year, day.month) in closed
        yield (
            pk, f"{number}{next(counted):06x}"[:16], 0, 1, batch.source if late else "",
            stored(day), stored(row.posted_on or today), posted_at, day.year, day.month, row.line, row.district,
            row.institution, row.kind, row.brand, person_of(row.person, connection), row.claim_key, "", row.project,
            row.occupation, row.level, row.category, row.sex, row.age_band, row.education, row.online_share,
            proof, late,
        )  # fmt: skip


def _claim(batch: OpeningBatch) -> None:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO courses_countclaim (person, key, entry_id) "
                # In the order of its index, which then grows at its end.
                "SELECT person, claim_key, id FROM courses_countentry WHERE batch_id = %s ORDER BY person, claim_key",
                [batch.pk],
            )
    except IntegrityError as error:
        raise BatchRefused(BatchRefusal.DUPLICATE) from error
