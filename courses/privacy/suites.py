"""Authenticated ciphers and keyed hashes that a city may choose from."""

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hmac import HMAC

NONCE_BYTES = 12
TAG_BYTES = 16


@dataclass(frozen=True)
class Suite:
    """One authenticated cipher: its mark in the token, its key length in bytes, and its two directions."""

    mark: str
    key_bytes: int
    seal: Callable[[bytes, bytes, bytes, bytes], bytes]
    open: Callable[[bytes, bytes, bytes, bytes], bytes]


@lru_cache(maxsize=32)
def _aes(key: bytes) -> AESGCM:
    return AESGCM(key)


def _sm4_seal(key: bytes, nonce: bytes, plain: bytes, bound: bytes) -> bytes:
    encryptor = Cipher(algorithms.SM4(key), modes.GCM(nonce)).encryptor()
    encryptor.authenticate_additional_data(bound)
    return encryptor.update(plain) + encryptor.finalize() + encryptor.tag


def _sm4_open(key: bytes, nonce: bytes, sealed: bytes, bound: bytes) -> bytes:
    decryptor = Cipher(algorithms.SM4(key), modes.GCM(nonce, sealed[-TAG_BYTES:])).decryptor()
    decryptor.authenticate_additional_data(bound)
    return decryptor.update(sealed[:-TAG_BYTES]) + decryptor.finalize()


SUITES = {
    "aes-gcm": Suite(
        "aes",
        32,
        lambda key, nonce, plain, bound: _aes(key).encrypt(nonce, plain, bound),
        lambda key, nonce, sealed, bound: _aes(key).decrypt(nonce, sealed, bound),
    ),
    "sm4-gcm": Suite("sm4", 16, _sm4_seal, _sm4_open),
}
SUITE_BY_MARK = {suite.mark: suite for suite in SUITES.values()}


def _hmac_sha256(key: bytes, message: bytes) -> bytes:
    return hmac.digest(key, message, "sha256")


def _hmac_sm3(key: bytes, message: bytes) -> bytes:
    mac = HMAC(key, hashes.SM3())
    mac.update(message)
    return mac.finalize()


MACS: dict[str, Callable[[bytes, bytes], bytes]] = {"hmac-sha256": _hmac_sha256, "hmac-sm3": _hmac_sm3}
