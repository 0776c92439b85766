"""年度目标 to read: the targets that a post reaches, each with what is verified of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from courses import access, tally
from courses.access import Permission
from courses.models import Line, Post, Target
from courses.policy import local_date
from courses.tally import Cell
from courses.web.desk.entries import entries_url
from courses.web.desk.page import officer, show
from courses.web.desk.tally import only_institution
from courses.web.desk.targets import whole_name
from courses.web.gate import allow


@dataclass(frozen=True)
class Held:
    """One target: what it is for, how much is owed and verified, and where the rows of that lie."""

    name: str
    line: str
    target: Target
    verified: int
    url: str


@allow(Permission.SEE_TALLY)
def desk_targets_held(request: HttpRequest) -> HttpResponse:
    """A year's targets of the city, of one's own districts, or of one's own institution; with all below them."""
    now = timezone.now()
    this_year = local_date(now).year
    text = request.GET.get("year", "")
    year = int(text) if text.isascii() and text.isdigit() and 2000 <= int(text) <= 2100 else this_year
    context = {
        "year": year,
        "years": range(this_year + 1, this_year - 4, -1),
        "rows": within(request, year, now),
        "integrity": tally.last_check(),
        "crumbs": [(_("计数"), f"{reverse('desk_tally')}?year={year}")],
        "here": _("年度目标"),
    }
    return show(request, "desk/targets/held.html", context, here="desk_tally")


def within(request: HttpRequest, year: int, now: datetime) -> list[Held]:
    """The targets of a year that the posts of this person reach, each whole before its parts."""
    found = tally.targets_held(year=year)
    if only_institution(request, now):
        own = institutions_of(request, now)
        found = {cell: row for cell, row in found.items() if cell.institution in own}
    elif districts := access.tally_districts(user=officer(request), now=now):
        found = {cell: row for cell, row in found.items() if cell.district in districts}
    return _in_words(year, found, now)


def institutions_of(request: HttpRequest, now: datetime) -> set[str]:
    posts: Iterable[Post] = access.held(user=officer(request), now=now)
    return {post.institution.number for post in posts if post.institution}


def _in_words(year: int, found: dict[Cell, Target], now: datetime) -> list[Held]:
    done = tally.verified_of(year=year, cells=found, today=local_date(now))
    named = tally.names_in(held=found)
    order = sorted(found, key=lambda cell: (cell.district, cell.institution, cell.brand, cell.project, cell.line))
    return [
        Held(
            name=whole_name(cell, named),
            line=str(Line(cell.line).label),
            target=found[cell],
            verified=done[cell],
            url=entries_url(year=year, **vars(cell)),
        )
        for cell in order
    ]
