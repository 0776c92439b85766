"""The web processes, here and in production. Every value can be set from the environment."""

import os
import time
from pathlib import Path
from typing import Any

bind = f"{os.environ.get('HOST', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"
worker_class = "gthread"
# Embedded: one process, so that SQLite has one writer. Elsewhere: as many as cores.
workers = int(os.environ.get("WEB_PROCESSES", "1"))
threads = int(os.environ.get("WEB_THREADS", "8"))
timeout = 60
graceful_timeout = 30
keepalive = 5
# A browser's headers are small; what is larger is an attack or a mistake.
limit_request_line = 4094
limit_request_field_size = 8190
# Heartbeats in memory: on a slow disk they would look like a hung worker.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None
control_socket_disable = True
# Processes are forked from one that has loaded everything: a lost one is replaced at once, and they share its memory.
preload_app = True

# The application writes its own line per request (route, status, time). A path may carry a code: never log it here.
accesslog = None
errorlog = "-"
loglevel = os.environ.get("WEB_LOG_LEVEL", "info")


def on_starting(server: Any) -> None:
    """The processes share their metrics through a folder; figures of an earlier run do not belong there."""
    if folder := os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        for left_over in Path(folder).glob("*.db"):
            left_over.unlink()


def when_ready(server: Any) -> None:
    """Addresses and their screens are loaded on first use; do it once, before the processes are forked. From here on
    the clock is held against where it stood, by those that are forked later as well."""
    from django.urls import get_resolver
    from django.utils import timezone

    from courses.web import clock
    from lms import memory

    _loaded = get_resolver().url_patterns
    clock.begin(now=timezone.now(), ticks=time.monotonic())
    memory.settle()


def post_fork(server: Any, worker: Any) -> None:
    """Where processors are short, who is nicer waits: the processes of the staff's pages behind those of check-ins."""
    os.nice(int(os.environ.get("WEB_NICE", "0")))


def child_exit(server: Any, worker: Any) -> None:
    """Take a finished process out of the shared metrics."""
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        from prometheus_client import multiprocess

        multiprocess.mark_process_dead(worker.pid)
