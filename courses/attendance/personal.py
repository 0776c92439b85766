"""The learner's own rotating code: shown by their phone, scanned by the trainer or a kiosk; works without signal.

Twenty Crockford base32 characters: the learner's public number without its X, and 50 bits of an HMAC over the 30-second
step. Its key is a seed of learner, bound browser and day: the phone fetches it once a day while it has signal and makes
the codes by itself (`static/js/personal.js` does what `code_at` does here). A seed is worth nothing on the next day,
and nothing from the moment on at which its browser is unbound. Source: design §5 (the same engine in reverse).
"""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.db.models import F

from courses import policy as policies
from courses import privacy
from courses.attendance.codes import MAC_LENGTH, READ_AS, to_base32
from courses.models import Device, Learner
from courses.people.numbers import CROCKFORD
from courses.policy import Policy

# The phone knows no class when it makes a code, so the step is part of the form and not of a class's policy.
STEP_SECONDS = 30
PREFIX, NUMBER_LENGTH = "X", 10
CODE_LENGTH = NUMBER_LENGTH + MAC_LENGTH
SEED_BYTES = 20
# A lesson may last over midnight; the day of a seed turns when no class sits.
DAY_TURNS = timedelta(hours=4)
# What of each code a classroom without network knows: enough to recognise it, far too little to make it.
TAIL = 3
# What a learner had bound lately: a code of an unbound browser is told from a forged one.
LATELY = 6


@dataclass(frozen=True)
class Personal:
    """A personal code that one of the learner's browsers made. `claimed_at` is the time of its step by the phone."""

    learner: Learner
    device: Device
    claimed_at: datetime
    bound: bool
    fresh: bool


def day_of(moment: datetime) -> date:
    return policies.local_date(moment - DAY_TURNS)


def day_ends(moment: datetime) -> datetime:
    """When the seed of this moment's day runs out."""
    next_day = day_of(moment) + timedelta(days=1)
    return datetime.combine(next_day, datetime.min.time(), policies.CITY_TIME) + DAY_TURNS


def seed(*, learner_number: str, device_code: str, on: date) -> bytes:
    payload = f"{learner_number}:{device_code}:{on.isoformat()}".encode()
    return privacy.sign(payload, purpose="personal", length=SEED_BYTES)


def code_at(*, learner: Learner, device: Device, moment: datetime) -> str:
    """The code that the phone shows at a moment."""
    key = seed(learner_number=learner.number, device_code=device.code, on=day_of(moment))
    return learner.number.removeprefix(PREFIX) + _mac(key, step_of(moment))


def tails(*, learner_number: str, device_code: str, first: datetime, last: datetime) -> str:
    """The last `TAIL` characters of every code that a browser shows from one moment to another, one after the other."""
    seeds: dict[date, bytes] = {}
    found = []
    for step in range(step_of(first), step_of(last) + 1):
        on = day_of(datetime.fromtimestamp(step * STEP_SECONDS, UTC))
        if on not in seeds:
            seeds[on] = seed(learner_number=learner_number, device_code=device_code, on=on)
        found.append(_mac(seeds[on], step)[-TAIL:])
    return "".join(found)


def step_of(moment: datetime) -> int:
    return int(moment.timestamp()) // STEP_SECONDS


def bare(text: str) -> str:
    """What was scanned or typed, without the spaces of the printed form and with what is read wrongly put right."""
    return "".join(text.upper().split()).replace("-", "").translate(READ_AS)


def is_personal(text: str) -> bool:
    """Whether a bare text has the form of a personal code; no other code of ours has its length."""
    return len(text) == CODE_LENGTH and not set(text) - set(CROCKFORD)


def read(*, text: str, policy: Policy, now: datetime) -> Personal | None:
    """Whose code it is, made by which browser and when by the phone's clock; None for a forged or outlived one.

    `personal_skew_minutes` either way are accepted, since the phone may have no signal and a wrong clock; what is
    further from now than `personal_fresh_seconds` is not `fresh`, and somebody has to look. Two statements.
    """
    learner = Learner.objects.select_related("user").filter(number=PREFIX + text[:NUMBER_LENGTH]).first()
    if learner is None:
        return None
    # Those that are bound come first: one browser that signs in again and again pushes no other out.
    devices = Device.objects.filter(learner=learner, expires_at__gt=now)
    devices = devices.order_by(F("revoked_at").desc(nulls_first=True), "-bound_at", "-pk")[:LATELY]
    # The nearest step first: a phone that goes right costs one HMAC.
    reach = policy.personal_skew_minutes * 60 // STEP_SECONDS
    steps = sorted(range(-reach, reach + 1), key=abs)
    for device in devices:
        claimed = _claimed(learner, device, text[NUMBER_LENGTH:], steps, now)
        if claimed is not None:
            away = abs((claimed - now).total_seconds())
            fresh = away <= policy.personal_fresh_seconds
            return Personal(learner, device, claimed, bound=device.revoked_at is None, fresh=fresh)
    return None


def _claimed(learner: Learner, device: Device, mac: str, steps: list[int], now: datetime) -> datetime | None:
    seeds: dict[date, bytes] = {}
    for away in steps:
        step = step_of(now) + away
        moment = datetime.fromtimestamp(step * STEP_SECONDS, UTC)
        on = day_of(moment)
        if on not in seeds:
            seeds[on] = seed(learner_number=learner.number, device_code=device.code, on=on)
        if hmac.compare_digest(_mac(seeds[on], step), mac):
            return moment
    return None


def _mac(key: bytes, step: int) -> str:
    digest = hmac.digest(key, str(step).encode(), hashlib.sha256)
    return to_base32(int.from_bytes(digest[:7], "big") >> 6, MAC_LENGTH)
