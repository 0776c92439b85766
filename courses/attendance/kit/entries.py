"""An entry as a phone wrote and signed it: read strictly, and nothing in it believed before its signature."""

import base64
import binascii
import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from courses.attendance.kit.material import read_public_key
from courses.attendance.marks import Mark
from courses.models import Direction, Kit

# What network and slow phones add between a clock that is read and one that is compared with it.
SLACK = timedelta(minutes=2)
BODY_MOST = 600
SIGNATURE_BYTES = 64
# What the first entry of a phone names as the one before.
NOTHING_BEFORE = "0" * 64
FIELDS = {
    "kit": str, "n": int, "prev": str, "at": int, "off": int, "kind": str, "way": str, "member": str,
    "code": str, "proof": str, "as": str, "reason": str,
}  # fmt: skip
KINDS = ("code", "card", "mark")
NUMBER_MOST = 100_000
# Years that a clock may show, in milliseconds: what lies beyond is no time.
TIME_LEAST, TIME_MOST = 0, 4_102_444_800_000
# A word of presence; the marks of the roster say the rest.
HERE = "here"


@dataclass(frozen=True)
class Entry:
    """One thing that a phone says. `said` is what becomes of presence by it: here, or one of the marks by hand."""

    number: int
    before: str
    claimed_at: datetime
    made_at: datetime
    offset_ms: int
    kind: str
    way: Direction
    member: str
    code: str
    proof: str
    said: str
    reason: str

    @property
    def by_hand(self) -> bool:
        return self.kind == "mark"

    @property
    def here(self) -> bool:
        return self.said in (HERE, Mark.PRESENT, Mark.LATE)


def digest_of(body: str) -> str:
    return hashlib.sha256(body.encode()).hexdigest()


def is_signed(*, kit: Kit, body: str, signature: str) -> bool:
    """Whether this phone's key signed exactly these bytes: ECDSA over SHA-256, r and s as a browser writes them."""
    key = read_public_key(kit.public_key)
    try:
        raw = base64.b64decode(signature, validate=True)
        if key is None or len(raw) != SIGNATURE_BYTES:
            return False
        half = SIGNATURE_BYTES // 2
        pair = encode_dss_signature(int.from_bytes(raw[:half], "big"), int.from_bytes(raw[half:], "big"))
        key.verify(pair, body.encode(), ec.ECDSA(hashes.SHA256()))
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True


def read(*, kit: Kit, body: str) -> Entry | None:
    """What the body says; None where it has not exactly the form that our page writes."""
    told = _object(body)
    if told is None or set(told) != set(FIELDS) or any(type(told[key]) is not kind for key, kind in FIELDS.items()):
        return None
    at, off = told["at"], told["off"]
    sound = (
        told["kit"] == kit.number
        and 1 <= told["n"] <= NUMBER_MOST
        and TIME_LEAST <= at <= TIME_MOST
        and TIME_LEAST <= at + off <= TIME_MOST
        and told["kind"] in KINDS
        and told["way"] in (Direction.IN, Direction.OUT)
        and _marks(told)
    )
    if not sound:
        return None
    return Entry(
        number=told["n"],
        before=told["prev"],
        claimed_at=_moment(at),
        made_at=_moment(at + off),
        offset_ms=off,
        kind=told["kind"],
        way=Direction(told["way"]),
        member=told["member"],
        code=told["code"],
        proof=told["proof"],
        said=told["as"] or HERE,
        reason=told["reason"],
    )


def _marks(told: dict[str, Any]) -> bool:
    """A mark by hand says what it marks, and leaving is marked by leaving; a scan says nothing but that it was."""
    if told["kind"] != "mark":
        return not told["as"]
    known = told["as"] in {str(mark) for mark in Mark}
    return known and (told["as"] == Mark.OUT) == (told["way"] == Direction.OUT)


def read_report(*, kit: Kit, body: str) -> tuple[int, bool, int] | None:
    """(entries made, whether it is the last word, the phone's clock in ms); None where it is no report of this kit."""
    told = _object(body)
    if told is None or set(told) != {"kit", "made", "closing", "sent"} or told["kit"] != kit.number:
        return None
    made, closing, sent = told["made"], told["closing"], told["sent"]
    if type(made) is not int or not 0 <= made <= NUMBER_MOST or type(closing) is not bool or type(sent) is not int:
        return None
    return made, closing, sent


def _object(body: str) -> dict[str, Any] | None:
    if len(body) > BODY_MOST:
        return None
    try:
        told = json.loads(body)
    except ValueError:
        return None
    return told if isinstance(told, dict) else None


def _moment(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
