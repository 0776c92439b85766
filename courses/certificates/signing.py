"""Signatures that anybody can check without asking us: Ed25519 over what a certificate says.

The text in a certificate's QR reads `<key id>.<content>.<signature>`, the last two in base32 without padding, so that
the symbol stays small. Who holds the public key of that id needs nothing else: `read_code` is the whole of it.
`CERTIFICATE_KEYS` is `c2:<urlsafe base64 of 32 bytes>,c1:<…>`: the first signs. A secret may be taken out of the list;
its public half stays in `SigningKey` and on the page of keys, since its paper is still about.
"""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from courses.certificates.refusals import CertificateRefusal, CertificateRefused
from courses.models import SigningKey
from courses.privacy.keys import KEY_BYTES, KEY_ID

# Far more than a certificate holds; what is longer is not looked at.
CODE_CHARACTERS = 4_000


@dataclass(frozen=True)
class Signed:
    key_id: str
    signature: str


@lru_cache(maxsize=8)
def _read_keys(text: str) -> dict[str, Ed25519PrivateKey]:
    keys: dict[str, Ed25519PrivateKey] = {}
    for entry in (part.strip() for part in text.split(",") if part.strip()):
        key_id, _colon, encoded = entry.partition(":")
        try:
            seed = base64.b64decode(encoded + "=" * (-len(encoded) % 4), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            seed = b""
        if not KEY_ID.fullmatch(key_id) or len(seed) != KEY_BYTES or key_id in keys:
            raise ImproperlyConfigured("CERTIFICATE_KEYS reads c1:<urlsafe base64 of 32 bytes>, ids differ.")
        keys[key_id] = Ed25519PrivateKey.from_private_bytes(seed)
    return keys


def secret_keys() -> dict[str, Ed25519PrivateKey]:
    """By id, the signing one first. Refused with ImproperlyConfigured when the setting cannot be read."""
    return _read_keys(settings.CERTIFICATE_KEYS)


def sign(*, content: bytes, now: datetime) -> Signed:
    """Sign with the current key, and publish its public half with the first signature.

    Refused with CertificateRefused: no key, or an id under which another key is published already.
    """
    keys = secret_keys()
    if not keys:
        raise CertificateRefused(CertificateRefusal.NO_KEY)
    key_id, key = next(iter(keys.items()))
    public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()
    published, _new = SigningKey.objects.get_or_create(key_id=key_id, defaults={"public": public, "since": now})
    if published.public != public:
        raise CertificateRefused(CertificateRefusal.KEY_TAKEN)
    return Signed(key_id, key.sign(content).hex())


def public_keys() -> dict[str, bytes]:
    """Every key that has ever signed, by id, raw."""
    return {row.key_id: bytes.fromhex(row.public) for row in SigningKey.objects.order_by("since", "pk")}


def as_key_set() -> dict[str, Any]:
    """The public keys as a JSON Web Key Set (RFC 8037), for whoever verifies without us."""
    keys = [
        {"kty": "OKP", "crv": "Ed25519", "use": "sig", "kid": key_id, "x": _base64url(public)}
        for key_id, public in public_keys().items()
    ]
    return {"keys": keys}


def holds(*, content: bytes, signed: Signed, keys: Mapping[str, bytes]) -> bool:
    public = keys.get(signed.key_id)
    if public is None:
        return False
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(bytes.fromhex(signed.signature), content)
    except (InvalidSignature, ValueError):
        return False
    return True


def write_code(*, content: bytes, signed: Signed) -> str:
    return f"{signed.key_id}.{_base32(content)}.{_base32(bytes.fromhex(signed.signature))}"


def read_code(*, code: str, keys: Mapping[str, bytes]) -> list[Any] | None:
    """What a code says, or None where no key of `keys` signed exactly this. Asks no database and no clock."""
    parts = code.strip().split(".")
    if len(code) > CODE_CHARACTERS or len(parts) != 3:
        return None
    try:
        content, signature = (base64.b32decode(part + "=" * (-len(part) % 8)) for part in parts[1:])
        said = (
            json.loads(content) if holds(content=content, signed=Signed(parts[0], signature.hex()), keys=keys) else None
        )
    except ValueError:
        return None
    return said if isinstance(said, list) else None


def _base32(content: bytes) -> str:
    return base64.b32encode(content).decode().rstrip("=")


def _base64url(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")
