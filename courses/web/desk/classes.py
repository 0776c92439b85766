"""班次: the list of classes, and the form that plans one."""

from datetime import date, timedelta

from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from courses import access, classes, tally
from courses.access import Permission
from courses.classes import ClassRefused
from courses.models import Brand, District, Institution, Post, ProgrammeKind, SavedView, TrainingClass
from courses.policy import local_date
from courses.web.desk.class_form import ClassForm, repeated
from courses.web.desk.page import officer, query_without_page, show
from courses.web.desk.saved_views import kept_views
from courses.web.gate import allow

PER_PAGE = 30
Status = TrainingClass.Status
# What the tally calls in training is more than one status of a class.
IN_TRAINING = "in_training"

# What a filter of the list looks at; none of them can hold a person.
COLUMNS = {
    "status": "status",
    "kind": "course__kind__key",
    "brand": "course__brand__key",
    "district": "district__key",
    "institution": "institution__number",
}


@allow(Permission.SEE_DESK)
def desk_classes(request: HttpRequest) -> HttpResponse:
    """The classes that a post shows, newest first; the filters stand in the address."""
    now = timezone.now()
    found = visible(request)
    institutions = access.visible_institutions(user=officer(request), now=now, permission=Permission.SEE_DESK)
    chosen = filters_of(request)
    listed = narrowed(found, chosen).select_related("course", "district", "institution")
    own = institution_of(request)
    context = {
        "page": Paginator(listed, PER_PAGE).get_page(request.GET.get("page")),
        "query": query_without_page(request),
        "statuses": [*Status.choices, (IN_TRAINING, _("在训（上课中、待结业）"))],
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


def narrowed(found: QuerySet[TrainingClass], chosen: dict[str, str]) -> QuerySet[TrainingClass]:
    """By the filters of the address, the newest first; a value that cannot be one leaves nothing."""
    for name, column in COLUMNS.items():
        if name == "status" and chosen[name] == IN_TRAINING:
            found = found.filter(status__in=tally.IN_TRAINING)
        elif chosen[name]:
            found = found.filter(**{column: chosen[name]})
    if chosen["year"]:
        found = found.filter(ends_on__range=of_year(chosen["year"])) if of_year(chosen["year"]) else found.none()
    if chosen["month"]:
        first = _first_of(chosen["month"])
        found = found.filter(starts_on__gte=first, starts_on__lt=_month_after(first)) if first else found.none()
    if chosen["q"]:
        found = found.filter(named_like(chosen["q"]))
    return found.order_by("-starts_on", "-number")


def filters_of(request: HttpRequest) -> dict[str, str]:
    """What the address asks the list for."""
    return {name: request.GET.get(name, "").strip() for name in (*COLUMNS, "year", "month", "q")}


def of_year(text: str) -> tuple[date, date] | None:
    """2026 as its first and its last day; a class is of the year in which it ends."""
    if not (text.isascii() and text.isdigit() and 2000 <= int(text) <= 2100):
        return None
    return date(int(text), 1, 1), date(int(text), 12, 31)


def _first_of(month: str) -> date | None:
    """2026-09 as its first day."""
    try:
        return date.fromisoformat(f"{month}-01")
    except ValueError:
        return None


def _month_after(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1)


def named_like(text: str, prefix: str = "") -> Q:
    """Classes whose number, course or institution has the word in it."""
    return (
        Q(**{f"{prefix}number__icontains": text})
        | Q(**{f"{prefix}course__name__icontains": text})
        | Q(**{f"{prefix}institution__name__icontains": text})
    )


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
