"""Phones at the door: each scans, posts, and tries again when the connection breaks, as a browser's user would."""

import http.client
import re
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from queue import Empty, SimpleQueue
from urllib.parse import urlencode

from tests.served import HOST

PATIENCE_SECONDS = 60
GONE = 410
# The receipt stands in the address that a check-in is answered with; one phone in so many opens that page too.
ONE_LOOKS_OF = 10
RECEIPT = re.compile(r"\bR[0-9A-HJKMNP-TV-Z]{11}\b")
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="(\w+)"')


class Answered(Exception):
    """An answer that is no receipt: not a broken connection but a refusal or a fault."""


@dataclass
class Told:
    """What the phones were told: learner → receipts, and how often they had to try again."""

    receipts: dict[int, list[str]] = field(default_factory=dict)
    retries: int = 0
    refusals: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock, repr=False)


@dataclass(frozen=True)
class Door:
    """Where to check in: the server's port and the code that the wall shows at this moment."""

    port: int
    code: Callable[[], str]


def check_in_all(door: Door, phones: Sequence[tuple[int, str]], *, clients: int, pause_seconds: float) -> Told:
    """`phones`: (learner, device cookie). Each client takes the next phone after a pause; the first refusal ends it."""
    told, waiting = Told(), SimpleQueue[tuple[int, str]]()
    for phone in phones:
        waiting.put(phone)
    threads = [threading.Thread(target=_client, args=(door, waiting, told, pause_seconds)) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return told


def _client(door: Door, waiting: "SimpleQueue[tuple[int, str]]", told: Told, pause_seconds: float) -> None:
    while not told.refusals:
        try:
            learner, device = waiting.get_nowait()
        except Empty:
            return
        try:
            Phone(door, device, told).check_in(learner)
        except Exception as error:  # noqa: BLE001  whatever it is, the proof must show it
            with told.lock:
                told.refusals.append(f"{type(error).__name__}: {error}")
        time.sleep(pause_seconds)


class Phone:
    def __init__(self, door: Door, device: str, told: Told) -> None:
        self.door, self.told = door, told
        self.cookies = {"device": device}
        # Kept open between requests, as a browser does, and opened anew after whatever broke it.
        self.connection = http.client.HTTPConnection(HOST, door.port, timeout=30)

    def check_in(self, learner: int) -> None:
        """Scan, post, keep the receipt; whatever breaks on the way is tried again from where it broke."""
        status, _location, page = self.scan()
        token = TOKEN.search(page)
        if status != 200 or token is None:
            raise Answered(f"the scan answered {status}")
        form = urlencode({"csrfmiddlewaretoken": token[1]})
        status, location, page = self.insist("POST", "/C/", form)
        receipts = RECEIPT.findall(location)
        if receipts and learner % ONE_LOOKS_OF == 0:
            status, _location, page = self.insist("GET", location)
            receipts = receipts if status == 200 and receipts[0] in page else []
        self.connection.close()
        if status not in (200, 302) or not receipts:
            raise Answered(f"the post led to {status} without a receipt: {location}")
        with self.told.lock:
            self.told.receipts.setdefault(learner, []).append(receipts[0])

    def scan(self) -> tuple[int, str, str]:
        """A code that ran out while nobody answered is scanned anew off the wall."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            told = self.insist("GET", f"/C/{self.door.code()}")
            if told[0] != GONE or time.monotonic() > deadline:
                return told
            with self.told.lock:
                self.told.retries += 1

    def insist(self, method: str, path: str, form: str | None = None) -> tuple[int, str, str]:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                status, location, page = self.ask(method, path, form)
                if status < 500:
                    return status, location, page
            except (OSError, http.client.HTTPException):
                status = 0
            if time.monotonic() > deadline:
                raise Answered(f"{method} gave {status or 'no answer'} for {PATIENCE_SECONDS} s")
            with self.told.lock:
                self.told.retries += 1
            time.sleep(0.1)

    def ask(self, method: str, path: str, form: str | None) -> tuple[int, str, str]:
        jar = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        headers = {"Cookie": jar} | ({"Content-Type": "application/x-www-form-urlencoded"} if form is not None else {})
        try:
            self.connection.request(method, path, body=form, headers=headers)
            answer = self.connection.getresponse()
            page = answer.read().decode()
        except (OSError, http.client.HTTPException):
            self.connection.close()
            raise
        for line in answer.headers.get_all("Set-Cookie", []):
            self.cookies |= {name: morsel.value for name, morsel in SimpleCookie(line).items()}
        return answer.status, answer.headers.get("Location", ""), page
