"""评选: the project papers that an applicant of a camp hands in."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from courses import access, selection
from courses.models import Learner, TrainingClass
from courses.refusals import Refused
from courses.web.gate import learner_only
from courses.web.pitches import PitchForm, as_known


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
    form = PitchForm(request.POST if request.method == "POST" else None, initial=as_known(known))
    if request.method == "POST" and form.is_valid():
        assert learner.user is not None
        try:
            selection.hand_in(enrolment=own, by=learner.user, now=timezone.now(), **form.cleaned_data)
            messages.success(request, _("项目材料已提交。评分开始前还可以修改。"))
            return redirect("my_enrolment", number=own.number)
        except Refused as refusal:
            form.add_error(None, refusal.sentence)
    by_others = known is not None and known.by_id != learner.user_id
    context = {"enrolment": own, "training_class": own.training_class, "form": form, "by_others": by_others}
    return render(request, "my/selection/pitch.html", context, status=422 if form.errors else 200)
