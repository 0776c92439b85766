"""A fault at each SQL statement of a deed, one after the other: afterwards the database is as before, or as after."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.apps import apps
from django.db import connection

# What holds a transaction together is not made to fail: a rollback that fails leaves nothing to a program.
CONTROL = ("SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN", "COMMIT")
TOO_MANY = 400


class Fault(Exception):
    """Neither a refusal nor an error of the database: nothing in the product catches it."""


def everything() -> dict[str, list[Any]]:
    """Every row of every table of ours, as the database holds it."""
    found = {}
    with connection.cursor() as cursor:
        for model in apps.get_app_config("courses").get_models():
            cursor.execute(f"SELECT * FROM {model._meta.db_table} ORDER BY {model._meta.pk.column}")
            found[model._meta.db_table] = cursor.fetchall()
    return found


@contextmanager
def failing_at(place: int) -> Iterator[list[str]]:
    """The statements that were run, the one at `place` raising in its stead."""
    told: list[str] = []

    def count(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.upper().startswith(CONTROL):
            return execute(sql, params, many, context)
        told.append(sql)
        if len(told) == place:
            raise Fault(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(count):
        yield told


def faults_of(deed: Callable[[], object]) -> tuple[int, list[str]]:
    """How many statements the deed has, and after which fault the database was neither as before nor as after.

    The deed fetches its rows anew each time; the last run is the one without a fault, so that it is done afterwards.
    """
    before, between = everything(), []
    for place in range(1, TOO_MANY):
        with failing_at(place) as told:
            try:
                deed()
            except Fault as fault:
                if everything() != before:
                    between.append(f"{place}: {fault}")
                continue
        assert everything() != before, "the deed does nothing"
        return len(told), between
    raise AssertionError("the deed has no end")
