"""The service is stopped while phones check in: what it has in hand it finishes, and says so to the phone."""

import http.client
import os
import re
import signal
import sqlite3
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

import psycopg
import pytest

from deploy.group import STOP_SECONDS
from tests.architecture.trees import ROOT
from tests.ground import Ground
from tests.kill import run
from tests.kill.clients import RECEIPT, TOKEN, Door, Phone, Told
from tests.races import Arena
from tests.served import Served

pytestmark = pytest.mark.django_db
PHONES = 8
# Long enough that every phone's post stands before the lock, and that a server which does not wait is gone.
A_WHILE = 1.0


@contextmanager
def nobody_can_write(ground: Ground) -> Iterator[None]:
    """What arrives now stays in hand until this is over."""
    if ground.engine == "sqlite":
        held = sqlite3.connect(ground.name, isolation_level=None, check_same_thread=False)
        held.execute("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            held.execute("ROLLBACK")
            held.close()
        return
    with psycopg.connect(ground.url.replace("postgres://", "postgresql://", 1)) as held_there:
        held_there.execute("LOCK TABLE courses_evidence IN EXCLUSIVE MODE")
        yield
        held_there.rollback()


def stopped_by(stop: Callable[[Served], None], arena: Arena) -> tuple[set[tuple[int, str]], set[tuple[int, str]], int]:
    """What the phones were told, what is there, and the server's exit code, when it is stopped over their posts."""
    room = arena.crowd.call(arena.ground.name, f"{run.THIS}:plant", checkins=PHONES)[0]
    environment = arena.ground.environment("lms.settings.test")
    with Served("lms.wsgi", environment, folder=Path(arena.ground.folder)) as web:
        web.wait()
        door = Door(web.port, run.wall(room["lesson_code"]))
        ready = [_scanned(door, device) for _learner, device in room["phones"]]
        learners = [learner for learner, _device in room["phones"]]
        with ThreadPoolExecutor(PHONES) as pool:
            with nobody_can_write(arena.ground):
                answers = [pool.submit(_post, phone, form) for phone, form in ready]
                time.sleep(A_WHILE)
                stop(web)
                time.sleep(A_WHILE)
            told = [(learner, answer.result()) for learner, answer in zip(learners, answers, strict=True)]
        code = web.master.wait(timeout=STOP_SECONDS)
    rows: list[tuple[int, str]] = arena.crowd.call(
        arena.ground.name, f"{run.THIS}:receipts", lesson_ids=[room["lesson_id"]]
    )
    return {(learner, receipt) for learner, receipt in told if receipt}, {(one, two) for one, two in rows}, code


def _scanned(door: Door, device: str) -> tuple[Phone, str]:
    phone = Phone(door, device, Told())
    _status, _location, page = phone.scan()
    token = TOKEN.search(page)
    assert token is not None
    return phone, urlencode({"csrfmiddlewaretoken": token[1]})


def _post(phone: Phone, form: str) -> str:
    """The receipt; empty where the server went away over it. Not tried again."""
    try:
        _status, location, _page = phone.ask("POST", "/C/", form)
    except (OSError, http.client.HTTPException):
        return ""
    finally:
        phone.connection.close()
    found = RECEIPT.findall(location)
    return found[0] if found else ""


def test_a_service_that_is_asked_to_stop_answers_what_it_has_in_hand(arena: Arena) -> None:
    told, there, code = stopped_by(lambda web: web.master.terminate(), arena)
    assert len(told) == PHONES
    assert (there, code) == (told, 0)


def test_one_that_does_not_wait_would_be_seen(arena: Arena) -> None:
    """Teeth: ended at once, it leaves phones without an answer."""
    told, _there, _code = stopped_by(lambda web: os.killpg(web.master.pid, signal.SIGKILL), arena)
    assert len(told) < PHONES


def _seconds(text: str, pattern: str) -> list[int]:
    return [int(found) for found in re.findall(pattern, text)]


def test_whoever_stops_the_service_waits_longer_than_it_needs() -> None:
    configuration = (ROOT / "deploy" / "gunicorn.conf.py").read_text(encoding="utf-8")
    compose = (ROOT / "deploy" / "compose.yaml").read_text(encoding="utf-8")
    (grace,) = _seconds(configuration, r"graceful_timeout = (\d+)")
    assert grace < STOP_SECONDS
    assert min(_seconds(compose, r"stop_grace_period: (\d+)s")) > grace
