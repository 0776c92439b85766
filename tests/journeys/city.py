"""A city of one's own for a journey: prepared and served by the same commands as `run.py`, then thrown away."""

import io
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from unittest import mock

from tests import ground
from tests.crowd import Crowd
from tests.ground import Ground

ROOT = Path(__file__).resolve().parents[2]
THIS = "tests.journeys.city"


@dataclass(frozen=True)
class City:
    """`clerk` is a process that has Django up already: a command costs what it does, not a start."""

    address: str
    ground: Ground
    clerk: Crowd

    def manage(self, *command: str) -> str:
        said: str = self.clerk.call(self.ground.name, f"{THIS}:said_by", command=list(command))
        return said


def said_by(*, command: list[str]) -> str:
    """All that would stand in the window, the codes of the console carrier among it."""
    from django.core.management import call_command

    out = io.StringIO()
    with redirect_stdout(out), mock.patch.object(sys, "__stdout__", out):
        call_command(*command)
    return out.getvalue()


KEYS = {
    "SECRET_KEY": "a key for journeys only, long enough to be taken for a real one",
    "FIELD_KEYS": "k1:MTExMTExMTExMTExMTExMTExMTExMTExMTExMTExMTE=",
    "DIGEST_KEY": "ZGRkZGRkZGRkZGRkZGRkZGRkZGRkZGRkZGRkZGRkZGQ=",
    "CERTIFICATE_KEYS": "c1:Y2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2M=",
    "DEBUG": "1",
}


def built(share: str) -> Ground:
    """The demo city, its past shortened to `share` per cent: made once for all processes of a run."""
    return ground.standing(f"city_{share}", partial(_build, share=share), ground.migrated)


def _build(place: Ground, *, share: str) -> None:
    (place.folder / "broker" / "control").mkdir(parents=True)
    for command in (("prepare", "--no-demo"), ("seed_demo", "--share", share), ("renew_demo",)):
        place.manage(*command, settings="lms.settings.dev", **KEYS)


@contextmanager
def served(*, share: str = "12") -> Iterator[City]:
    """A copy of it on a free port; web only, as no journey waits for a worker."""
    source = built(share)
    with ground.copy_of(source) as own:
        for name in ("broker", "media", "private", "static"):
            if (source.folder / name).exists():
                shutil.copytree(source.folder / name, own.folder / name)
        port = str(_free_port())
        address = f"http://127.0.0.1:{port}"
        process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "--config", "deploy/gunicorn.conf.py", "lms.wsgi"],
            cwd=ROOT,
            env=own.environment("lms.settings.dev", **KEYS, PORT=port, HOST="127.0.0.1"),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            process_group=0,
        )
        try:
            with Crowd(own.environment("lms.settings.dev", **KEYS), processes=1) as clerk:
                _wait(f"{address}/healthz")
                yield City(address, own, clerk)
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(timeout=40)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait(address: str) -> None:
    for _turn in range(300):
        try:
            with urllib.request.urlopen(address, timeout=2) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.2)
    raise TimeoutError(address)
