"""年度目标: who owes how many 人次, in versions; each whole beside the sum of its parts."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Q
from django.forms import BoundField
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from courses import tally
from courses.access import Permission
from courses.models import Brand, District, Institution, Line, Project, Target
from courses.policy import local_date
from courses.refusals import Refused
from courses.tally import Cell, Fault, TargetRefused
from courses.tally.targets import AMOUNT_MAX, DIMENSIONS
from courses.web.desk.page import officer, show
from courses.web.gate import allow

LINES = (Line.SKILLS, Line.ENTREPRENEURSHIP)
SHEET_LENGTH_MAX = 200_000
VERSIONS_SHOWN = 30


@dataclass(frozen=True)
class Wanted:
    """Which sheet the address asks for: the districts of the city, or the institutions, brands or projects of one."""

    year: int
    by: str
    district: str

    @property
    def query(self) -> str:
        return f"?year={self.year}&by={self.by}&district={self.district}"

    def cell(self, line: Line, key: str) -> Cell:
        if self.by == "district":
            return Cell(line.value, key)
        return Cell(line.value, self.district, **{self.by: key})


@dataclass(frozen=True)
class Square:
    """One number of the sheet: its control, the version that holds, how much of it is done."""

    field: BoundField
    held: Target | None
    verified: int


@dataclass(frozen=True)
class Row:
    name: str
    squares: list[Square]


@dataclass(frozen=True)
class Sum:
    """A whole and its parts, in words."""

    name: str
    line: str
    parts: str
    balance: tally.Balance


def read_wanted(request: HttpRequest) -> Wanted:
    """A sheet that cannot be is the districts' of this year; institutions need a district."""
    given = request.GET
    text, this_year = given.get("year", ""), local_date(timezone.now()).year
    year = int(text) if text.isascii() and text.isdigit() and 2000 <= int(text) <= 2100 else this_year
    by = given.get("by", "") if given.get("by") in DIMENSIONS else "district"
    district = District.objects.filter(key=given.get("district", "")).values_list("key", flat=True).first() or ""
    if by == "institution" and not district:
        district = District.objects.values_list("key", flat=True).first() or ""
    return Wanted(year, by, "" if by == "district" else district)


def rows_of(wanted: Wanted) -> list[tuple[str, str]]:
    """Key and name of every row of a sheet."""
    here = Q(district__key=wanted.district) if wanted.district else Q()
    if wanted.by == "district":
        return [("", _("全市")), *((row.key, row.label) for row in District.objects.all())]
    if wanted.by == "institution":
        return [(row.number, row.label) for row in Institution.objects.filter(here)]
    if wanted.by == "brand":
        return [(row.key, row.label) for row in Brand.objects.all()]
    own = Project.objects.filter(
        here | Q(district=None), starts_on__lte=date(wanted.year, 12, 31), ends_on__gte=date(wanted.year, 1, 1)
    )
    return [(row.number, row.name) for row in own]


class SheetForm(forms.Form):
    """Two numbers for each row, and one source for all that is changed."""

    source = forms.CharField(label=gettext_lazy("依据"), max_length=120)
    seen = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, rows: list[tuple[str, str]], wanted: Wanted, held: dict[Cell, Target], data: Any = None) -> None:
        super().__init__(data, initial={"seen": Target.objects.filter(year=wanted.year).count()})
        self.cells = {f"{line}-{key}": wanted.cell(line, key) for key, _name in rows for line in LINES}
        names = dict(rows)
        for name, cell in self.cells.items():
            standing = held.get(cell)
            line, _dash, key = name.partition("-")
            self.fields[name] = forms.IntegerField(
                label=_("，").join((names[key], str(Line(line).label))),
                required=standing is not None,
                min_value=0,
                max_value=AMOUNT_MAX,
                initial=standing.amount if standing else None,
                error_messages={"required": str(TargetRefused.sentences[tally.TargetRefusal.TAKEN_OUT])},
            )

    @property
    def amounts(self) -> dict[Cell, int]:
        return {cell: told for name, cell in self.cells.items() if (told := self.cleaned_data[name]) is not None}


class PasteForm(forms.Form):
    sheet = forms.CharField(
        label=gettext_lazy("表格内容"), max_length=SHEET_LENGTH_MAX, widget=forms.Textarea, strip=False
    )
    source = forms.CharField(label=gettext_lazy("依据"), max_length=120)


@allow(Permission.SET_TARGETS)
def desk_targets(request: HttpRequest) -> HttpResponse:
    return _page(request, read_wanted(request))


