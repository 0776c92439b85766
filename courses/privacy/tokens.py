"""Encrypt, digest and sign under the key ring of the settings."""

import base64
import binascii
import hmac
import secrets

from cryptography.exceptions import InvalidTag
from django.utils.translation import gettext as _

from courses.privacy.keys import KEY_ID, KeyRing, PrivacyCode, TokenRefused, ring
from courses.privacy.suites import NONCE_BYTES, SUITE_BY_MARK, TAG_BYTES


def token_prefix(keys: KeyRing) -> str:
    return f"{keys.current}.{keys.suite.mark}."


def encrypt(plain: str, *, context: str) -> str:
    """Token of a text under the current key. Two tokens of one text differ. Refused: KeysRefused."""
    keys = ring()
    prefix = token_prefix(keys)
    key = keys.subkey(key_id=keys.current, use=f"encrypt/{keys.suite.mark}", length=keys.suite.key_bytes)
    nonce = secrets.token_bytes(NONCE_BYTES)
    sealed = keys.suite.seal(key, nonce, plain.encode(), (prefix + context).encode())
    return prefix + base64.urlsafe_b64encode(nonce + sealed).decode().rstrip("=")


def decrypt(token: str, *, context: str) -> str:
    """Text of a token under whichever key of the ring it names.

    Refused (TokenRefused): not a token, a key that is no longer in the ring, content that was changed or comes from
    another context.
    """
    keys = ring()
    key_id, mark, encoded = [*token.split(".", 2), "", ""][:3]
    suite = SUITE_BY_MARK.get(mark)
    if suite is None or not KEY_ID.fullmatch(key_id):
        raise TokenRefused(PrivacyCode.NOT_A_TOKEN, _("这里存的不是密文，没有读取。请检查数据来源。"))
    if key_id not in keys.keys:
        sentence = _("密文所用的密钥 %(key_id)s 不在 FIELD_KEYS 里，没有读取。请把这把旧密钥加回列表末尾。")
        raise TokenRefused(PrivacyCode.KEY_UNKNOWN, sentence % {"key_id": key_id})
    key = keys.subkey(key_id=key_id, use=f"encrypt/{mark}", length=suite.key_bytes)
    try:
        content = base64.b64decode(encoded + "=" * (-len(encoded) % 4), altchars=b"-_", validate=True)
        if len(content) < NONCE_BYTES + TAG_BYTES:
            raise InvalidTag
        bound = f"{key_id}.{mark}.{context}".encode()
        return suite.open(key, content[:NONCE_BYTES], content[NONCE_BYTES:], bound).decode()
    except (InvalidTag, binascii.Error, ValueError):
        raise TokenRefused(
            PrivacyCode.TAMPERED, _("密文被改动过，或者不属于这里，没有读取。请检查数据来源。")
        ) from None


def encrypt_bytes(plain: bytes, *, context: str) -> bytes:
    """A file's content under the current key: the prefix of a token, then nonce and ciphertext as they are."""
    keys = ring()
    prefix = token_prefix(keys)
    key = keys.subkey(key_id=keys.current, use=f"encrypt/{keys.suite.mark}", length=keys.suite.key_bytes)
    nonce = secrets.token_bytes(NONCE_BYTES)
    return prefix.encode() + nonce + keys.suite.seal(key, nonce, plain, (prefix + context).encode())


def decrypt_bytes(sealed: bytes, *, context: str) -> bytes:
    """The content that `encrypt_bytes` sealed, under whichever key of the ring it names. Refused as in `decrypt`."""
    keys = ring()
    key_id, mark, content = [*sealed.split(b".", 2), b"", b""][:3]
    try:
        if key_id.decode() not in keys.keys or len(content) < NONCE_BYTES + TAG_BYTES:
            raise InvalidTag
        suite = SUITE_BY_MARK[mark.decode()]
        key = keys.subkey(key_id=key_id.decode(), use=f"encrypt/{suite.mark}", length=suite.key_bytes)
        bound = key_id + b"." + mark + b"." + context.encode()
        return suite.open(key, content[:NONCE_BYTES], content[NONCE_BYTES:], bound)
    except (InvalidTag, KeyError, ValueError):
        raise TokenRefused(
            PrivacyCode.TAMPERED, _("密文被改动过，或者不属于这里，没有读取。请检查数据来源。")
        ) from None


def is_current(sealed: bytes) -> bool:
    """Whether a file's content is under the key and cipher of today."""
    return sealed.startswith(token_prefix(ring()).encode())


def digest(value: str, *, purpose: str) -> str:
    """Keyed digest for look-up: 64 hex characters, the same for the same value and purpose, across key rotations."""
    keys = ring()
    return keys.mac(keys.subkey(key_id="", use=f"digest/{purpose}"), value.encode()).hex()


def sign(payload: bytes, *, purpose: str, length: int = 16) -> bytes:
    """First ``length`` bytes of the HMAC of a payload under the current key."""
    keys = ring()
    return keys.mac(keys.subkey(key_id=keys.current, use=f"sign/{purpose}"), payload)[:length]


def verify(payload: bytes, signature: bytes, *, purpose: str, length: int = 16) -> bool:
    """Whether any key of the ring signed the payload so, in constant time. A shorter signature never passes."""
    keys = ring()
    signed = False
    for key_id in keys.keys:
        expected = keys.mac(keys.subkey(key_id=key_id, use=f"sign/{purpose}"), payload)[:length]
        signed |= hmac.compare_digest(expected, signature)
    return signed
