"""培训计数公开: the year's figures for everybody. Nobody can be found in them."""

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
    """Kept for five minutes by language and day: a close or a correction shows soon, a crowd costs nothing."""
    today = local_date(timezone.now())
    cache = caches["moment"]
    shown = cache.get_or_set(f"board:{get_language()}:{today}", lambda: tally.board(today=today), SECONDS)
    assert shown is not None
    context = {"board": shown, "lines": list(zip(shown.lines, TONES, strict=True))}
    return render(request, "public/board.html", context)
