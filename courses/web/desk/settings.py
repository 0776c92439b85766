"""计数口径: what another setting would make of the year, beside what stands; nothing is written."""

import json
from dataclasses import dataclass
from urllib.parse import urlencode

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from courses import dates, tally
from courses import policy as policies
from courses.access import Permission
from courses.models import District, Line, ProgrammeKind
from courses.policy import APPROVAL, CERTIFICATE, CLASS_END, COUNTS_AS
from courses.tally import Preview, Setting
from courses.web.desk.close_parts import confined
from courses.web.desk.page import show
from courses.web.gate import allow

LINES = (Line.SKILLS, Line.ENTREPRENEURSHIP)


@dataclass(frozen=True)
class Cell:
    label: str
    present: int
    proposed: int

    @property
    def change(self) -> int:
        return self.proposed - self.present


class SettingForm(forms.Form):
    """A GET: it asks a question and changes nothing."""

    inside = forms.ChoiceField(
        label=gettext_lazy("创业培训是否也计入技能目标"),
        choices=[("0", gettext_lazy("分开计")), ("1", gettext_lazy("一并计入技能目标"))],
    )
    count_date = forms.ChoiceField(
        label=gettext_lazy("按哪一天归入年度和月份"),
        choices=[
            (CLASS_END, gettext_lazy("班次结束日期")),
            (APPROVAL, gettext_lazy("区市批准日期")),
            (CERTIFICATE, gettext_lazy("首次发证日期")),
        ],
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        names = {row.key: row.label for row in ProgrammeKind.objects.filter(key__in=COUNTS_AS)}
        for kind in COUNTS_AS:
            self.fields[f"kind_{kind}"] = forms.ChoiceField(
                label=names.get(kind, kind), choices=[(line.value, line.label) for line in Line]
            )

    def setting(self, present: Setting) -> Setting:
        given = self.cleaned_data
        asked = {kind: given[f"kind_{kind}"] for kind in COUNTS_AS}
        return Setting(given["inside"] == "1", given["count_date"], {**present.counts_as, **asked}, present.per_year)


@allow(Permission.SET_TARGETS)
def desk_count_settings(request: HttpRequest) -> HttpResponse:
    if confined(request):
        return redirect("desk_tally")
    today = policies.local_date(timezone.now())
    text = request.GET.get("year", "")
    year = int(text) if text.isascii() and text.isdigit() and 2000 <= int(text) <= 2100 else today.year
    present = tally.setting_of(policies.current(on=today))
    stands = {
        "inside": "1" if present.inside else "0",
        "count_date": present.count_date,
        **{f"kind_{kind}": present.counts_as.get(kind, COUNTS_AS[kind]) for kind in COUNTS_AS},
    }
    asked = "count_date" in request.GET
    form = SettingForm(request.GET if asked else None, initial=stands)
    found = None
    if asked and form.is_valid():
        found = tally.preview(year=year, proposed=form.setting(present), today=today)
    context = {
        "year": year,
        "years": range(today.year, today.year - 4, -1),
        "form": form,
        "kinds": [form[f"kind_{kind}"] for kind in COUNTS_AS],
        "found": found,
        "tables": tables_of(found) if found else [],
        "asked": _as_query(form, present) if found else "",
        "crumbs": [(_("计数"), reverse("desk_tally"))],
        "here": _("计数口径"),
    }
    return show(request, "desk/tally/settings.html", context, here="desk_tally", status=422 if form.errors else 200)


def _as_query(form: SettingForm, present: Setting) -> str:
    """The setting as the form of a new version takes it."""
    wanted = form.setting(present)
    return urlencode(
        {
            "entrepreneurship_in_skills": wanted.inside,
            "count_date": wanted.count_date,
            "counts_as": json.dumps(wanted.counts_as),
        }
    )


def tables_of(found: Preview) -> list[tuple[str, Cell, list[Cell], list[Cell]]]:
    """By line: the whole, then its months and its districts; none where the year has too many lines."""
    if found.too_many:
        return []
    sides = (found.present, found.proposed)
    districts = [(row.key, row.label) for row in District.objects.all()]
    tables = []
    for line in LINES:
        whole = Cell(str(line.label), *(side.of(line=line) for side in sides))
        months = [
            Cell(dates.month(month), *(side.of(line=line, month=month) for side in sides)) for month in range(1, 13)
        ]
        places = [Cell(name, *(side.of(line=line, district=key) for side in sides)) for key, name in districts]
        tables.append((str(line.label), whole, months, places))
    return tables
