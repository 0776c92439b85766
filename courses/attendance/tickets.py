"""The arrival ticket: what a good scan leaves in the browser, so that signing in costs no lateness.

A signed cookie of this browser only: lesson, direction, time of the scan, device and a nonce; ten minutes; never in a
URL or a form.
"""

import base64
import binascii
import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from courses import privacy
from courses.attendance.codes import NODES_APART, ScanRefusal, ScanRefused
from courses.models import Direction
from courses.people.numbers import fresh

COOKIE = "ticket"
PURPOSE = "ticket"
MAC_BYTES = 16


@dataclass(frozen=True)
class Ticket:
    lesson_code: int
    direction: Direction
    scanned_at: datetime
    device: str
    nonce: str
    offset_ms: int | None = None
    handed_on: bool = False


def new_ticket(
    *, lesson_code: int, direction: Direction, device: str, now: datetime, offset_ms: int | None = None
) -> Ticket:
    """`offset_ms` is how long after the start of its code's step the scan came, in milliseconds."""
    return Ticket(lesson_code, direction, now, device, _nonce(), offset_ms)


def seal_ticket(ticket: Ticket) -> str:
    payload = json.dumps(
        [
            ticket.lesson_code,
            ticket.direction,
            ticket.scanned_at.timestamp(),
            ticket.device,
            ticket.nonce,
            ticket.offset_ms,
            ticket.handed_on,
        ]
    ).encode()
    return base64.urlsafe_b64encode(privacy.sign(payload, purpose=PURPOSE, length=MAC_BYTES) + payload).decode()


def open_ticket(text: str, *, minutes: int, now: datetime) -> Ticket:
    """The ticket behind a cookie. Refused as `no_ticket` when missing, altered, older than `minutes`, or of a future
    that another server's clock does not explain."""
    try:
        sealed = base64.urlsafe_b64decode(text.encode())
    except (binascii.Error, ValueError):
        sealed = b""
    payload = sealed[MAC_BYTES:]
    if not payload or not privacy.verify(payload, sealed[:MAC_BYTES], purpose=PURPOSE, length=MAC_BYTES):
        raise ScanRefused(ScanRefusal.NO_TICKET, minutes=minutes)
    code, direction, scanned, device, nonce, offset_ms, handed_on = json.loads(payload)
    scanned_at = datetime.fromtimestamp(scanned, tz=UTC)
    if not -NODES_APART <= now - scanned_at <= timedelta(minutes=minutes):
        raise ScanRefused(ScanRefusal.NO_TICKET, minutes=minutes)
    return Ticket(code, Direction(direction), scanned_at, device, nonce, offset_ms, handed_on)


def hand_on(text: str, *, minutes: int, now: datetime) -> Ticket:
    """The same scan for another person beside this phone: a nonce of its own, the time of the scan, and a life no
    longer. Refused as `open_ticket` refuses."""
    return replace(open_ticket(text, minutes=minutes, now=now), nonce=_nonce(), handed_on=True)


def _nonce() -> str:
    return fresh(prefix="", length=20)
