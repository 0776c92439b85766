"""计数: the yearly figures against their targets. Every figure leads to its rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import QuerySet, Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone

from courses import access, tally
from courses.access import Permission
from courses.models import CountEntry, District, Line, Post, Target
from courses.policy import local_date
from courses.tally import Scope, YearTally
from courses.web.desk import measures
from courses.web.desk.entries import as_day, entries_url
from courses.web.desk.page import officer, show
from courses.web.gate import allow

MONTHS = range(1, 13)


@dataclass(frozen=True)
class Wanted:
    """What the address asks for, within what the posts show: with `own` always one of these districts."""

    year: int
    as_of: date | None
    district: str
    own: tuple[str, ...] = ()

    @property
    def choices(self) -> Sequence[District]:
        """The districts to choose from; nothing where there is but one."""
        rows = District.objects.filter(key__in=self.own) if self.own else District.objects.all()
        return list(rows) if len(self.own) != 1 else ()


def read_wanted(request: HttpRequest, now: datetime) -> Wanted:
    """Another district than one's own is a 404; who holds posts for two chooses, and sees the first until then. A day
    or a year that cannot be one is today's."""
    today = local_date(now)
    own = access.tally_districts(user=officer(request), now=now)
    district = request.GET.get("district", "") or next(iter(own), "")
    if own and district not in own:
        raise Http404
    if district and not own and not District.objects.filter(key=district).exists():
        raise Http404
    text = request.GET.get("year", "")
    as_of = as_day(request.GET.get("as_of", ""))
    if as_of is not None and as_of >= today:
        as_of = None
    year = int(text) if text.isascii() and text.isdigit() and 2000 <= int(text) <= 2100 else today.year
    return Wanted(year, as_of, district, own)


def figures(wanted: Wanted, now: datetime) -> YearTally:
    scope = Scope(district=wanted.district or None)
    return tally.for_year(year=wanted.year, scope=scope, as_of=wanted.as_of, today=local_date(now))


def only_institution(request: HttpRequest, now: datetime) -> bool:
    """Whether no post of this person shows more than an institution's own figures."""
    roles = {
        post.role
        for post in access.held(user=officer(request), now=now)
        if Permission.SEE_TALLY in access.ROLES[post.role].permissions
    }
    return roles == {Post.Role.INSTITUTION.value}


@allow(Permission.SEE_TALLY)
def desk_tally(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    if only_institution(request, now):
        return _own_figures(request, now)
    wanted = read_wanted(request, now)
    found = figures(wanted, now)
    heat = Line.ENTREPRENEURSHIP if request.GET.get("heat") == Line.ENTREPRENEURSHIP else Line.SKILLS
    this_year = local_date(now).year
    context = {
        "tally": found,
        "wanted": wanted,
        "now": now,
        "measures": measures.measures(tally=found, district=wanted.district, as_of=wanted.as_of),
        "stages": measures.stage_rows(tally=found, district=wanted.district),
        "league": measures.league(tally=found, as_of=wanted.as_of),
        "totals": measures.totals(tally=found, district=wanted.district, as_of=wanted.as_of),
        "pending_url": measures.steps_url(tally=found, district=wanted.district, status="pending"),
        "rejected_url": measures.steps_url(tally=found, district=wanted.district, status="undone"),
        "share": measures.tenths(found.share),
        "proof": measures.tenths(found.proofs.tenths) if found.proofs.tenths is not None else "–",
        "proof_url": measures.breakdown_url(year=wanted.year, by="proof", district=wanted.district, as_of=wanted.as_of),
        "heat": heat,
        "heat_rows": measures.soundings(tally=found, line=heat, as_of=wanted.as_of),
        "months": MONTHS,
        "years": range(this_year, this_year - 5, -1),
        "districts": wanted.choices,
        "query": _kept(request),
        "ways": [
            (words, measures.breakdown_url(year=wanted.year, by=by, district=wanted.district, as_of=wanted.as_of))
            for by, words in tally.BY_WORDS.items()
        ],
    }
    return show(request, "desk/tally/year.html", context, here="desk_tally")


def _kept(request: HttpRequest) -> str:
    """The filters for links to the report, the table file and the other soundings."""
    kept = request.GET.copy()
    kept.pop("heat", None)
    return kept.urlencode()


def _own_figures(request: HttpRequest, now: datetime) -> HttpResponse:
    """An institution sees what its own classes brought, by year and line: 人次 and 人 in columns of their own."""
    entries = access.visible_entries(user=officer(request), now=now)
    targets = _own_targets(request, now)
    sums = entries.values("year", "line").annotate(verified=Sum("amount")).order_by("-year", "-line")
    context = {
        "integrity": tally.last_check(),
        "rows": [
            {
                **row,
                "label": Line(row["line"]).label,
                "target": targets.get((row["year"], row["line"])),
                "people": _people(entries.filter(year=row["year"], line=row["line"])),
                "url": entries_url(year=row["year"], line=row["line"]),
            }
            for row in sums
        ],
    }
    return show(request, "desk/tally/own.html", context, here="desk_tally")


def _own_targets(request: HttpRequest, now: datetime) -> dict[tuple[int, str], int]:
    """By year and line, what one's institutions owe; the version that holds."""
    own = [post.institution_id for post in access.held(user=officer(request), now=now) if post.institution_id]
    rows = Target.objects.filter(institution__in=own, brand=None, project=None).order_by("version")
    held = {(row.year, row.line, row.institution_id): row.amount for row in rows}
    found: dict[tuple[int, str], int] = {}
    for (year, line, _institution), amount in held.items():
        found[year, line] = found.get((year, line), 0) + amount
    return found


def _people(entries: QuerySet[CountEntry]) -> int:
    """人: persons whose lines add up to more than none."""
    return entries.values("person").annotate(told=Sum("amount")).filter(told__gt=0).order_by().count()
