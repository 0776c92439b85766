"""The key ring: read from the settings, checked, split into sub-keys. Never logged, never shown."""

import base64
import binascii
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext as _

from courses.privacy.suites import MACS, NONCE_BYTES, SUITES, Suite

KEY_BYTES = 32
KEY_ID = re.compile(r"[a-z0-9]{1,8}")


class PrivacyCode(StrEnum):
    """Every way in which keys or tokens are refused."""

    KEYS_MISSING = "keys_missing"
    KEY_ENTRY = "key_entry"
    KEY_LENGTH = "key_length"
    KEY_TWICE = "key_twice"
    SUITE_UNKNOWN = "suite_unknown"
    SUITE_UNAVAILABLE = "suite_unavailable"
    NOT_A_TOKEN = "not_a_token"  # noqa: S105  (a code, not a password)
    KEY_UNKNOWN = "key_unknown"
    TAMPERED = "tampered"


class KeysRefused(ImproperlyConfigured):
    """The keys in the settings cannot be used. Read by the person who installs the service; quotes no key."""

    def __init__(self, code: PrivacyCode, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


class TokenRefused(ValueError):
    """A stored value cannot be decrypted. Quotes neither the token nor the content."""

    def __init__(self, code: PrivacyCode, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


@dataclass(frozen=True, repr=False)
class KeyRing:
    """The keys of one settings text; sub-keys are derived once and kept. Its repr names key ids only."""

    keys: dict[str, bytes]
    digest_key: bytes
    suite: Suite
    mac: Callable[[bytes, bytes], bytes]
    derived: dict[tuple[str, str, int], bytes] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"<KeyRing {','.join(self.keys)}>"

    @property
    def current(self) -> str:
        return next(iter(self.keys))

    def subkey(self, *, key_id: str, use: str, length: int = KEY_BYTES) -> bytes:
        """Key for one use (``encrypt/aes``, ``sign/scan``, ``digest/phone``); key_id "" means the digest key."""
        slot = (key_id, use, length)
        if slot not in self.derived:
            master = self.keys[key_id] if key_id else self.digest_key
            derive = HKDF(algorithm=hashes.SHA256(), length=length, salt=None, info=f"tideline/{use}".encode())
            self.derived[slot] = derive.derive(master)
        return self.derived[slot]


def _read_key(text: str, *, name: str) -> bytes:
    try:
        key = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        sentence = _("%(name)s 不是 urlsafe base64 文本，服务没有启动。请重新生成这把密钥。") % {"name": name}
        raise KeysRefused(PrivacyCode.KEY_ENTRY, sentence) from None
    if len(key) != KEY_BYTES:
        sentence = _("%(name)s 解码后是 %(found)d 字节，应为 %(wanted)d 字节。请重新生成这把密钥。")
        raise KeysRefused(PrivacyCode.KEY_LENGTH, sentence % {"name": name, "found": len(key), "wanted": KEY_BYTES})
    return key


def _read_keys(text: str) -> dict[str, bytes]:
    keys: dict[str, bytes] = {}
    for position, entry in enumerate((part.strip() for part in text.split(",") if part.strip()), start=1):
        key_id, colon, encoded = entry.partition(":")
        if not colon or not KEY_ID.fullmatch(key_id):
            sentence = _("FIELD_KEYS 第 %(position)d 项应写成「k1:密钥」，编号用小写字母和数字，最多 8 位。")
            raise KeysRefused(PrivacyCode.KEY_ENTRY, sentence % {"position": position})
        if key_id in keys:
            sentence = _("FIELD_KEYS 里编号 %(key_id)s 出现了两次。请给新密钥换一个编号。")
            raise KeysRefused(PrivacyCode.KEY_TWICE, sentence % {"key_id": key_id})
        keys[key_id] = _read_key(encoded, name=f"FIELD_KEYS {key_id}")
    if not keys:
        sentence = _("没有设置 FIELD_KEYS，个人信息无法加密。请按部署说明生成密钥。")
        raise KeysRefused(PrivacyCode.KEYS_MISSING, sentence)
    return keys


@lru_cache(maxsize=16)
def _build_ring(keys: str, digest_key: str, cipher: str, mac: str) -> KeyRing:
    if cipher not in SUITES or mac not in MACS:
        sentence = _("FIELD_CIPHER 可选 %(ciphers)s，FIELD_DIGEST 可选 %(macs)s。请核对设置。")
        raise KeysRefused(PrivacyCode.SUITE_UNKNOWN, sentence % {"ciphers": ", ".join(SUITES), "macs": ", ".join(MACS)})
    ring_keys = _read_keys(keys)
    oldest = list(ring_keys.values())[-1]
    ring = KeyRing(
        keys=ring_keys,
        digest_key=_read_key(digest_key, name="DIGEST_KEY") if digest_key else oldest,
        suite=SUITES[cipher],
        mac=MACS[mac],
    )
    try:
        ring.suite.seal(bytes(ring.suite.key_bytes), bytes(NONCE_BYTES), b"", b"")
        ring.mac(bytes(KEY_BYTES), b"")
    except UnsupportedAlgorithm:
        sentence = _("本机的 OpenSSL 不支持 %(cipher)s 或 %(mac)s。请更换 cryptography，或改用默认算法。")
        raise KeysRefused(PrivacyCode.SUITE_UNAVAILABLE, sentence % {"cipher": cipher, "mac": mac}) from None
    return ring


def ring() -> KeyRing:
    """The key ring of the settings as they are now (changed settings give another ring). Refused: KeysRefused.

    Without ``DIGEST_KEY`` look-up digests are keyed by the *oldest* key, the last of ``FIELD_KEYS``: new keys are put
    in front, so the oldest stays where it is and stored digests keep matching after a rotation. Before that last key
    is taken out of the list, its text must be set as ``DIGEST_KEY``; the digests then stay the same.
    """
    return _build_ring(
        getattr(settings, "FIELD_KEYS", "") or "",
        getattr(settings, "DIGEST_KEY", "") or "",
        getattr(settings, "FIELD_CIPHER", "aes-gcm"),
        getattr(settings, "FIELD_DIGEST", "hmac-sha256"),
    )
