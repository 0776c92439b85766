"""培训计数公开: the year's figures for everybody. Nobody can be found in them."""

from datetime import date

from django.core.cache import caches
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language

from courses import tally
from courses.policy import local_date
from courses.web.gate import public

SECONDS = 300
TONES = ("tide", "bohai")


@public
def board(request: HttpRequest) -> HttpResponse:
    """Kept for five minutes by language and day: a close or a correction shows soon, a crowd costs nothing.

    While the last check found a difference there are no figures: nobody knows yet which of them are wrong, those of the
    months before included, as they are read from the same roll-ups.
    """
    today = local_date(timezone.now())
    kept = caches["moment"].get_or_set(f"board:{get_language()}:{today}", lambda: _read(today), SECONDS)
    assert kept is not None
    (shown,) = kept
    if shown is None:
        return render(request, "public/board_checking.html", {"year": today.year})
    context = {"board": shown, "lines": list(zip(shown.lines, TONES, strict=True))}
    return render(request, "public/board.html", context)


def _read(today: date) -> tuple[tally.Board | None]:
    """A tuple, as a cache keeps no None."""
    return (tally.board(today=today) if tally.last_check().clean else None,)
