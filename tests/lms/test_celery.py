"""Waking the background: whatever the broker does, the screen that asked goes on."""

import os
import socket
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
WAKE = "import django; django.setup()\nimport time\nfrom courses import tasks\nt = time.monotonic()\n"
WAKE += "tasks.wake_delivery(1)\nprint(time.monotonic() - t)"


def test_a_broker_that_takes_the_call_and_never_answers_costs_seconds() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "lms.settings.dev",
            "CELERY_BROKER_URL": f"redis://127.0.0.1:{silent.getsockname()[1]}/0",
            "SECRET_KEY": "x" * 60,
        }
        done = subprocess.run(
            [sys.executable, "-c", WAKE],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    assert "the sweep will deliver" in done.stderr
    assert float(done.stdout) < 15
