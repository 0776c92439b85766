"""A full room of people who were never here before, behind one address: each scans the wall, asks for a code, types it
in, and stands before their check-in, through the real web, broker and worker."""

import re
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.cookiejar import CookieJar
from pathlib import Path
from queue import Empty, SimpleQueue

from courses import attendance
from courses.models import Direction, Learner, Lesson
from courses.policy import Policy
from tests.drill.handover import KEYS, TOKEN, worker
from tests.factories import classes
from tests.races import Arena, Figures
from tests.served import HOST, ROOT, Served

PEOPLE = 120
AT_ONCE = 12
# Issue and design, law 6: all of them.
SECONDS = 120.0
ADDRESS = "203.0.113.7"
PATIENCE_SECONDS = 60
WAIT_SECONDS = 0.2
HERE = "from tests.drill import newcomers; newcomers."


@dataclass
class Room:
    """What the phones share: the server, the window in which codes appear, and what went wrong."""

    port: int
    window: Path
    through: list[float] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    began: float = field(default_factory=time.monotonic)


def run(arena: Arena, *, people: int) -> Figures:
    """`people` learners nobody knows, `AT_ONCE` of them pressing at the same moment."""
    ground, folder = arena.ground, Path(arena.ground.folder)
    (folder / "broker" / "control").mkdir(parents=True, exist_ok=True)
    surroundings = {**KEYS, "TRUSTED_PROXY_COUNT": "1", "DEBUG": "1"}
    ground.manage("prepare", "--no-demo", settings="lms.settings.dev", **surroundings)
    environment = ground.environment("lms.settings.dev", **surroundings)
    with Served("lms.wsgi", environment, folder=folder) as web, worker(environment, folder):
        web.wait()
        code = _said_by(environment, "show_wall()")
        room = Room(web.port, folder / "worker.log")
        _come_in(room, code, people)
        known = int(_said_by(environment, "say_known()"))
    figures = Figures("newcomers", faults=room.faults)
    took = sorted(room.through)
    figures.add(people=people, through=len(took), last_s=round(took[-1], 1) if took else 0, accounts=known)
    if (len(took), known) != (people, people):
        figures.faults.append(f"{people} came, {len(took)} got through, {known} accounts are open")
    if people >= PEOPLE and took and took[-1] > SECONDS:
        figures.faults.append(f"the last was through after {took[-1]:.0f} s, the promise is {SECONDS:.0f} s")
    return figures


def _come_in(room: Room, code: str, people: int) -> None:
    waiting = SimpleQueue[int]()
    for number in range(people):
        waiting.put(number)
    # All have scanned what the wall shows now before the first asks for a message.
    phones = {number: Phone(room, number) for number in range(people)}
    for phone in phones.values():
        phone.open(f"/C/{code}")

    def press() -> None:
        while True:
            try:
                phones[waiting.get_nowait()].sign_in()
            except Empty:
                return

    hands = [threading.Thread(target=press) for _ in range(AT_ONCE)]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()


class Phone:
    def __init__(self, room: Room, number: int) -> None:
        self.room, self.number = room, f"1991000{number:04d}"
        self.browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
        self.browser.addheaders = [("X-Forwarded-For", ADDRESS), ("User-Agent", "drill")]

    def open(self, path: str, form: dict[str, str] | None = None) -> tuple[str, str]:
        """Where it led to, and what stands there."""
        body = urllib.parse.urlencode(form).encode() if form else None
        answer = self.browser.open(f"http://{HOST}:{self.room.port}{path}", body, timeout=PATIENCE_SECONDS)
        return urllib.parse.urlsplit(answer.url).path, answer.read().decode()

    def sign_in(self) -> None:
        try:
            arrived = self._sign_in()
        except (OSError, TimeoutError) as error:
            self.room.faults.append(f"{self.number}: {error}")
            return
        if arrived.startswith("/account/"):
            self.room.faults.append(f"{self.number} stands at {arrived}")
        else:
            self.room.through.append(time.monotonic() - self.room.began)

    def _sign_in(self) -> str:
        self._press("/account/", phone=self.number)
        arrived, _page = self._press("/account/code/", code=self._told())
        return arrived

    def _press(self, path: str, **answers: str) -> tuple[str, str]:
        _where, page = self.open(path)
        token = TOKEN.search(page)
        if token is None:
            raise TimeoutError(f"nothing to fill in at {path}")
        return self.open(path, {"csrfmiddlewaretoken": token[1], **answers})

    def _told(self) -> str:
        """The code, as soon as the carrier has handed it over; its line shows the last four of the number."""
        mine = re.compile(rf"→ \S*{self.number[-4:]}：\D*(\d{{6}})")
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            if found := mine.search(self.room.window.read_text(encoding="utf-8")):
                return found[1]
            time.sleep(WAIT_SECONDS)
        raise TimeoutError("no code came")


# ── In a process of the service ───────────────────────────────────────────────────────────────────────────────────────


def _said_by(environment: dict[str, str], deed: str) -> str:
    command = [sys.executable, "manage.py", "shell", "-v0", "-c", HERE + deed]
    done = subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def show_wall() -> None:
    """A lesson that began five minutes ago; says what its wall shows at this moment."""
    now = datetime.now(UTC)
    a_class = classes.training_class(now=now - timedelta(days=3), first=now - timedelta(minutes=5))
    lesson = Lesson.objects.filter(training_class=a_class).earliest("number")
    print(attendance.issue(lesson=lesson, direction=Direction.IN, policy=Policy(), now=datetime.now(UTC)).text)


def say_known() -> None:
    print(Learner.objects.filter(user__isnull=False).count())
