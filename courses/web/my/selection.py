"""评选: the project papers that an applicant of a camp hands in."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from courses import access, selection
from courses.models import Learner, TrainingClass
from courses.refusals import Refused
from courses.web.gate import learner_only


class PitchForm(forms.Form):
    title = forms.CharField(label=gettext_lazy("项目名称"), max_length=60)
    summary = forms.CharField(
        label=gettext_lazy("项目简介"),
        max_length=selection.SUMMARY_MAX,
        widget=forms.Textarea(attrs={"rows": 10}),
        help_text=gettext_lazy("做什么、为谁做、做到了哪一步，1000 字以内。请不要写证件号码和手机号。"),
    )
    jobs = forms.IntegerField(
        label=gettext_lazy("现有员工人数"),
        min_value=0,
        max_value=9999,
        help_text=gettext_lazy("含本人；还没有就填 0。"),
    )


@learner_only
@require_http_methods(["GET", "POST"])
def pitch(request: HttpRequest, number: str) -> HttpResponse:
    """The papers as they were handed in last, to write or to write anew until scoring begins."""
    learner: Learner = request.learner  # type: ignore[attr-defined]
    own = get_object_or_404(
        access.own_enrolments(learner=learner)
        .filter(training_class__mode=TrainingClass.Mode.SELECTED)
        .select_related("training_class__course"),
        number=number,
    )
    known = selection.pitch_of(enrolment=own)
    initial = {"title": known.title, "summary": known.summary, "jobs": known.jobs} if known else {}
    form = PitchForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        assert learner.user is not None
        try:
            selection.hand_in(enrolment=own, by=learner.user, now=timezone.now(), **form.cleaned_data)
            messages.success(request, _("项目材料已提交。评分开始前还可以修改。"))
            return redirect("my_enrolment", number=own.number)
        except Refused as refusal:
            form.add_error(None, refusal.sentence)
    context = {"enrolment": own, "training_class": own.training_class, "form": form}
    return render(request, "my/selection/pitch.html", context, status=422 if form.errors else 200)
