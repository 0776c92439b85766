"""The books under the role that serves: the database itself refuses to change or to drop a line."""

import re

import pytest
from django.db import DatabaseError, connection, transaction

from courses.migrations._append_only import BOOKS, SEALED, drop
from courses.models import CountEntry, MonthClose, YearClose
from tests.append_only import restore
from tests.architecture.trees import ROOT
from tests.factories.ledger import batch, row

pytestmark = pytest.mark.django_db
ROLES = (ROOT / "deploy" / "postgres" / "roles.sql").read_text(encoding="utf-8")
APP = "tideline_app"


@pytest.fixture
def served():
    """The application's role with the rights that roles.sql gives it, and no trigger to help it; all undone again."""
    if connection.vendor != "postgresql":
        pytest.skip("roles are PostgreSQL's; on SQLite the triggers hold")
    protect = re.search(r"CREATE OR REPLACE FUNCTION tideline_protect_records.*?END \$\$;", ROLES, re.DOTALL)
    assert protect is not None
    with connection.cursor() as cursor:
        drop(connection)
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [APP])
        if cursor.fetchone() is None:
            cursor.execute(f"CREATE ROLE {APP}")
        cursor.execute(f"GRANT USAGE ON SCHEMA public TO {APP}")
        cursor.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {APP}")
        cursor.execute(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {APP}")
        cursor.execute(protect[0])
        cursor.execute("SELECT tideline_protect_records()")
    yield
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
    restore(connection)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE courses_countentry SET amount = 1",
        "DELETE FROM courses_countentry",
        "TRUNCATE courses_countentry CASCADE",
        "UPDATE courses_ledgerseal SET root = ''",
        "DELETE FROM courses_auditevent",
        "UPDATE courses_monthclose SET snapshot = '{}'",
        "DELETE FROM courses_monthclose",
    ],
)
def test_the_applications_role_may_add_to_the_books_and_neither_change_nor_drop_a_line(served, statement, now) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET ROLE {APP}")
    batch(rows=[row(), row()], now=now)
    with (
        pytest.raises(DatabaseError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    assert CountEntry.objects.count() == 2


def test_the_roles_file_protects_every_book() -> None:
    assert set(re.findall(r"'(courses_\w+)'", ROLES)) == {*BOOKS, *SEALED}


def test_of_a_close_the_applications_role_writes_the_decision_alone() -> None:
    (granted,) = re.findall(r"GRANT UPDATE \(([\w, ]+)\)", ROLES)
    for model in (MonthClose, YearClose):
        columns = {field.column for field in model._meta.local_fields} - {"id"}
        assert set(granted.split(", ")) == columns - set(SEALED[model._meta.db_table])
