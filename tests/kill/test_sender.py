"""The worker that sends messages is killed while a gateway has taken one and not yet answered."""

import json
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests import ground
from tests.journeys.city import KEYS

MESSAGES = 12
STUCK_AT = 5

PLANT = f"""
from datetime import datetime, UTC
from courses import notices
for number in range({MESSAGES}):
    notices.queue(kind="enrolment_admitted", channel="sms", to=f"1990000{{number:04d}}",
        params={{"course": "焊工", "starts": "09-16", "number": f"B{{number}}", "place": 0, "reason": ""}},
        now=datetime(2026, 9, 14, 2, tzinfo=UTC))
"""
SEND = """
from datetime import datetime, timedelta, UTC
from courses import notices
notices.deliver_due(now=datetime(2026, 9, 14, 2, tzinfo=UTC) + timedelta(minutes={minutes}))
"""
LOOK = """
from courses.models import OutboxMessage
print(",".join(sorted(OutboxMessage.objects.values_list("status", flat=True))))
"""


class Gateway(ThreadingHTTPServer):
    """Sends each key once, whatever it is asked; the answer to the fifth message never comes while `stuck` holds."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[str] = []
        self.sent: dict[str, str] = {}
        self.reached, self.answers = threading.Event(), threading.Event()


class Handler(BaseHTTPRequestHandler):
    server: Gateway

    def do_POST(self) -> None:
        key = self.headers["Idempotency-Key"]
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append(key)
        self.server.sent.setdefault(key, body["params"]["number"])
        if len(self.server.sent) == STUCK_AT and not self.server.answers.is_set():
            self.server.reached.set()
            self.server.answers.wait(60)
            return
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps({"receipt": key}).encode())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """A test prints nothing."""


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    with Gateway() as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.answers.set()
        server.shutdown()
        thread.join()


@pytest.mark.long
def test_a_sender_killed_in_the_middle_loses_no_message_and_sends_none_twice(gateway: Gateway) -> None:
    with ground.fresh() as database:
        address = f"http://127.0.0.1:{gateway.server_port}/"
        surroundings = database.environment(
            "lms.settings.dev", **KEYS, SMS_BACKEND="http", SMS_GATEWAY_URL=address, no_proxy="127.0.0.1"
        )

        def start(code: str) -> subprocess.Popen[str]:
            call = [sys.executable, "manage.py", "shell", "-v0", "-c", code]
            return subprocess.Popen(call, cwd=ground.ROOT, env=surroundings, stdout=subprocess.PIPE, text=True)

        def done(code: str) -> str:
            process = start(code)
            said, _ = process.communicate(timeout=120)
            assert process.returncode == 0
            return said.strip()

        done(PLANT)
        sender = start(SEND.format(minutes=0))
        assert gateway.reached.wait(60)
        sender.send_signal(signal.SIGKILL)
        sender.communicate(timeout=30)
        gateway.answers.set()
        assert done(LOOK).split(",") == ["claimed"] + ["queued"] * (MESSAGES - STUCK_AT) + ["sent"] * (STUCK_AT - 1)
        done(SEND.format(minutes=1))
        done(SEND.format(minutes=3))
        assert set(done(LOOK).split(",")) == {"sent"}
    assert sorted(gateway.sent.values()) == sorted(f"B{number}" for number in range(MESSAGES))
    # The one in the middle was asked for twice, under one key: that key is what keeps the phone from ringing twice.
    assert len(gateway.asked) == MESSAGES + 1
