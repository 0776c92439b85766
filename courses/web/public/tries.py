"""How often a browser, and an address, came with a code that is none: who guesses is slowed, a good code never is.

Counted in memory or Redis, as opening a link writes no row. A browser that drops or changes its name is counted by its
address, which a whole school may share.
"""

import hashlib
from datetime import datetime

from django.core.cache import caches
from django.http import HttpRequest

from courses.web.account.adapter import address_of
from courses.web.public.binding import BROWSER

WINDOW_SECONDS = 60
BY_BROWSER, BY_ADDRESS = 20, 1200


def too_many(request: HttpRequest, *, now: datetime) -> bool:
    """Counts one bad code; whether it is beyond what a minute allows."""
    named = request.COOKIES.get(BROWSER, "")
    counted = [_count(f"address:{address_of(request)}", now) > BY_ADDRESS]
    if named:
        counted.append(_count(f"browser:{named}", now) > BY_BROWSER)
    return any(counted)


def _count(who: str, now: datetime) -> int:
    minute = int(now.timestamp()) // WINDOW_SECONDS
    key = hashlib.sha256(f"{who}:{minute}".encode()).hexdigest()
    cache = caches["tries"]
    cache.add(key, 0, 2 * WINDOW_SECONDS)
    try:
        return int(cache.incr(key))
    except ValueError:
        # Let go of between the two: so many others are counted that this one is forgotten.
        return 1
