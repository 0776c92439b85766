"""Ciphers, keyed digests, signatures, masks and encrypted field types: the only place that touches keys.

Keys come from the settings, never from the database:

* ``FIELD_KEYS``: ``k2:<urlsafe base64 of 32 bytes>,k1:<…>``. The first encrypts and signs, all decrypt and verify.
* ``DIGEST_KEY``: urlsafe base64 of 32 bytes, the key of look-up digests. It does not rotate with the others.
* ``FIELD_CIPHER``: ``aes-gcm`` (default) or ``sm4-gcm``; ``FIELD_DIGEST``: ``hmac-sha256`` (default) or ``hmac-sm3``.

Encryption, digests and signatures use separate sub-keys derived by HKDF, so none of them tells anything about another.
A token reads ``k2.aes.<urlsafe base64 of nonce + ciphertext>``: key, suite, content. It decrypts only in the context
that encrypted it (``courses.learner.phone``), so a value copied into another column is refused.
"""

from courses.privacy.fields import DigestField, EncryptedJSONField, EncryptedTextField, encrypted_fields, reencrypt
from courses.privacy.keys import KeysRefused, PrivacyCode, TokenRefused
from courses.privacy.masks import mask_email, mask_given_name, mask_id, mask_name, mask_phone
from courses.privacy.tokens import decrypt, decrypt_bytes, digest, encrypt, encrypt_bytes, is_current, sign, verify

__all__ = [
    "DigestField",
    "EncryptedJSONField",
    "EncryptedTextField",
    "KeysRefused",
    "PrivacyCode",
    "TokenRefused",
    "decrypt",
    "decrypt_bytes",
    "digest",
    "encrypt",
    "encrypt_bytes",
    "encrypted_fields",
    "is_current",
    "mask_email",
    "mask_given_name",
    "mask_id",
    "mask_name",
    "mask_phone",
    "reencrypt",
    "sign",
    "verify",
]
