"""公共实训基地: the bases with their rooms, and one base's calendar of a week."""

from datetime import date, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from courses import access, places
from courses.access import Permission
from courses.policy import local_date
from courses.web.desk.institutions import sections
from courses.web.desk.page import officer, show
from courses.web.gate import allow

DAYS = 7


@allow(Permission.SEE_DESK)
def desk_bases(request: HttpRequest) -> HttpResponse:
    context = {"bases": places.bases(), "sections": sections(here="desk_bases")}
    return show(request, "desk/bases/list.html", context, here="desk_institutions")


@allow(Permission.SEE_DESK)
def desk_base(request: HttpRequest, number: str) -> HttpResponse:
    """A week of the base's rooms; whose class is in a room is told to those who may see that class."""
    now = timezone.now()
    base = get_object_or_404(places.bases(), number=number)
    start = monday(request.GET.get("from", ""), today=local_date(now))
    visible = access.visible_classes(user=officer(request), now=now, permission=Permission.SEE_DESK)
    context = {
        "base": base,
        "rows": places.calendar(base=base, start=start, days=DAYS, visible=visible),
        "days": [start + timedelta(days=step) for step in range(DAYS)],
        "before": start - timedelta(days=DAYS),
        "after": start + timedelta(days=DAYS),
        "today": local_date(now),
        "crumbs": [(_("公共实训基地"), reverse("desk_bases"))],
        "here": base.name,
    }
    return show(request, "desk/bases/show.html", context, here="desk_institutions")


def monday(text: str, *, today: date) -> date:
    """The Monday of the week asked for; of this week where nothing sensible is asked."""
    try:
        asked = date.fromisoformat(text)
    except ValueError:
        asked = today
    if not 2000 <= asked.year <= 2100:
        asked = today
    return asked - timedelta(days=asked.weekday())
