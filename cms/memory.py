"""What every public page shows and editors seldom change, kept for a minute: lists, official fields, figures.

The process that saves forgets at once, others within the minute. No person and no seat goes in here.
"""

from collections.abc import Callable
from typing import TypeVar, cast

from django.core.cache import caches

SECONDS = 60
Kept = TypeVar("Kept")


def remembered(key: str, make: Callable[[], Kept]) -> Kept:
    cache = caches["moment"]
    held = cache.get(f"cms:{key}")
    if held is None:
        held = make()
        cache.set(f"cms:{key}", held, SECONDS)
    return cast("Kept", held)


def forget(*keys: str) -> None:
    caches["moment"].delete_many([f"cms:{key}" for key in keys])
