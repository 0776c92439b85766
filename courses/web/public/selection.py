"""拟录取公示: the results whose notice runs, with masked names; a list is taken down on the day after."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from courses import selection
from courses.models import Selection, SelectionLine
from courses.policy import local_date
from courses.web.gate import public

Outcome = SelectionLine.Outcome
SHOWN = (Outcome.CHOSEN, Outcome.RESERVE)


@public
def selection_list(request: HttpRequest) -> HttpResponse:
    found = selection.published(on=local_date(timezone.now()))
    return render(request, "public/selection/list.html", {"rows": found})


@public
def selection_notice(request: HttpRequest, number: str) -> HttpResponse:
    """One list while its notice runs; afterwards the same address says that it is over, without a name."""
    once = Selection.objects.exclude(published_on=None).exclude(status=Selection.Status.RETURNED)
    result = get_object_or_404(once, number=number)
    running = selection.published(on=local_date(timezone.now())).filter(pk=result.pk).first()
    lines = selection.lines_of(selection=running) if running else []
    context = {
        "result": running,
        "lines": [(line, line.enrolment.learner.masked_name) for line in lines if line.outcome in SHOWN],
        "crumbs": [(_("拟录取公示"), reverse("selection_list"))],
        "here": number,
    }
    return render(request, "public/selection/notice.html", context)
