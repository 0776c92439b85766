"""Posting shares a lock that sealing holds alone, so that a day is sealed with all of its entries or with none more."""

from uuid import UUID

from django.db import connection

# Any constant will do; it names this lock among the advisory locks of the database.
LEDGER_LOCK = 7_450_001


def share() -> None:
    _lock("pg_advisory_xact_lock_shared")


def exclude() -> None:
    _lock("pg_advisory_xact_lock")


def one_person(person: UUID) -> None:
    """What is posted for one person comes one after the other, where the second has to see the first."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LEDGER_LOCK, person.int % 2**31])


def _lock(function: str) -> None:
    """SQLite has one writer at a time: its IMMEDIATE transaction is this lock already."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {function}(%s)", [LEDGER_LOCK])