def _page(
    request: HttpRequest,
    wanted: Wanted,
    *,
    data: Any = None,
    refused: str = "",
    paste: PasteForm | None = None,
    faults: Iterable[Fault] = (),
) -> HttpResponse:
    held, rows = tally.targets_held(year=wanted.year), rows_of(wanted)
    form = SheetForm(rows, wanted, held, data)
    if data is not None and form.is_valid() and refused:
        form.add_error(None, refused)
    done = tally.verified_of(year=wanted.year, cells=form.cells.values(), today=local_date(timezone.now()))
    wrong = bool(form.errors) or bool(faults) or (paste is not None and bool(paste.errors))
    this_year = local_date(timezone.now()).year
    context = {
        "wanted": wanted,
        "years": range(this_year + 1, this_year - 4, -1),
        "districts": District.objects.all(),
        "ways": [("district", _("区市")), ("institution", _("机构")), ("brand", _("品牌")), ("project", _("项目"))],
        "lines": LINES,
        "rows": _squares(form, rows, held, done),
        "form": form,
        "paste": paste or PasteForm(),
        "faults": list(faults),
        "sums": sums(held),
        "versions": Target.objects.filter(year=wanted.year, version__gt=1)
        .select_related("district", "institution", "brand", "project", "by")
        .order_by("-at", "-pk")[:VERSIONS_SHOWN],
        "crumbs": [(_("计数"), f"{reverse('desk_tally')}?year={wanted.year}")],
        "here": _("年度目标"),
    }
    return show(request, "desk/targets/list.html", context, here="desk_tally", status=422 if wrong else 200)


def _squares(
    form: SheetForm, rows: list[tuple[str, str]], held: dict[Cell, Target], done: dict[Cell, int]
) -> list[Row]:
    found = []
    for key, name in rows:
        names = [f"{line}-{key}" for line in LINES]
        squares = [Square(form[one], held.get(form.cells[one]), done[form.cells[one]]) for one in names]
        found.append(Row(name, squares))
    return found


def sums(held: dict[Cell, Target]) -> list[Sum]:
    """Every whole that is cut further, beside what its parts add up to."""
    named = tally.names_in(held=held)
    ways = {"district": _("各区市"), "institution": _("各机构"), "brand": _("各品牌"), "project": _("各项目")}
    return [
        Sum(
            whole_name(one.parent, named),
            str(Line(one.parent.line).label),
            ways[one.by],
            one,
        )
        for one in tally.balances(amounts={cell: row.amount for cell, row in held.items()})
    ]


def whole_name(cell: Cell, named: Mapping[str, str]) -> str:
    """What a target is for: the last of what it is cut by, behind what it is cut from."""
    keys = [getattr(cell, name) for name in DIMENSIONS if getattr(cell, name)]
    return " ".join(named.get(key, key) for key in keys) or _("全市")


@require_POST
@allow(Permission.SET_TARGETS)
def desk_target_set(request: HttpRequest) -> HttpResponse:
    """Keep a sheet: a new version of what was changed, the earlier ones stay."""
    wanted = read_wanted(request)
    held = tally.targets_held(year=wanted.year)
    form = SheetForm(rows_of(wanted), wanted, held, request.POST)
    if not form.is_valid():
        return _page(request, wanted, data=request.POST)
    return _keep(request, wanted, form.amounts, form.cleaned_data["source"], seen=form.cleaned_data["seen"])


@require_POST
@allow(Permission.SET_TARGETS)
def desk_target_paste(request: HttpRequest) -> HttpResponse:
    """Keep what was pasted, or name every line that cannot be kept and write nothing."""
    wanted = read_wanted(request)
    form = PasteForm(request.POST)
    if not form.is_valid():
        return _page(request, wanted, paste=form)
    try:
        sheet = tally.read_sheet(text=form.cleaned_data["sheet"])
    except Refused as refusal:
        form.add_error("sheet", refusal.sentence)
        return _page(request, wanted, paste=form)
    if sheet.faults:
        form.add_error("sheet", _("有 %(count)s 行不能用，未保存。改好后再粘贴一次。") % {"count": len(sheet.faults)})
        return _page(request, wanted, paste=form, faults=sheet.faults)
    return _keep(request, wanted, sheet.amounts, form.cleaned_data["source"], paste=form)


def _keep(
    request: HttpRequest,
    wanted: Wanted,
    amounts: dict[Cell, int],
    source: str,
    *,
    seen: int | None = None,
    paste: PasteForm | None = None,
) -> HttpResponse:
    try:
        kept = tally.set_targets(
            by=officer(request), year=wanted.year, amounts=amounts, source=source, seen=seen, now=timezone.now()
        )
    except TargetRefused as refusal:
        if paste is None:
            return _page(request, wanted, data=request.POST, refused=refusal.sentence)
        paste.add_error(None, refusal.sentence)
        return _page(request, wanted, paste=paste)
    words = ngettext("已另存 %(count)s 项新版，此前各版保留。", "已另存 %(count)s 项新版，此前各版保留。", len(kept))
    messages.success(request, words % {"count": len(kept)})
    return redirect(f"{reverse('desk_targets')}{wanted.query}")
