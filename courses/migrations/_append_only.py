"""Triggers that refuse UPDATE and DELETE on the books, in the database itself.

On PostgreSQL the application's role has neither right to begin with (deploy/postgres/roles.sql); the trigger holds
where somebody runs everything under one role.
"""

from typing import Any

BOOKS = (
    "courses_countentry",
    "courses_evidence",
    "courses_auditevent",
    "courses_ledgerseal",
    "courses_policyversion",
    "courses_commitmenttext",
    "courses_commitment",
    "courses_sizeoverride",
    "courses_reviewescalation",
    "courses_institutionevent",
    "courses_pitch",
    "courses_scoresheet",
    "courses_selectionline",
    "courses_rollcall",
    "courses_rollcalltry",
    "courses_roomcount",
    "courses_signal",
    "courses_signalnote",
    "courses_target",
)


def create(connection: Any) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "CREATE OR REPLACE FUNCTION courses_append_only() RETURNS trigger AS $$ BEGIN "
                "RAISE EXCEPTION 'append-only: %', TG_TABLE_NAME; END $$ LANGUAGE plpgsql"
            )
        there = set(connection.introspection.table_names(cursor))
        for book in BOOKS:
            for deed in ("UPDATE", "DELETE") if book in there else ():
                cursor.execute(_statement(connection.vendor, book, deed))


def _statement(vendor: str, book: str, deed: str) -> str:
    name = f"{book}_no_{deed.lower()}"
    if vendor == "postgresql":
        return f"CREATE TRIGGER {name} BEFORE {deed} ON {book} FOR EACH ROW EXECUTE FUNCTION courses_append_only()"
    return f"CREATE TRIGGER {name} BEFORE {deed} ON {book} BEGIN SELECT RAISE(ABORT, 'append-only: {book}'); END"


def drop(connection: Any) -> None:
    with connection.cursor() as cursor:
        for book in BOOKS:
            for deed in ("update", "delete"):
                where = f" ON {book}" if connection.vendor == "postgresql" else ""
                cursor.execute(f"DROP TRIGGER IF EXISTS {book}_no_{deed}{where}")
