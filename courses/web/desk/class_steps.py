"""Steps of a class that have a page of their own: to correct a draft, and to begin once the consequences are read."""

from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from courses import classes, seating
from courses.access import Permission
from courses.classes import ClassRefused
from courses.models import Enrolment, TrainingClass
from courses.policy import local_date
from courses.web.desk.class_file import fetch
from courses.web.desk.class_form import FactsForm, stated
from courses.web.desk.page import officer, show
from courses.web.gate import allow

Status = TrainingClass.Status


@allow(Permission.RUN_CLASSES)
def desk_class_edit(request: HttpRequest, number: str) -> HttpResponse:
    """Correct what a draft or a returned class states; its timetable is replaced on the page of its papers."""
    now = timezone.now()
    training_class = fetch(request, number, Permission.RUN_CLASSES)
    if training_class.status not in (Status.DRAFT, Status.RETURNED):
        messages.info(request, _("班次已提交审核，不能直接修改。需要改动请联系区市退回。"))
        return redirect("desk_class", number)
    form = FactsForm(
        request.POST or None,
        institution=training_class.institution,
        today=local_date(now),
        initial=stated(training_class=training_class),
    )
    if request.method == "POST" and form.is_valid() and _correct(request, form, training_class):
        messages.success(request, _("已保存修改。"))
        return redirect("desk_class", number)
    context = {"training_class": training_class, "form": form, "crumbs": _crumbs(number), "here": _("修改班次")}
    return show(request, "desk/classes/edit.html", context, here="desk_classes", status=422 if form.errors else 200)


def _correct(request: HttpRequest, form: FactsForm, training_class: TrainingClass) -> bool:
    try:
        classes.correct(by=officer(request), training_class=training_class, facts=form.facts(), now=timezone.now())
    except ClassRefused as refusal:
        form.add_error(None, refusal.sentence)
        return False
    return True


@allow(Permission.RUN_CLASSES)
def desk_class_start(request: HttpRequest, number: str) -> HttpResponse:
    """What closing enrolment and beginning means for everybody who has a seat or waits for one, before it is done."""
    now = timezone.now()
    training_class = fetch(request, number, Permission.RUN_CLASSES)
    if training_class.status != Status.ENROLLING:
        messages.info(request, _("班次现在不在报名中。请看现在的状态再选。"))
        return redirect("desk_class", number)
    live = Enrolment.objects.filter(training_class=training_class, status__in=Enrolment.LIVE)
    people = dict.fromkeys(Enrolment.Status.values, 0)
    people |= dict(live.order_by().values_list("status").annotate(many=Count("pk")))
    context = {
        "training_class": training_class,
        "people": people,
        "ending": sum(people[status] for status in seating.UNDECIDED),
        "too_early": local_date(now) < training_class.starts_on,
        "crumbs": _crumbs(number),
        "here": _("截止报名并开班"),
    }
    return show(request, "desk/classes/start.html", context, here="desk_classes")


def _crumbs(number: str) -> list[tuple[str, str]]:
    return [(_("班次"), reverse("desk_classes")), (number, reverse("desk_class", args=[number]))]
