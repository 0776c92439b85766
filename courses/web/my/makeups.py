"""补课: ask to hear a missed lesson in another class, and take that back."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from courses import access
from courses.attendance import makeup
from courses.models import Learner
from courses.web.gate import learner_only
from courses.web.told import told

HEARD_MOST = 40


@require_POST
@learner_only
def make_up_ask(request: HttpRequest, number: str, lesson: int) -> HttpResponse:
    learner: Learner = request.learner  # type: ignore[attr-defined]
    rows = access.own_enrolments(learner=learner).filter(admitted_at__isnull=False)
    own = get_object_or_404(
        rows.select_related("learner", "training_class__course", "training_class__policy"), number=number
    )
    assert learner.user is not None
    heard = request.POST.get("heard", "")[:HEARD_MOST]
    with told(request, _("已申请，等对方班同意。结果在本页查看。")):
        makeup.ask(enrolment=own, missed=lesson, heard=heard, by=learner.user, now=timezone.now())
    return redirect("my_lessons", number=number)


@require_POST
@learner_only
def make_up_withdraw(request: HttpRequest, code: str) -> HttpResponse:
    learner: Learner = request.learner  # type: ignore[attr-defined]
    row = get_object_or_404(access.own_make_ups(learner=learner).select_related("enrolment"), code=code)
    assert learner.user is not None
    with told(request, _("已撤回。")):
        makeup.take_back(make_up=row, by=learner.user, now=timezone.now())
    return redirect("my_lessons", number=row.enrolment.number)
