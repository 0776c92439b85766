"""A database of one's own for a proof that damages it: migrated, real (a file or a PostgreSQL), thrown away after."""

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from urllib.parse import quote, urlsplit

import psycopg
from django.db import connection, connections
from psycopg import sql

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Ground:
    """`name` is what Django calls NAME: the file, or the database on the server of `url`."""

    url: str
    name: str
    folder: Path

    @property
    def engine(self) -> str:
        return "sqlite" if self.url.startswith("sqlite") else "postgresql"

    def environment(self, settings: str, **more: str) -> dict[str, str]:
        own = {"DATABASE_URL": self.url, "DATA_DIR": str(self.folder), "DJANGO_SETTINGS_MODULE": settings}
        return {**os.environ, **own, **more}

    def manage(self, *command: str, settings: str = "lms.settings.test", **more: str) -> None:
        call = [sys.executable, "manage.py", *command]
        subprocess.run(call, cwd=ROOT, env=self.environment(settings, **more), check=True, stdout=subprocess.DEVNULL)


@contextmanager
def fresh() -> Iterator[Ground]:
    """A migrated database without rows."""
    with folder() as own, empty(own) as ground:
        ground.manage("migrate", "--skip-checks", "--verbosity", "0")
        yield ground


@contextmanager
def of_test_database() -> Iterator[Ground]:
    """A copy of the suite's own test database: the schema as it is, without migrating again."""
    with folder() as own:
        if connection.vendor == "sqlite":
            connection.ensure_connection()
            ground = _file(own)
            with closing(sqlite3.connect(ground.name)) as copy:
                connection.connection.backup(copy)
            yield ground
            return
        source = str(connection.settings_dict["NAME"])
        connections.close_all()
        with empty(own, template=source) as ground:
            yield ground


@contextmanager
def copy_of(source: Ground) -> Iterator[Ground]:
    """The same tables again; nobody may be connected to the source."""
    with folder() as own, empty(own, template=source.name) as ground:
        if ground.engine == "sqlite":
            shutil.copyfile(source.name, ground.name)
        yield ground


@contextmanager
def folder() -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix="tideline-"))
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def _file(folder: Path, name: str = "db") -> Ground:
    path = folder / f"{name}.sqlite3"
    return Ground(url=f"sqlite:///{path}", name=str(path), folder=folder)


@contextmanager
def empty(folder: Path, *, name: str = "db", template: str = "template0") -> Iterator[Ground]:
    """An empty database beside the one of DATABASE_URL; a file where that is unset or SQLite."""
    address = os.environ.get("DATABASE_URL", "")
    if not address.startswith("postgres"):
        yield _file(folder, name)
        return
    name = f"tideline_{name}_{token_hex(4)}"
    parts = urlsplit(address)
    _on_server(address, "CREATE DATABASE {} TEMPLATE {} ENCODING 'UTF8'", name, template)
    try:
        yield Ground(url=parts._replace(path=f"/{quote(name)}").geturl(), name=name, folder=folder)
    finally:
        _on_server(address, "DROP DATABASE {} WITH (FORCE)", name)


def _on_server(address: str, statement: str, *names: str) -> None:
    """Run one statement on the maintenance database of a server; a template must have no visitors."""
    server = urlsplit(address)._replace(path="/postgres", scheme="postgresql").geturl()
    with psycopg.connect(server, autocommit=True) as maintenance:
        if len(names) > 1:
            maintenance.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", names[1:])
        maintenance.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))
