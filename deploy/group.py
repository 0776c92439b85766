"""The processes of one run on one machine: started together, watched, ended together. Standard library alone: `run.py`
has nothing else before it has installed the rest."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STARTUP_SECONDS = 90
# What the web server gives its requests in hand, 30 s (deploy/gunicorn.conf.py), and some for the rest.
STOP_SECONDS = 35
LIVED_SECONDS = 10


class Stop(Exception):
    """The work cannot go on; the text says why and what to do."""


def say(text: str = "") -> None:
    print(text, flush=True)


class Group:
    """The processes of one run, in a process group of their own, so that none of them outlives it.

    A killed worker would leave its embedded timetable process behind: the whole group is ended, not the children alone.
    """

    def __init__(self, env: dict[str, str]) -> None:
        self.env = env
        self.children: dict[str, subprocess.Popen[bytes]] = {}
        self.commands: dict[str, tuple[str, ...]] = {}
        self.born: dict[str, float] = {}
        self.leader = 0
        self.stopping = False
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self.on_signal)

    def on_signal(self, _number: int, _frame: FrameType | None) -> None:
        if not self.stopping:
            self.stopping = True
            raise KeyboardInterrupt

    def call(self, command: Sequence[str]) -> int:
        """Run one command to its end inside the group's care."""
        process = self.child(command, leader=0)
        try:
            return process.wait()
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)

    def start(self, name: str, *command: str) -> None:
        process = self.child([str(VENV / "bin" / command[0]), *command[1:]], leader=self.leader)
        self.leader = self.leader or process.pid
        self.children[name], self.commands[name], self.born[name] = process, command, time.monotonic()

    def child(self, command: Sequence[str], *, leader: int) -> subprocess.Popen[bytes]:
        return subprocess.Popen(command, cwd=ROOT, env=self.env, stdin=subprocess.DEVNULL, process_group=leader)

    def ended(self) -> str:
        return next((name for name, child in self.children.items() if child.poll() is not None), "")

    def wait_for(self, address: str) -> None:
        # A proxy set for the outside world must not be asked for this machine.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        deadline = time.monotonic() + STARTUP_SECONDS
        while time.monotonic() < deadline:
            if name := self.ended():
                raise Stop(f"The {name} process ended while starting; its last words stand above.")
            with contextlib.suppress(urllib.error.URLError, OSError), opener.open(address, timeout=5) as answer:
                if answer.status == 200:
                    return
            time.sleep(0.1)
        raise Stop(f"{address} did not answer within {STARTUP_SECONDS} s; look for the reason above.")

    def watch(self) -> int:
        """Until one ends. A worker that has lived a while is started anew: what it had to do stands in the database,
        and the pages must not go with it."""
        try:
            while not (name := self.ended()) or self.revive(name):
                time.sleep(0.2)
        except KeyboardInterrupt:
            say("\n正在停止 Stopping …")
            return 0
        say(f"The {name} process ended by itself (exit code {self.children[name].returncode}); stopping the rest.")
        return 1

    def revive(self, name: str) -> bool:
        if name != "worker" or time.monotonic() - self.born[name] < LIVED_SECONDS:
            return False
        say(f"The worker ended by itself (exit code {self.children[name].returncode}); starting it again.")
        self.start(name, *self.commands[name])
        return True

    def close(self) -> None:
        """Ask, wait, then end whatever is left of the group."""
        self.stopping = True
        for child in self.children.values():
            if child.poll() is None:
                child.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        for child in self.children.values():
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(max(0.1, deadline - time.monotonic()))
        if self.leader:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.leader, signal.SIGKILL)
