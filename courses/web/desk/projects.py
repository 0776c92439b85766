"""项目: each funded package with its sponsor, brand and period, and how much of the plan has been counted."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from courses import access, projects
from courses.access import Permission
from courses.policy import local_date
from courses.web.desk.institutions import sections
from courses.web.desk.page import officer, query_without_page, show
from courses.web.gate import allow

PER_PAGE = 30


@allow(Permission.SEE_TALLY)
def desk_projects(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    found = access.visible_projects(user=officer(request), now=now, permission=Permission.SEE_TALLY)
    page = Paginator(found.select_related("brand", "district"), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "query": query_without_page(request),
        "rows": projects.progress(projects=page.object_list, on=local_date(now)),
        "sections": sections(here="desk_projects"),
    }
    return show(request, "desk/projects/list.html", context, here="desk_institutions")


@allow(Permission.SEE_TALLY)
def desk_project(request: HttpRequest, number: str) -> HttpResponse:
    """A project with the classes that draw from it, as far as this person may see them."""
    now = timezone.now()
    user = officer(request)
    found = access.visible_projects(user=user, now=now, permission=Permission.SEE_TALLY)
    project = get_object_or_404(found.select_related("brand", "district"), number=number)
    classes = access.visible_classes(user=user, now=now, permission=Permission.SEE_TALLY).filter(project=project)
    listed = classes.select_related("course", "district", "institution").order_by("-starts_on", "-number")
    context = {
        "row": projects.progress(projects=[project], on=local_date(now))[0],
        "page": Paginator(listed, PER_PAGE).get_page(request.GET.get("page")),
        "query": query_without_page(request),
        "crumbs": [(_("项目"), reverse("desk_projects"))],
        "here": project.number,
    }
    return show(request, "desk/projects/show.html", context, here="desk_institutions")
