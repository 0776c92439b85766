"""The steps of `run.py test`, one after the other or side by side. Standard library alone."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from deploy.group import ROOT, VENV, say


def step(name: str, command: Sequence[str], env: dict[str, str], *, quiet: bool = False) -> tuple[str, bool, float]:
    """Run one, kept `quiet` until it is done: its name, whether it went well, and how many seconds it took."""
    started = time.monotonic()
    program = VENV / "bin" / command[0]
    first = str(program) if program.exists() else command[0]
    out, err = (subprocess.PIPE, subprocess.STDOUT) if quiet else (None, None)
    done = subprocess.run([first, *command[1:]], cwd=ROOT, env=env, check=False, text=True, stdout=out, stderr=err)
    if quiet:
        say(f"── {name}\n{done.stdout}".rstrip())
    return name, done.returncode == 0, time.monotonic() - started


class Steps:
    """Runs steps and remembers how each went."""

    def __init__(self) -> None:
        self.done: list[tuple[str, bool, float]] = []
        self.not_run: list[str] = []

    def do(self, name: str, command: Sequence[str], env: dict[str, str]) -> None:
        say(f"── {name}")
        self.done.append(step(name, command, env))

    def do_side_by_side(self, steps: Sequence[tuple[str, list[str]]], env: dict[str, str]) -> None:
        """Those that need nothing of each other, two at a time; each says its words when it is done."""
        with ThreadPoolExecutor(max_workers=2) as lanes:
            begun = [lanes.submit(step, name, command, env, quiet=True) for name, command in steps]
            self.done += [one.result() for one in begun]

    def report(self) -> int:
        say()
        for name, good, seconds in self.done:
            say(f"  {'ok     ' if good else 'FAILED '} {name:<14}{seconds:7.1f} s")
        for name in self.not_run:
            say(f"  NOT RUN {name}")
        return 0 if all(good for _, good, _ in self.done) else 1
