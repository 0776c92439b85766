"""两目录: the institutions that may teach and what is wanted, each dated, searchable, and with how it changed."""

from dataclasses import dataclass
from datetime import date

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from courses import institutions
from courses.institutions import Change
from courses.models import District, Institution, Occupation, ProgrammeKind, SkillLevel
from courses.policy import local_date
from courses.web.gate import public

PER_PAGE = 20
TEXT_LENGTH_MAX = 60


@dataclass(frozen=True)
class Line:
    """One thing that a change touched, and its last valid day where it has one."""

    words: str
    until: date | None = None


@dataclass(frozen=True)
class Told:
    """A change in words: the day, what happened to whom, and a line for each thing it touched."""

    on: date
    what: str
    head: str
    lines: list[Line]


@public
def institution_directory(request: HttpRequest) -> HttpResponse:
    today = local_date(timezone.now())
    chosen = chosen_of(request, "q", "district", "occupation", "kind")
    found = institutions.in_directory(
        text=chosen["q"],
        district=chosen["district"],
        occupation=chosen["occupation"],
        kind=chosen["kind"],
        on=today,
    )
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": institutions.listed(institutions=page.object_list, on=today),
        "query": query_of(request),
        "chosen": chosen,
        "districts": District.objects.all(),
        "occupations": Occupation.objects.all(),
        "kinds": ProgrammeKind.objects.all(),
        "changes": told(institutions.changes()),
        "today": today,
    }
    return render(request, "public/directory/institutions.html", context)


@public
def needs_directory(request: HttpRequest) -> HttpResponse:
    today = local_date(timezone.now())
    chosen = chosen_of(request, "q", "kind")
    found = institutions.needs(text=chosen["q"], kind=chosen["kind"], on=today)
    context = {
        "page": Paginator(found, PER_PAGE).get_page(request.GET.get("page")),
        "query": query_of(request),
        "chosen": chosen,
        "kinds": ProgrammeKind.objects.all(),
        "changes": [_need_told(one) for one in institutions.needs_changes(on=today)],
        "today": today,
    }
    return render(request, "public/directory/needs.html", context)


@public
def institution_entry(request: HttpRequest, number: str) -> HttpResponse:
    """One institution of the directory. One that left it is still told; a draft is a 404."""
    today = local_date(timezone.now())
    institution = get_object_or_404(Institution.objects.select_related("kind", "district"), number=number)
    row = institutions.listed(institutions=[institution], on=today)[0]
    if row.approved_on is None:
        raise Http404
    context = {
        "row": row,
        "changes": told(institutions.changes(institution=institution)),
        "crumbs": [(_("机构目录"), reverse("institution_directory"))],
        "here": institution.label,
    }
    return render(request, "public/directory/institution.html", context)


def chosen_of(request: HttpRequest, *names: str) -> dict[str, str]:
    return {name: " ".join(request.GET.get(name, "")[:TEXT_LENGTH_MAX].split()) for name in names}


def query_of(request: HttpRequest) -> str:
    kept = request.GET.copy()
    kept.pop("page", None)
    return f"{kept.urlencode()}&" if kept else ""


def told(changes: list[Change]) -> list[Told]:
    """Changes of institutions in words, with the names of occupations, levels and kinds as they are called today."""
    occupations = {row.key: row.label for row in Occupation.objects.all()}
    levels = {row.key: row.label for row in SkillLevel.objects.all()}
    kinds = {row.key: row.label for row in ProgrammeKind.objects.all()}
    districts = {row.key: row.label for row in District.objects.all()}
    facts = {"kind": _("类别"), "address": _("地址"), "contact_phone": _("对外电话")}
    listed = []
    for change in changes:
        lines = []
        for what, occupation, level, until in change.lines:
            trade = f"{occupations.get(occupation, occupation)} {levels.get(level, level)}"
            lines.append(_registered(what, trade, until))
        lines += [_registered(what, kinds.get(kind, kind), until) for what, kind, until in change.programmes]
        lines += _moves(change, districts)
        lines += [Line(_("修改%(fact)s") % {"fact": facts[name]}) for name in change.facts if name in facts]
        if change.status:
            status = Institution.Status(change.status).label
            lines.append(Line(_("状态改为「%(status)s」") % {"status": status}))
        assert isinstance(change.subject, Institution)
        listed.append(Told(change.on, change.what, change.subject.label, lines))
    return listed


def _registered(what: str, name: str, until: str) -> Line:
    """A trade or a kind of training that came, went, or holds to another day."""
    words = {"added": _("新增%(trade)s"), "removed": _("移除%(trade)s"), "changed": _("%(trade)s换了有效期")}
    return Line(words[what] % {"trade": name}, None if what == "removed" else date.fromisoformat(until))


def _moves(change: Change, districts: dict[str, str]) -> list[Line]:
    """Another name or district, with the former one, by which people knew the institution."""
    lines = []
    if "name" in change.moved:
        was, became = change.moved["name"]
        lines.append(Line(_("名称由「%(was)s」改为「%(became)s」") % {"was": was, "became": became}))
    if "district" in change.moved:
        was, became = (districts.get(key, key) for key in change.moved["district"])
        lines.append(Line(_("由%(was)s迁到%(became)s") % {"was": was, "became": became}))
    return lines


def _need_told(change: Change) -> Told:
    assert not isinstance(change.subject, Institution)
    need, before = change.subject, change.before
    lines: list[Line] = []
    if before and change.what == "changed":
        if before.label != need.label:
            lines.append(Line(_("名称原为「%(name)s」") % {"name": before.label}))
        if before.planned != need.planned and need.planned is not None:
            lines.append(Line(_("计划改为 %(planned)s 人次") % {"planned": need.planned}))
        if before.level_id != need.level_id and need.level:
            lines.append(Line(_("等级改为%(level)s") % {"level": need.level.label}))
    return Told(change.on, change.what, need.label, lines)
