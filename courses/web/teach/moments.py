"""Whether anything changed about the lessons that are on screen: one statement a second for all that a process shows.

Three hundred screens ask 150 times a second, each lesson about once. Asked for each by itself, that would be as many
statements; so whoever finds its lesson a second old asks for all that were asked for lately. The answers stay in the
process: to fetch them from elsewhere would cost more than to know them anew.
"""

from datetime import datetime
from threading import Lock
from time import monotonic

from django.core.cache import caches

from courses import attendance
from courses.attendance import Revision

MOMENT_SECONDS = 1
# A screen asks every two seconds; what nobody asked for in this time is on no screen any more.
WATCHED_SECONDS = 10

_watched: dict[int, float] = {}
_reading = Lock()


def newest(*, code: int, now: datetime) -> Revision | None:
    """A second old at most; None without the lesson."""
    _watched[code] = monotonic()
    known = _known(code)
    if known is None:
        with _reading:
            # However long it waited: it is on a screen now.
            _watched[code] = monotonic()
            known = _known(code) or _read(now).get(code)
    return known


def forget(*, code: int) -> None:
    """After a change by hand the next answer is made anew."""
    cache = caches["screens"]
    cache.delete(_key(code))


def _read(now: datetime) -> dict[int, Revision]:
    lately = monotonic() - WATCHED_SECONDS
    for code in [code for code, asked in list(_watched.items()) if asked < lately]:
        _watched.pop(code, None)
    found = attendance.revisions(codes=sorted(_watched), now=now)
    caches["screens"].set_many({_key(code): one for code, one in found.items()}, MOMENT_SECONDS)
    return found


def _known(code: int) -> Revision | None:
    known: Revision | None = caches["screens"].get(_key(code))
    return known


def _key(code: int) -> str:
    return f"revision:{code}"
