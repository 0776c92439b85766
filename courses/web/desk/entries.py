"""The ledger lines behind a figure. The filters stand in the address and hold no person; names are masked."""

from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from courses import access, privacy
from courses.access import Permission
from courses.models import Brand, CountEntry, District, Institution, Learner, Line, ProgrammeKind
from courses.policy import local_date
from courses.tally import Cut, entries
from courses.web.desk.page import officer, query_without_page, show
from courses.web.gate import allow

PER_PAGE = 50
# Filters that name one thing and need no year beside them.
SINGLE = {"class": "class_number", "completion": "completion__number", "batch": "batch__number"}


@dataclass(frozen=True)
class Shown:
    entry: CountEntry
    name: str
    district: str
    institution: str
    kind: str


def entries_url(**filters: object) -> str:
    """The address of the lines behind one figure."""
    kept = {key.rstrip("_"): value for key, value in filters.items() if value not in (None, "")}
    return f"{reverse('tally_entries')}?{urlencode(kept)}"


@allow(Permission.SEE_TALLY)
def tally_entries(request: HttpRequest) -> HttpResponse:
    found = narrowed(access.visible_entries(user=officer(request), now=timezone.now()), request)
    sums = found.aggregate(
        total=Sum("amount"), posted=Count("pk", filter=Q(amount=1)), reversed=Count("pk", filter=Q(amount=-1))
    )
    listed = found.select_related("batch", "reverses", "reversal").order_by("-posted_at", "-pk")
    page = Paginator(listed, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "lines": _lines(list(page.object_list)),
        "query": query_without_page(request),
        "sums": {**sums, "total": sums["total"] or 0},
        "described": described(request),
        "crumbs": [(_("计数"), reverse("desk_tally"))],
        "here": _("计数明细"),
    }
    return show(request, "desk/entries/list.html", context, here="desk_tally")


def narrowed(found: QuerySet[CountEntry], request: HttpRequest) -> QuerySet[CountEntry]:
    """By the filters of the address, cut as the tally cuts its figures; a value that cannot be one leaves nothing."""
    given = request.GET
    year, month = as_number(given.get("year", "")), as_number(given.get("month", ""))
    as_of = as_day(given.get("as_of", ""))
    unreadable = (given.get("year") and year is None, given.get("month") and month is None)
    if any(unreadable) or (given.get("as_of") and as_of is None):
        return found.none()
    if year is not None:
        cut = Cut(
            year=year,
            month=month,
            as_of=as_of,
            today=local_date(timezone.now()),
            **{name: given.get(name, "") for name in ("line", "district", "institution", "kind", "brand")},
        )
        found = entries(visible=found, cut=cut)
    for name, column in SINGLE.items():
        if text := given.get(name, ""):
            found = found.filter(**{column: text})
    return found


def as_number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 4 else None


def as_day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _lines(rows: list[CountEntry]) -> list[Shown]:
    names = dict(Learner.objects.filter(person__in={entry.person for entry in rows}).values_list("person", "name"))
    districts = {row.key: row.label for row in District.objects.all()}
    kinds = {row.key: row.label for row in ProgrammeKind.objects.all()}
    institutions = {
        row.number: row.label for row in Institution.objects.filter(number__in={entry.institution for entry in rows})
    }
    return [
        Shown(
            entry,
            privacy.mask_name(names.get(entry.person, "")),
            districts.get(entry.district, entry.district),
            institutions.get(entry.institution, entry.institution),
            kinds.get(entry.kind, entry.kind),
        )
        for entry in rows
    ]


def described(request: HttpRequest) -> list[str]:
    """The filters in words, for the head of the list."""
    given = request.GET
    words = [_("%(year)s 年") % {"year": given["year"]}] if given.get("year") else []
    if given.get("month"):
        words.append(_("%(month)s 月") % {"month": given["month"]})
    if given.get("line") in Line.values:
        words.append(str(Line(given["line"]).label))
    for name, model in (("district", District), ("kind", ProgrammeKind), ("brand", Brand)):
        if given.get(name):
            row = model._default_manager.filter(key=given[name]).first()
            words.append(row.label if row else given[name])
    if given.get("institution"):
        institution = Institution.objects.filter(number=given["institution"]).first()
        words.append(institution.label if institution else given["institution"])
    if given.get("class"):
        words.append(_("%(number)s 班") % {"number": given["class"]})
    if given.get("completion"):
        words.append(_("结业 %(number)s") % {"number": given["completion"]})
    if given.get("as_of"):
        words.append(_("截至 %(day)s") % {"day": given["as_of"]})
    return words
