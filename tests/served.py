"""The real web server, with its deployed configuration, in front of a database of one's own."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Self

ROOT = Path(__file__).resolve().parents[1]
HOST = "127.0.0.1"
START_SECONDS = 120


class Served:
    """gunicorn as in deploy/, several processes. What it says is kept in `log` and shown when it does not start."""

    def __init__(
        self,
        application: str,
        environment: Mapping[str, str],
        *,
        folder: Path,
        processes: int = 2,
        secure: bool = False,
    ) -> None:
        self.port = _free_port()
        self.log = folder / f"{application}-{self.port}.log"
        self.secure = secure
        more = {"HOST": HOST, "PORT": str(self.port), "WEB_PROCESSES": str(processes), "WEB_LOG_LEVEL": "warning"}
        with self.log.open("wb") as log:
            self.master = subprocess.Popen(
                [sys.executable, "-m", "gunicorn", "--config", "deploy/gunicorn.conf.py", application],
                cwd=ROOT,
                env={**environment, **more},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        with suppress(ProcessLookupError):
            self.master.terminate()
        try:
            self.master.wait(timeout=15)
        except subprocess.TimeoutExpired:
            os.killpg(self.master.pid, signal.SIGKILL)
            self.master.wait()

    @property
    def origin(self) -> str:
        return f"{'https' if self.secure else 'http'}://{HOST}:{self.port}"

    def wait(self, path: str = "/healthz") -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self.master.poll() is None:
            with suppress(OSError, http.client.HTTPException):
                if self.get(path)[0] == 200:
                    return
            time.sleep(0.1)
        raise RuntimeError(f"the web server did not answer:\n{self.log.read_text(errors='replace')[-4000:]}")

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> tuple[int, http.client.HTTPMessage, bytes]:
        """One GET on a connection of its own."""
        connection = http.client.HTTPConnection(HOST, self.port, timeout=30)
        try:
            connection.request("GET", path, headers={**self.headers(), **(headers or {})})
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            connection.close()

    def headers(self) -> dict[str, str]:
        """What the proxy in front would add."""
        return {"X-Forwarded-Proto": "https"} if self.secure else {}

    def workers(self) -> list[int]:
        """The processes that serve, as the system tells them."""
        children = Path(f"/proc/{self.master.pid}/task/{self.master.pid}/children")
        if children.exists():
            return [int(pid) for pid in children.read_text().split()]
        found = subprocess.run(["pgrep", "-P", str(self.master.pid)], capture_output=True, text=True, check=False)
        return [int(pid) for pid in found.stdout.split()]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])
