"""Private files of their own, and everything that the house holds, read through."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.core.files.storage import storages
from django.db import connection
from pytest_django import Settings

from courses.privacy import encrypted_fields
from tests.factories import catalogue


@pytest.fixture(autouse=True)
def _private(settings: Settings, tmp_path: Path) -> None:
    catalogue.policy()
    backend = "django.core.files.storage.FileSystemStorage"
    private = {"BACKEND": backend, "OPTIONS": {"location": str(tmp_path), "base_url": None}}
    settings.STORAGES = {**settings.STORAGES, "private": private}


def everything() -> Iterator[tuple[str, str]]:
    """(table.column, text) of each cell of every table as the database holds it, and of each encrypted one in clear."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            columns = [column[0] for column in cursor.description]
            for row in cursor.fetchall():
                for column, value in zip(columns, row, strict=True):
                    raw = bytes(value).decode(errors="replace") if isinstance(value, bytes | memoryview) else value
                    yield f"{table}.{column}", str(raw)
    for model in apps.get_models():
        for field in encrypted_fields(model):
            for value in model._base_manager.values_list(field, flat=True):
                yield f"{model._meta.db_table}.{field}", str(value)


def found(*wanted: str) -> set[str]:
    """Where one of these texts stands, spaces and escapes aside."""
    ways = {way for text in wanted for way in (text, text.encode("unicode-escape").decode())}
    return {place for place, text in everything() if any(way in text for way in ways)}


def files() -> list[str]:
    storage = storages["private"]
    return [f"{folder}/{name}" for folder in storage.listdir("")[0] for name in storage.listdir(folder)[1]]
