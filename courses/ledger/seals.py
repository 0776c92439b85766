"""日封: one hash over a day of a book, chained to the seal before; a sealed day takes no more lines."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import Model, QuerySet
from django.utils.translation import gettext_lazy as _

from courses.ledger import locks
from courses.models import AuditEvent, CountEntry, Evidence, LedgerSeal
from courses.policy import CITY_TIME, local_date
from courses.refusals import Refused

Book = LedgerSeal.Book
FIRST_ROOT = "0" * 64


class SealRefusal(StrEnum):
    NOT_OVER = "not_over"
    BEFORE_FIRST = "before_first"


class SealRefused(Refused):
    sentences = {
        SealRefusal.NOT_OVER: _("%(day)s 还没有过完，没有封存。请在第二天办理。"),
        SealRefusal.BEFORE_FIRST: _("%(day)s 在第一次封存之前，没有封存。请从第一次封存的日期起查看。"),
    }


def seal(*, book: str, day: date, now: datetime) -> LedgerSeal:
    """Seal a book to the end of one day and give that day's seal; sealing it again gives the same one.

    Days that were missed, empty ones too, are sealed with it, oldest first. Refused with SealRefused while the day
    runs,
    or when it lies before the book's first seal.
    """
    with transaction.atomic():
        locks.exclude()
        standing = LedgerSeal.objects.filter(book=book, day=day).first()
        if standing is not None:
            return standing
        return _seal_missing(book, day, now)[-1]


def seal_through(*, day: date, now: datetime) -> list[LedgerSeal]:
    """Seal every book to the end of `day`; gives the seals that were made. A book without rows so far stays open."""
    made: list[LedgerSeal] = []
    for book in Book:
        with transaction.atomic():
            locks.exclude()
            last = LedgerSeal.objects.filter(book=book).order_by("-day").first()
            first = last.day if last else _first_day(book)
            if first is not None and (first <= day if last is None else first < day):
                made += _seal_missing(book, day, now)
    return made


def _seal_missing(book: str, day: date, now: datetime) -> list[LedgerSeal]:
    if day >= local_date(now):
        raise SealRefused(SealRefusal.NOT_OVER, day=day)
    previous = LedgerSeal.objects.filter(book=book).order_by("-day").first()
    if previous is not None and day < previous.day:
        raise SealRefused(SealRefusal.BEFORE_FIRST, day=day)
    first = previous.day + timedelta(days=1) if previous else min(_first_day(book) or day, day)
    made = []
    for number in range((day - first).days + 1):
        previous = _seal_day(book, first + timedelta(days=number), previous, now)
        made.append(previous)
    return made


def _seal_day(book: str, day: date, previous: LedgerSeal | None, now: datetime) -> LedgerSeal:
    columns = [field.attname for field in _rows_of(book, day).model._meta.concrete_fields]
    rows, rows_hash = _hash(book, day, columns)
    made = LedgerSeal(
        book=book, day=day, rows=rows, rows_hash=rows_hash, columns=" ".join(columns), previous=previous, sealed_at=now
    )
    made.root = _root(previous, made)
    made.save(force_insert=True)
    return made


def verify_seals(*, book: str | None = None) -> Iterator[tuple[str, str]]:
    """(seal, what differs) for each day whose rows, or whose link to the day before, are not what was sealed."""
    for each in Book if book is None else [Book(book)]:
        previous: LedgerSeal | None = None
        for sealed in LedgerSeal.objects.filter(book=each).order_by("day"):
            rows, rows_hash = _hash(each, sealed.day, sealed.columns.split())
            name = f"seal of {each} {sealed.day}"
            if (rows, rows_hash) != (sealed.rows, sealed.rows_hash):
                yield name, f"sealed {sealed.rows} rows {sealed.rows_hash[:12]}, now {rows} rows {rows_hash[:12]}"
            if sealed.root != _root(previous, sealed):
                yield name, "its link to the seal before it is broken"
            previous = sealed


def _root(previous: LedgerSeal | None, seal: LedgerSeal) -> str:
    """One hash over a seal and, through the seal before it, over every row of the book to the end of its day."""
    before = previous.root if previous else FIRST_ROOT
    said = f"{before}|{seal.book}|{seal.day}|{seal.rows}|{seal.rows_hash}|{seal.columns}"
    return hashlib.sha256(said.encode()).hexdigest()


def root_lines(*, on: date | None = None) -> list[str]:
    """The newest root of each book, or that of a day, as lines to be kept outside the system: book, day, root."""
    found = []
    for book in Book:
        seals = LedgerSeal.objects.filter(book=book)
        last = (seals.filter(day=on) if on else seals).order_by("-day").first()
        found += [f"{last.book} {last.day} {last.root}"] if last else []
    return found


def keep_roots(*, file: Path) -> None:
    """Append the newest roots to a file outside the database; one that stands there already is not repeated."""
    known = set(file.read_text(encoding="utf-8").splitlines()) if file.exists() else set()
    with file.open("a", encoding="utf-8") as lines:
        lines.writelines(f"{line}\n" for line in root_lines() if line not in known)


def verify_roots(*, lines: Iterable[str]) -> Iterator[tuple[str, str]]:
    """(line, what is wrong) for each root kept outside that the books do not lead to any more.

    Whoever rewrites a day can seal it and all later days anew; only what was written down elsewhere tells.
    """
    for line in filter(None, (line.strip() for line in lines)):
        book, day, root = (*line.split(), "", "")[:3]
        on = _day(day)
        if on is None or not LedgerSeal.objects.filter(book=book, day=on, root=root).exists():
            yield f"root of {line[:120]}", "is not what the books lead to"


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _rows_of(book: str, day: date) -> QuerySet[Any]:
    if book == Book.LEDGER:
        return CountEntry.objects.filter(posted_on=day)
    start = datetime.combine(day, time(0), tzinfo=CITY_TIME)
    end = start + timedelta(days=1)
    if book == Book.AUDIT:
        return AuditEvent.objects.filter(at__gte=start, at__lt=end)
    return Evidence.objects.filter(received_at__gte=start, received_at__lt=end)


def _hash(book: str, day: date, names: list[str]) -> tuple[int, str]:
    """How many rows, and one hash over the named columns of each in the order of their ids."""
    rows = _rows_of(book, day).order_by("pk")
    digest = hashlib.sha256()
    count = 0
    for values in rows.values_list(*names).iterator(chunk_size=5000):
        digest.update(json.dumps(values, default=str, ensure_ascii=False, sort_keys=True).encode())
        digest.update(b"\n")
        count += 1
    return count, digest.hexdigest()


def _first_day(book: str) -> date | None:
    models: dict[str, tuple[type[Model], str]] = {
        Book.LEDGER: (CountEntry, "posted_on"),
        Book.AUDIT: (AuditEvent, "at"),
        Book.EVIDENCE: (Evidence, "received_at"),
    }
    model, field = models[book]
    first = model._default_manager.order_by(field).values_list(field, flat=True).first()
    return first.astimezone(CITY_TIME).date() if isinstance(first, datetime) else first
