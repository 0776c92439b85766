"""Kill web processes while phones hand in what they wrote: each tries again until every entry has its receipt."""

import http.client
import json
import random
import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from importlib import import_module
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

from courses import attendance
from courses.models import Post
from tests.factories import catalogue, classes, crowds, people
from tests.factories.phones import Phone, digest_of
from tests.kill.run import Killer
from tests.races import Arena, Figures
from tests.races.kits import PHONES
from tests.races.kits import THIS as UNION
from tests.served import HOST, Served

THIS = "tests.kill.kits"
BATCH = 2
PATIENCE_SECONDS = 30
SECRET = "c" * 32


@dataclass
class Heard:
    """What the phones were told."""

    told: list[list[str]] = field(default_factory=list)
    retries: int = 0
    refusals: list[str] = field(default_factory=list)


def run(arena: Arena, *, marks: int, every_seconds: float, pause_seconds: float) -> Figures:
    """`marks` are those of each of the phones; each batch waits a little, so that the killing has time to happen."""
    crowd, database = arena.crowd, arena.ground.name
    planted = crowd.call(database, f"{THIS}:plant", marks=marks)
    heard = Heard()
    with Served("lms.wsgi", arena.ground.environment("lms.settings.test"), folder=Path(arena.ground.folder)) as web:
        web.wait()
        killer = Killer(web, every_seconds)
        killer.start()
        threads = [
            threading.Thread(target=_hand_over, args=(web, planted, phone, heard, pause_seconds))
            for phone in planted["phones"]
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        killer.stop()
    acknowledged = {digest for digest, _receipt, _state in heard.told}
    figures = Figures("kit-kill", faults=heard.refusals)
    figures.add(entries=len(acknowledged), kills=killer.kills, retries=heard.retries)
    if acknowledged != {digest for phone in planted["phones"] for digest in phone["digests"]}:
        figures.faults.append("what was written and what was acknowledged differ")
    figures.faults += crowd.call(
        database, f"{UNION}:faults", lesson_id=planted["lesson_id"], contradicted=[], told=heard.told
    )
    return figures


def _hand_over(web: Served, planted: dict[str, Any], phone: dict[str, Any], heard: Heard, pause: float) -> None:
    """Batch after batch, as the page does; one that got no answer is sent again as it was."""
    headers = {
        "Cookie": f"{settings.SESSION_COOKIE_NAME}={planted['session']}; {settings.CSRF_COOKIE_NAME}={SECRET}",
        "X-CSRFToken": SECRET,
        "Content-Type": "application/json",
    }
    address = f"/teach/lesson/{planted['name']}/kit/upload/"
    for begun in range(0, len(phone["parcels"]), BATCH):
        content = {"kit": phone["number"], "entries": phone["parcels"][begun : begun + BATCH], "report": phone["word"]}
        status, deadline = 0, time.monotonic() + PATIENCE_SECONDS
        while status != HTTPStatus.OK and time.monotonic() < deadline:
            status, answer = _ask(web.port, address, json.dumps(content), headers)
            if HTTPStatus.OK < status < HTTPStatus.INTERNAL_SERVER_ERROR:
                heard.refusals.append(f"the hand-over answered {status}")
                return
            heard.retries += status != HTTPStatus.OK
        heard.told += [[one["digest"], one["receipt"], one["state"]] for one in json.loads(answer)["receipts"]]
        time.sleep(pause)


def _ask(port: int, address: str, body: str, headers: dict[str, str]) -> tuple[int, bytes]:
    """(0, nothing) where the server went away over it."""
    connection = http.client.HTTPConnection(HOST, port, timeout=20)
    try:
        connection.request("POST", address, body=body, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.read()
    except (OSError, http.client.HTTPException):
        time.sleep(0.1)
        return 0, b""
    finally:
        connection.close()


# ── In the crowd's process ────────────────────────────────────────────────────────────────────────────────────────────


def plant(*, marks: int) -> dict[str, Any]:
    """Three phones that have each marked everybody, and the session of their trainer."""
    now, trainer = datetime.now(UTC), people.user()
    Post.objects.create(
        user=trainer, role=Post.Role.TRAINER, institution=catalogue.institution(), since=now - timedelta(days=1)
    )
    class_of = crowds.class_of(
        people=crowds.learners(count=marks, now=now), now=now, first=now - timedelta(minutes=90), trainers=[trainer]
    )
    lesson, chance = classes.first_lesson(class_of), random.Random(7)
    learners = [row.learner for row in attendance.current_members(training_class=class_of).select_related("learner")]
    phones = [Phone(lesson, trainer).prepare(now - timedelta(minutes=100)) for _ in range(PHONES)]
    for phone in phones:
        for learner in chance.sample(learners, k=marks):
            phone.mark(learner, "present", now - timedelta(minutes=30))
    return {
        "lesson_id": lesson.pk,
        "name": attendance.lesson_name(lesson),
        "session": _session_of(trainer, now),
        "phones": [
            {
                "number": phone.number,
                "parcels": [{"body": one.body, "signature": one.signature} for one in phone.written],
                "digests": [digest_of(one.body) for one in phone.written],
                "word": vars(phone.word(now)),
            }
            for phone in phones
        ],
    }


def _session_of(user: Any, now: datetime) -> str:
    """A session as the sign-in makes it, its second factor behind it."""
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    store[SESSION_KEY] = str(user.pk)
    store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    store["account_authentication_methods_user"] = str(user.pk)
    store["account_authentication_methods"] = [{"method": "mfa", "at": now.timestamp(), "type": "totp"}]
    store.save()
    return str(store.session_key)
