"""The triggers that keep the books append-only, lifted for a test of what is missing or was changed by force."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from courses.migrations._append_only import create, drop


@contextmanager
def lifted(connection: Any) -> Iterator[None]:
    """For a test of what is missing: its factory made a row that the product never takes away."""
    drop(connection)
    yield
    create(connection)


def lift(connection: Any) -> None:
    drop(connection)


def restore(connection: Any) -> None:
    drop(connection)
    create(connection)
