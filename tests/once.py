"""What a run makes once, whoever of its processes comes first: a folder, and in it a lock and a note for each thing."""

import atexit
import fcntl
import json
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

RUN = "TIDELINE_RUN_FOLDER"


def begin() -> Path:
    """The folder of this run. The process that asks first takes it away at its end; its children inherit the name."""
    if RUN not in os.environ:
        os.environ[RUN] = tempfile.mkdtemp(prefix="tideline-run-")
        atexit.register(_end, os.getpid())
    return Path(os.environ[RUN])


def made(name: str, make: Callable[[Path], dict[str, Any]]) -> dict[str, Any]:
    """What `make` noted in a folder of its own. Whoever asks while it is being made waits."""
    folder = begin()
    note = folder / f"{name}.json"
    with (folder / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not note.exists():
            (folder / name).mkdir(exist_ok=True)
            note.write_text(json.dumps(make(folder / name)))
    told: dict[str, Any] = json.loads(note.read_text())
    return told


def _end(owner: int) -> None:
    from tests import ground

    if os.getpid() != owner:
        return
    folder = Path(os.environ.pop(RUN))
    for note in folder.glob("*.json"):
        ground.drop(json.loads(note.read_text()).get("name", ""))
    shutil.rmtree(folder, ignore_errors=True)
