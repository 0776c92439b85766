"""A phone of a classroom without network, as its page behaves: a key, numbers, the chain, a clock of its own."""

import base64
import hashlib
import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from courses.attendance import kit
from courses.attendance.kit import KitReceipt, Parcel
from courses.attendance.kit.entries import NOTHING_BEFORE
from courses.attendance.kit.material import member_name
from courses.models import Learner, Lesson, User
from courses.people.cards import mark_of

START = {
    "kit": "", "n": 0, "prev": "", "at": 0, "off": 0, "kind": "mark", "way": "in", "member": "", "code": "",
    "proof": "", "as": "", "reason": "",
}  # fmt: skip


@dataclass
class Phone:
    """`skew` is how far its clock is from the true one. Whatever it writes is kept in `written`, sent or not."""

    lesson: Lesson
    by: User
    skew: timedelta = timedelta()
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    content: dict[str, Any] = field(default_factory=dict)
    off: int = 0
    written: list[Parcel] = field(default_factory=list)

    @property
    def public_key(self) -> str:
        point = self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return base64.b64encode(point).decode()

    def prepare(self, at: datetime) -> "Phone":
        clock = milliseconds(at + self.skew)
        prepared = kit.prepare(
            by=self.by, lesson=self.lesson, public_key=self.public_key, label="Android", device_ms=clock, now=at
        )
        self.content, self.off = prepared.content, milliseconds(at) - clock
        return self

    @property
    def number(self) -> str:
        return str(self.content["kit"])

    def name_of(self, learner: Learner) -> str:
        return member_name(lesson=self.lesson, learner_number=learner.number)

    def mark(
        self, learner: Learner, as_: str, at: datetime, /, reason: str = "no_network", **changed: object
    ) -> Parcel:
        way = "out" if as_ == "out" else "in"
        said = {"kind": "mark", "way": way, "member": self.name_of(learner), "as": as_, "reason": reason}
        return self.write(at, **{**said, **changed})

    def code(self, text: str, at: datetime, /, **changed: object) -> Parcel:
        return self.write(at, **{"kind": "code", "code": text, **changed})

    def card(self, code: str, at: datetime, /, **changed: object) -> Parcel:
        message = f"{self.number}:{len(self.written) + 1}:{milliseconds(at + self.skew)}"
        proof = hmac.digest(bytes.fromhex(mark_of(code)), message.encode(), hashlib.sha256).hex()
        return self.write(at, **{"kind": "card", "proof": proof, **changed})

    def write(self, at: datetime, /, **said: object) -> Parcel:
        """The next entry, signed, with the digest of the one before; `said` may contradict all that."""
        before = digest_of(self.written[-1].body) if self.written else NOTHING_BEFORE
        clock = {"at": milliseconds(at + self.skew), "off": self.off}
        body = {**START, "kit": self.number, "n": len(self.written) + 1, "prev": before, **clock, **said}
        parcel = self.signed(json.dumps(body, separators=(",", ":")))
        self.written.append(parcel)
        return parcel

    def signed(self, body: str) -> Parcel:
        r, s = decode_dss_signature(self.key.sign(body.encode(), ec.ECDSA(hashes.SHA256())))
        return Parcel(body, base64.b64encode(r.to_bytes(32, "big") + s.to_bytes(32, "big")).decode())

    def word(self, at: datetime, *, closing: bool = False) -> Parcel:
        sent = milliseconds(at + self.skew)
        said = {"kit": self.number, "made": len(self.written), "closing": closing, "sent": sent}
        return self.signed(json.dumps(said, separators=(",", ":")))

    def send(self, at: datetime, parcels: Sequence[Parcel] | None = None, *, closing: bool = False) -> list[KitReceipt]:
        return kit.receive(
            by=self.by,
            lesson=self.lesson,
            kit_number=self.number,
            parcels=self.written if parcels is None else parcels,
            told=self.word(at, closing=closing),
            now=at,
        )


def milliseconds(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


def digest_of(body: str) -> str:
    return hashlib.sha256(body.encode()).hexdigest()
