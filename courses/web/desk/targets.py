"""年度目标: what each district owes in 人次, by line, in versions; the districts' sum beside the city's own."""

from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from courses.access import Permission
from courses.models import District, Line, Target
from courses.policy import local_date
from courses.tally import TargetRefused, set_target
from courses.web.desk.page import officer, show
from courses.web.gate import allow

LINES = (Line.SKILLS, Line.ENTREPRENEURSHIP)


@dataclass(frozen=True)
class Share:
    """A district's targets of one year; None where none is set."""

    key: str
    name: str
    skills: Target | None
    entrepreneurship: Target | None


@dataclass(frozen=True)
class Balance:
    """The city's target of a line against what the districts' add up to."""

    line: str
    label: str
    city: int
    districts: int

    @property
    def gap(self) -> int:
        return self.city - self.districts


class TargetForm(forms.Form):
    line = forms.ChoiceField(label=gettext_lazy("目标线"), choices=[(line.value, line.label) for line in LINES])
    district = forms.ModelChoiceField(
        District.objects.all(), label=gettext_lazy("区市"), required=False, empty_label=gettext_lazy("全市"),
        to_field_name="key",
    )  # fmt: skip
    amount = forms.IntegerField(label=gettext_lazy("人次"), min_value=0, max_value=1_000_000)
    source = forms.CharField(label=gettext_lazy("依据"), max_length=120)


@allow(Permission.SET_TARGETS)
def desk_targets(request: HttpRequest) -> HttpResponse:
    year = chosen_year(request)
    return _page(request, year, TargetForm(initial={"line": Line.SKILLS}))


def chosen_year(request: HttpRequest) -> int:
    text = request.GET.get("year", "") or request.POST.get("year", "")
    this_year = local_date(timezone.now()).year
    return int(text) if text.isascii() and text.isdigit() and 2000 <= int(text) <= 2100 else this_year


def _page(request: HttpRequest, year: int, form: TargetForm) -> HttpResponse:
    newest = latest(year)
    shares = [
        Share(
            district.key,
            district.label,
            newest.get((Line.SKILLS, district.pk)),
            newest.get((Line.ENTREPRENEURSHIP, district.pk)),
        )
        for district in District.objects.all()
    ]
    this_year = local_date(timezone.now()).year
    context = {
        "year": year,
        "years": range(this_year + 1, this_year - 4, -1),
        "shares": shares,
        "balances": balances(newest),
        "city": {line.value: newest.get((line, None)) for line in LINES},
        "form": form,
        "versions": Target.objects.filter(year=year, version__gt=1)
        .select_related("district", "by")
        .order_by("-at")[:30],
        "crumbs": [(_("计数"), f"{reverse('desk_tally')}?year={year}")],
        "here": _("年度目标"),
    }
    return show(request, "desk/targets/list.html", context, here="desk_tally", status=422 if form.errors else 200)


def latest(year: int) -> dict[tuple[str, int | None], Target]:
    """The version that holds, by line and district; the city under None."""
    rows = Target.objects.filter(year=year).order_by("version")
    return {(row.line, row.district_id): row for row in rows}


def balances(newest: dict[tuple[str, int | None], Target]) -> list[Balance]:
    found = []
    for line in LINES:
        city = newest.get((line, None))
        below = sum(row.amount for (of_line, district), row in newest.items() if of_line == line and district)
        found.append(Balance(line.value, str(line.label), city.amount if city else 0, below))
    return found


@require_POST
@allow(Permission.SET_TARGETS)
def desk_target_set(request: HttpRequest) -> HttpResponse:
    """Add a version; the earlier ones stay."""
    year = chosen_year(request)
    form = TargetForm(request.POST)
    if not form.is_valid():
        return _page(request, year, form)
    values = form.cleaned_data
    try:
        row = set_target(
            by=officer(request),
            year=year,
            line=values["line"],
            district=values["district"],
            amount=values["amount"],
            source=values["source"],
            now=timezone.now(),
        )
    except TargetRefused as refusal:
        form.add_error(None, refusal.sentence)
        return _page(request, year, form)
    messages.success(request, _("已保存为第 %(version)s 版，此前各版保留。") % {"version": row.version})
    return redirect(f"{reverse('desk_targets')}?year={year}")
