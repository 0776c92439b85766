"""指派我考核的班: who was named from outside records the scores of exactly these classes, and finds nothing beside them."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from courses import access, scores
from courses.access import Permission
from courses.models import Enrolment, TrainingClass
from courses.web.desk.page import officer, show
from courses.web.desk.scores import record, table
from courses.web.gate import allow

NEEDED = ("course", "institution")


@never_cache
@allow(Permission.EXAMINE)
def desk_examining(request: HttpRequest) -> HttpResponse:
    """Those that end soonest come first."""
    mine = access.visible_examined(user=officer(request), now=timezone.now()).select_related(*NEEDED)
    context = {"classes": mine.order_by("ends_on", "number"), "here": _("指派我考核的班")}
    return show(request, "desk/scores/examined.html", context, here="desk_examining", badge=0)


@never_cache
@allow(Permission.EXAMINE)
def desk_examined(request: HttpRequest, number: str) -> HttpResponse:
    """The scores of one class, under masked names; no table to take along, which would have them in full."""
    training_class, user, now = _mine(request, number), officer(request), timezone.now()
    against = scores.against_recording(by=user, training_class=training_class, now=now)
    context = {
        **table(training_class, "desk_examined_record"),
        "examining": True,
        "against": "" if against is None else scores.ScoreRefused(against).sentence,
        "may_enter": against is None,
        "crumbs": [(_("指派我考核的班"), reverse("desk_examining"))],
        "here": training_class.number,
    }
    return show(request, "desk/scores/list.html", context, here="desk_examining", badge=0)


@require_POST
@allow(Permission.EXAMINE)
def desk_examined_record(request: HttpRequest, number: str, enrolment_number: str) -> HttpResponse:
    """The scores of one learner."""
    rows = Enrolment.objects.filter(training_class=_mine(request, number)).select_related("training_class")
    record(request, get_object_or_404(rows, number=enrolment_number))
    return redirect("desk_examined", number)


def _mine(request: HttpRequest, number: str) -> TrainingClass:
    mine = access.visible_examined(user=officer(request), now=timezone.now())
    return get_object_or_404(mine.select_related(*NEEDED), number=number)
