"""班次: the list of classes, and the form that plans one."""

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from courses import access, classes
from courses.access import Permission
from courses.classes import ClassRefused
from courses.models import Brand, District, Institution, Line, Post, ProgrammeKind, SavedView, TrainingClass
from courses.policy import local_date
from courses.tally.listed import CLASS_FILTERS, IN_TRAINING_WORD, listed
from courses.web.desk.class_form import ClassForm, repeated
from courses.web.desk.page import officer, query_without_page, show
from courses.web.desk.saved_views import kept_views
from courses.web.gate import allow

# More than any value of a filter; what is exported keeps it.
FILTER_MAX = 60
PER_PAGE = 30
Status = TrainingClass.Status


@allow(Permission.SEE_DESK)
def desk_classes(request: HttpRequest) -> HttpResponse:
    """The classes that a post shows, newest first; the filters stand in the address."""
    now = timezone.now()
    found = visible(request)
    institutions = access.visible_institutions(user=officer(request), now=now, permission=Permission.SEE_DESK)
    chosen = filters_of(request)
    found = listed(classes=found, chosen=chosen).select_related("course", "district", "institution")
    own = institution_of(request)
    context = {
        "page": Paginator(found, PER_PAGE).get_page(request.GET.get("page")),
        "query": query_without_page(request),
        "statuses": [*Status.choices, (IN_TRAINING_WORD, _("在训（上课中、待结业）"))],
        "lines": Line.choices,
        "kinds": ProgrammeKind.objects.all(),
        "brands": Brand.objects.all(),
        "districts": District.objects.all(),
        "institutions": institutions.order_by("number") if own is None else [],
        "chosen": chosen,
        "clear": reverse("desk_classes") if any(chosen.values()) else "",
        "may_plan": own is not None,
        **kept_views(request, SavedView.Listing.CLASSES),
    }
    return show(request, "desk/classes/list.html", context, here="desk_classes")


def visible(request: HttpRequest, permission: Permission = Permission.SEE_DESK) -> QuerySet[TrainingClass]:
    return access.visible_classes(user=officer(request), now=timezone.now(), permission=permission)


def filters_of(request: HttpRequest) -> dict[str, str]:
    """What the address asks the list for."""
    return {name: request.GET.get(name, "").strip()[:FILTER_MAX] for name in CLASS_FILTERS}


def institution_of(request: HttpRequest) -> Institution | None:
    """The institution that this person plans classes for."""
    posts = access.held(user=officer(request), now=timezone.now())
    return next((post.institution for post in posts if post.role == Post.Role.INSTITUTION), None)


@allow(Permission.RUN_CLASSES)
def desk_class_new(request: HttpRequest) -> HttpResponse:
    """Plan a class; `from` repeats the values of an earlier one."""
    now = timezone.now()
    institution = institution_of(request)
    if institution is None:
        raise Http404
    today = local_date(now)
    if request.method == "POST":
        form = ClassForm(request.POST, institution=institution, today=today)
        if form.is_valid() and (planned := _plan(request, form, institution)):
            return redirect("desk_class", planned.number)
    else:
        form = ClassForm(institution=institution, today=today, initial=_initial(request))
    context = {
        "form": form,
        "institution": institution,
        "crumbs": [(_("班次"), reverse("desk_classes"))],
        "here": _("申请开班"),
    }
    return show(request, "desk/classes/new.html", context, here="desk_classes", status=422 if form.errors else 200)


def _initial(request: HttpRequest) -> dict[str, object]:
    now = timezone.now()
    number = request.GET.get("from", "")
    mine = access.visible_classes(user=officer(request), now=now, permission=Permission.RUN_CLASSES)
    if number and (earlier := mine.filter(number=number).first()):
        return repeated(training_class=earlier, today=local_date(now))
    return {
        "mode": TrainingClass.Mode.FIRST_COME,
        "second_scan": TrainingClass.SecondScan.SHARE,
    }


def _plan(request: HttpRequest, form: ClassForm, institution: Institution) -> TrainingClass | None:
    try:
        return classes.plan(
            by=officer(request),
            institution=institution,
            facts=form.facts(),
            lessons=form.lessons(),
            now=timezone.now(),
        )
    except ClassRefused as refusal:
        form.add_error(None, refusal.sentence)
        return None
