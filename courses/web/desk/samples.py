"""抽查: a month's completions drawn by lot, each looked at once more and noted."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from courses import access
from courses import policy as policies
from courses.access import Permission
from courses.completion import sampling
from courses.completion.sampling import SampleRefused
from courses.models import District, SampleLine
from courses.web.desk.page import officer, show
from courses.web.gate import allow
from courses.web.told import told

LATEST = 40


class DrawForm(forms.Form):
    year = forms.IntegerField(label=gettext_lazy("年度"), min_value=2000, max_value=2100)
    month = forms.IntegerField(label=gettext_lazy("月份"), min_value=1, max_value=12)
    district = forms.ModelChoiceField(
        District.objects.all(), label=gettext_lazy("区市"), required=False, empty_label=gettext_lazy("全市"),
        to_field_name="key",
    )  # fmt: skip


@allow(Permission.SAMPLE)
def desk_samples(request: HttpRequest) -> HttpResponse:
    """The samples so far, and a new one: the draw itself is a POST, since it leaves its seed behind."""
    now = timezone.now()
    today = policies.local_date(now)
    form = DrawForm(
        request.POST if request.method == "POST" else None, initial={"year": today.year, "month": today.month}
    )
    if form.is_valid():
        try:
            sample = sampling.draw(by=officer(request), now=now, **form.cleaned_data)
        except SampleRefused as refusal:
            form.add_error(None, refusal.sentence)
        else:
            messages.success(request, _("已抽取，请逐条核查。"))
            return redirect("desk_sample", sample.number)
    samples = access.visible_samples(user=officer(request), now=now).select_related("district", "drawn_by")
    context = {
        "form": form,
        "samples": [(row, _progress(list(row.lines.all()))) for row in samples.prefetch_related("lines")[:LATEST]],
        "share": policies.current(on=today).sample_share,
        "crumbs": [(_("结业"), reverse("desk_completions"))],
        "here": _("抽查"),
    }
    return show(request, "desk/samples/list.html", context, here="desk_completions", status=422 if form.errors else 200)


def _progress(lines: list[SampleLine]) -> dict[str, int]:
    return {
        "drawn": len(lines),
        **{kind: sum(row.result == kind for row in lines) for kind in SampleLine.Result.values},
    }


@allow(Permission.SAMPLE)
def desk_sample(request: HttpRequest, number: str) -> HttpResponse:
    rows = access.visible_samples(user=officer(request), now=timezone.now()).select_related("district", "drawn_by")
    sample = get_object_or_404(rows, number=number)
    lines = sample.lines.select_related(
        "completion__enrolment__learner",
        "completion__enrolment__training_class__institution",
        "checked_by",
        "revocation",
    ).prefetch_related("completion__count_entries")
    context = {
        "sample": sample,
        "lines": [(row, row.completion.enrolment.learner.masked_name) for row in lines],
        "same": sampling.drawn_again(sample=sample),
        "crumbs": [(_("结业"), reverse("desk_completions")), (_("抽查"), reverse("desk_samples"))],
        "here": number,
    }
    return show(request, "desk/samples/show.html", context, here="desk_completions")


@require_POST
@allow(Permission.SAMPLE)
def desk_sample_note(request: HttpRequest, number: str, completion_number: str) -> HttpResponse:
    rows = access.visible_samples(user=officer(request), now=timezone.now())
    sample = get_object_or_404(rows, number=number)
    line = get_object_or_404(
        sample.lines.select_related("sample", "completion__enrolment"), completion__number=completion_number
    )
    doubtful = request.POST.get("result") == SampleLine.Result.DOUBTFUL
    result = SampleLine.Result.DOUBTFUL if doubtful else SampleLine.Result.OK
    with told(request, _("已记下，并提出撤销，等他人确认。") if doubtful else _("已记下。")):
        sampling.note(
            by=officer(request), line=line, result=result, text=request.POST.get("note", ""), now=timezone.now()
        )
    return redirect("desk_sample", number)
