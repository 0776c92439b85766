"""A city of one's own for a journey: prepared and served by the same commands as `run.py`, then thrown away."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.ground import Ground, fresh

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class City:
    address: str
    ground: Ground

    def manage(self, *command: str) -> str:
        call = [sys.executable, "manage.py", *command]
        env = self.ground.environment("lms.settings.dev", **KEYS)
        done = subprocess.run(call, cwd=ROOT, env=env, check=False, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr[-4000:]
        return done.stdout


KEYS = {
    "SECRET_KEY": "a key for journeys only, long enough to be taken for a real one",
    "FIELD_KEYS": "k1:MTExMTExMTExMTExMTExMTExMTExMTExMTExMTExMTE=",
    "DIGEST_KEY": "ZGRkZGRkZGRkZGRkZGRkZGRkZGRkZGRkZGRkZGRkZGQ=",
    "CERTIFICATE_KEYS": "c1:Y2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2M=",
    "DEBUG": "1",
}


@contextmanager
def served(*, share: str = "12") -> Iterator[City]:
    """The demo city on a free port, its past shortened to `share` per cent; web only, as no journey waits for a
    worker."""
    with fresh() as ground:
        city = City(f"http://127.0.0.1:{_free_port()}", ground)
        (ground.folder / "broker" / "control").mkdir(parents=True, exist_ok=True)
        city.manage("prepare", "--no-demo")
        city.manage("seed_demo", "--share", share)
        city.manage("renew_demo")
        port = city.address.rsplit(":", 1)[1]
        process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "--config", "deploy/gunicorn.conf.py", "lms.wsgi"],
            cwd=ROOT,
            env=ground.environment("lms.settings.dev", **KEYS, PORT=port, HOST="127.0.0.1"),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            process_group=0,
        )
        try:
            _wait(f"{city.address}/healthz")
            yield city
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
