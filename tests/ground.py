"""A database of one's own for a proof that damages it: migrated, real (a file or a PostgreSQL), thrown away after."""

import hashlib
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from urllib.parse import quote, urlsplit

import psycopg
from psycopg import sql

from tests import once

ROOT = Path(__file__).resolve().parents[1]
KEPT = ROOT / "var" / "tables"


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
    with copy_of(migrated()) as ground:
        yield ground


def migrated() -> Ground:
    """The tables of this run, made by the migrations; only ever copied."""
    return standing("tables", _migrate)


def _migrate(ground: Ground) -> None:
    """A file is kept for later runs, until something changes that migrations read."""
    kept = KEPT / f"{_migrations()}.sqlite3"
    if ground.engine == "sqlite" and kept.exists():
        _copy(kept, ground.name)
        return
    ground.manage("migrate", "--skip-checks", "--verbosity", "0")
    if ground.engine == "sqlite":
        shutil.rmtree(KEPT, ignore_errors=True)
        KEPT.mkdir(parents=True)
        part = KEPT / token_hex(4)
        _copy(ground.name, part)
        part.replace(kept)


def _migrations() -> str:
    read = [ROOT / "requirements.txt", *ROOT.glob("lms/settings/*.py"), *ROOT.glob("courses/privacy/*.py")]
    read += [path for app in ("courses", "cms") for path in (ROOT / app / "migrations").glob("*.py")]
    return hashlib.sha256(b"".join(path.name.encode() + path.read_bytes() for path in sorted(read))).hexdigest()


def standing(name: str, fill: Callable[[Ground], None], source: Callable[[], Ground] | None = None) -> Ground:
    """A database that lasts as long as the run: empty or a copy of `source`, then filled, by whoever asks first."""

    def make(folder: Path) -> dict[str, str]:
        ground = _make(folder, name, source() if source else None)
        fill(ground)
        return {"url": ground.url, "name": ground.name, "folder": str(folder)}

    told = once.made(name, make)
    return Ground(url=told["url"], name=told["name"], folder=Path(told["folder"]))


@contextmanager
def copy_of(source: Ground) -> Iterator[Ground]:
    """The same tables and rows again; nobody may be connected to the source."""
    with folder() as own:
        ground = _make(own, "db", source)
        try:
            yield ground
        finally:
            drop(ground.name)


@contextmanager
def folder() -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix="tideline-"))
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


@contextmanager
def empty(folder: Path, *, name: str = "db") -> Iterator[Ground]:
    """An empty database beside the one of DATABASE_URL; a file where that is unset or SQLite."""
    ground = _make(folder, name)
    try:
        yield ground
    finally:
        drop(ground.name)


def _make(folder: Path, name: str, source: Ground | None = None) -> Ground:
    address = os.environ.get("DATABASE_URL", "")
    if not address.startswith("postgres"):
        path = folder / f"{name}.sqlite3"
        if source:
            _copy(source.name, path)
        return Ground(url=f"sqlite:///{path}", name=str(path), folder=folder)
    name = f"tideline_{name}_{token_hex(4)}"
    _on_server("CREATE DATABASE {} TEMPLATE {} ENCODING 'UTF8'", name, source.name if source else "template0")
    return Ground(url=urlsplit(address)._replace(path=f"/{quote(name)}").geturl(), name=name, folder=folder)


def _copy(source: str | Path, target: str | Path) -> None:
    """What stands in a journal beside the file comes along."""
    with closing(sqlite3.connect(source)) as rows, closing(sqlite3.connect(target)) as copy:
        rows.backup(copy)


def drop(name: str) -> None:
    """A file goes with its folder."""
    if name.startswith("tideline_"):
        _on_server("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)


def _on_server(statement: str, *names: str) -> None:
    """Run one statement on the maintenance database of the server; a template must have no visitors."""
    server = urlsplit(os.environ["DATABASE_URL"])._replace(path="/postgres", scheme="postgresql").geturl()
    with psycopg.connect(server, autocommit=True) as maintenance:
        if len(names) > 1:
            maintenance.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", names[1:])
        maintenance.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))
