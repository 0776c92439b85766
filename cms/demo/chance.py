"""Repeatable chance, and public numbers that nobody can guess."""

import base64
import secrets
from random import Random

SEED = 370699
FROM_BASE32 = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", "0123456789ABCDEFGHJKMNPQRSTVWXYZ")


def dice(*parts: object) -> Random:
    """The same throws for the same parts, on any machine and any day."""
    return Random(":".join(map(str, (SEED, *parts))))  # noqa: S311  (the shape of a demo, no secret)


def fresh(*, prefix: str, length: int = 10) -> str:
    """Like the domain's numbers, drawn in one go: the history needs a hundred thousand of them."""
    drawn = base64.b32encode(secrets.token_bytes(length * 5 // 8 + 1)).decode()
    return prefix + drawn[:length].translate(FROM_BASE32)
