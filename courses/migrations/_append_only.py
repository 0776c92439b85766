"""Triggers that refuse UPDATE and DELETE on the books, in the database itself; of what is sealed, all but the sealing.

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
    "courses_roomcheck",
    "courses_roomcheckline",
    "courses_cardstep",
    "courses_signal",
    "courses_signalnote",
    "courses_target",
    "courses_papersheet",
    "courses_paperrow",
    "courses_deviceallowance",
    "courses_kit",
    "courses_kitentry",
    "courses_kitreport",
    "courses_tombstone",
    "courses_completionstep",
)

# A close is decided once; what it holds never changes, nor does a decided one, and none is removed.
SEALED = {
    "courses_monthclose": ("year", "month", "cut_off", "snapshot", "root", "proposed_by_id", "proposed_at"),
    "courses_yearclose": ("year", "cut_off", "snapshot", "root", "proposed_by_id", "proposed_at"),
}
DECIDED = "OLD.closed_at IS NOT NULL OR OLD.taken_back_at IS NOT NULL"


def create(connection: Any, books: tuple[str, ...] = BOOKS) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "CREATE OR REPLACE FUNCTION courses_append_only() RETURNS trigger AS $$ BEGIN "
                "RAISE EXCEPTION 'append-only: %', TG_TABLE_NAME; END $$ LANGUAGE plpgsql"
            )
        there = set(connection.introspection.table_names(cursor))
        for book in books:
            for deed in ("UPDATE", "DELETE") if book in there else ():
                cursor.execute(_statement(connection.vendor, book, deed))
        for book, columns in SEALED.items() if books is BOOKS else ():
            other = " OR ".join(f"NEW.{name} {_differs(connection.vendor)} OLD.{name}" for name in columns)
            cursor.execute(_statement(connection.vendor, book, "UPDATE", when=f"WHEN ({DECIDED} OR {other})"))
            cursor.execute(_statement(connection.vendor, book, "DELETE"))


def _differs(vendor: str) -> str:
    return "IS DISTINCT FROM" if vendor == "postgresql" else "IS NOT"


def _statement(vendor: str, book: str, deed: str, when: str = "") -> str:
    head = f"CREATE TRIGGER {book}_no_{deed.lower()} BEFORE {deed} ON {book} FOR EACH ROW {when}"
    if vendor == "postgresql":
        return f"{head} EXECUTE FUNCTION courses_append_only()"
    return f"{head} BEGIN SELECT RAISE(ABORT, 'append-only: {book}'); END"


def drop(connection: Any) -> None:
    with connection.cursor() as cursor:
        for book in (*BOOKS, *SEALED):
            for deed in ("update", "delete"):
                where = f" ON {book}" if connection.vendor == "postgresql" else ""
                cursor.execute(f"DROP TRIGGER IF EXISTS {book}_no_{deed}{where}")
