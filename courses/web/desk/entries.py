"""The ledger lines behind a figure. The filters stand in the address and hold no person; names are masked."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from courses import access, dates, privacy
from courses.access import Permission
from courses.models import CountEntry, District, Institution, Learner, Line, ProgrammeKind
from courses.policy import local_date
from courses.tally import BY_WORDS, By, Cut, Lines, entries, last_check, lines
from courses.tally.breakdown import names
from courses.tally.entries import BLANK, FURTHER, SINGLE, TOTALS
from courses.web.desk.page import officer, query_without_page, show
from courses.web.gate import allow

PER_PAGE = 50
UNREADABLE = "unreadable"


@dataclass(frozen=True)
class Shown:
    entry: CountEntry
    name: str
    district: str
    institution: str
    kind: str


def entries_url(**filters: object) -> str:
    """The address of the lines behind one figure; a filter that says nothing is left out."""
    kept = {key: value for key, value in filters.items() if value not in (None, "")}
    return f"{reverse('tally_entries')}?{urlencode(kept)}"


@allow(Permission.SEE_TALLY)
def tally_entries(request: HttpRequest) -> HttpResponse:
    found = behind(request, timezone.now())
    paginator: Paginator[CountEntry] = Paginator(cast("Any", found), PER_PAGE)
    page = paginator.get_page(request.GET.get("page"))
    context = {
        "page": page,
        "lines": _lines(list(page.object_list)),
        "query": query_without_page(request),
        "sums": found.sums,
        "integrity": last_check(),
        "described": described(request),
        "crumbs": [(_("计数"), reverse("desk_tally"))],
        "here": _("计数明细"),
    }
    return show(request, "desk/entries/list.html", context, here="desk_tally")


def behind(request: HttpRequest, now: datetime) -> Lines:
    """The lines that the address asks for, of those that the post shows."""
    user = officer(request)
    visible = access.visible_entries(user=user, now=now).select_related("batch", "reverses", "reversal")
    cut = cut_of(request)
    if isinstance(cut, Cut) and not any(request.GET.get(name) for name in SINGLE):
        return lines(visible=visible, cut=cut, scope=access.entry_scope(user=user, now=now))
    return Lines(narrowed(visible, request).order_by("-posted_on", "-pk"), None)


def narrowed(found: QuerySet[CountEntry], request: HttpRequest) -> QuerySet[CountEntry]:
    """By the filters of the address, cut as the tally cuts its figures; a value that cannot be one leaves nothing."""
    cut = cut_of(request)
    if cut is UNREADABLE:
        return found.none()
    if isinstance(cut, Cut):
        found = entries(visible=found, cut=cut)
    for name, column in SINGLE.items():
        if text := request.GET.get(name, ""):
            found = found.filter(**{column: text})
    return found


def cut_of(request: HttpRequest) -> Cut | str | None:
    """The cut of the address; None without a year, UNREADABLE where year, month or day cannot be one."""
    given = request.GET
    year, month = as_number(given.get("year", "")), as_number(given.get("month", ""))
    as_of = as_day(given.get("as_of", ""))
    unreadable = (given.get("year") and year is None, given.get("month") and month is None)
    if any(unreadable) or (given.get("as_of") and as_of is None):
        return UNREADABLE
    if year is None:
        return None
    names = [name for name in (*TOTALS, *FURTHER) if name != "month" and given.get(name)]
    told = {name: "" if given[name] == BLANK else given[name] for name in names}
    return Cut(year=year, month=month, as_of=as_of, today=local_date(timezone.now()), **told)


def filters_of(request: HttpRequest) -> dict[str, Any]:
    """The same for an export: the names that a line is cut by, those that can be read."""
    given = request.GET
    said = {name: given[name] for name in (*TOTALS, *FURTHER, *SINGLE, "as_of") if given.get(name)}
    return said | {name: as_number(given[name]) for name in ("year", "month") if given.get(name)}


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


NAMES = frozenset(By) - {By.MONTH}


def _value_words(by: By, text: str) -> str:
    value = "" if text == BLANK else text
    return _("%(what)s：%(value)s") % {"what": BY_WORDS[by], "value": names(by=by, values=[value])[value]}


def described(request: HttpRequest) -> list[str]:
    """The filters in words, for the head of the list."""
    given = request.GET
    words = [_("%(year)s 年") % {"year": given["year"]}] if given.get("year") else []
    month = as_number(given.get("month", ""))
    if month is not None and 1 <= month <= 12:
        words.append(dates.month(month))
    if given.get("line") in Line.values:
        words.append(str(Line(given["line"]).label))
    words += [_value_words(By(name), given[name]) for name in (*TOTALS, *FURTHER) if name in NAMES and given.get(name)]
    if given.get("class"):
        words.append(_("%(number)s 班") % {"number": given["class"]})
    if given.get("completion"):
        words.append(_("结业 %(number)s") % {"number": given["completion"]})
    if given.get("as_of"):
        words.append(_("截至 %(day)s") % {"day": given["as_of"]})
    return words
