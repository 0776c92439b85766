"""One seat of a class from its page: an offer ended before its time, somebody who never came, a learner moved to
another class."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from courses import access, enrolment, notices
from courses.access import Permission
from courses.enrolment import EnrolmentRefused
from courses.models import Enrolment, TrainingClass
from courses.web.class_choice import TransferForm
from courses.web.desk.class_file import fetch
from courses.web.desk.page import officer, show
from courses.web.gate import allow
from courses.web.told import said_to, told


def _row(request: HttpRequest, training_class: TrainingClass, number: str) -> Enrolment:
    rows = access.visible_enrolments(user=officer(request), now=timezone.now()).select_related(
        "learner__user", "category", "training_class__course", "transferred_to__training_class__venue", "decided_by"
    )
    return get_object_or_404(rows, number=number, training_class=training_class)


@require_POST
@allow(Permission.SEE_DESK)
def desk_offer_void(request: HttpRequest, number: str, enrolment_number: str) -> HttpResponse:
    training_class = fetch(request, number, Permission.RUN_CLASSES)
    row = _row(request, training_class, enrolment_number)
    with told(request, _("已收回，%(told)s。空位由下一位依次递补。") % {"told": said_to(row.learner)}):
        enrolment.void(by=officer(request), enrolment=row, reason=request.POST.get("reason", ""), now=timezone.now())
    return redirect("desk_class", number)


@require_POST
@allow(Permission.SEE_DESK)
def desk_call_in(request: HttpRequest, number: str, enrolment_number: str) -> HttpResponse:
    """A free seat that nobody moves up to any more goes to who waited longest and said yes."""
    training_class = fetch(request, number, Permission.RUN_CLASSES)
    row = _row(request, training_class, enrolment_number)
    with told(request, _("已录取，%(told)s。") % {"told": said_to(row.learner)}):
        enrolment.call_in(by=officer(request), enrolment=row, now=timezone.now())
    return redirect("desk_class", number)


@require_POST
@allow(Permission.SEE_DESK)
def desk_transfer_refuse(request: HttpRequest, number: str, enrolment_number: str) -> HttpResponse:
    """What a learner asked for is turned down; the reason is told."""
    training_class = fetch(request, number, Permission.RUN_CLASSES)
    row, reason = _row(request, training_class, enrolment_number), request.POST.get("reason", "")
    with told(request, _("已答复，%(told)s。席位不变。") % {"told": said_to(row.learner)}):
        enrolment.turn_request_down(enrolment=row, reason=reason, by=officer(request), now=timezone.now())
    return redirect("desk_class", number)


@require_POST
@allow(Permission.SEE_DESK)
def desk_no_show(request: HttpRequest, number: str, enrolment_number: str) -> HttpResponse:
    training_class = fetch(request, number, Permission.RUN_CLASSES)
    row = _row(request, training_class, enrolment_number)
    with told(request, _("已记为未到，席位已让出，%(told)s。来了可以恢复。") % {"told": said_to(row.learner)}):
        enrolment.mark_no_show(by=officer(request), enrolment=row, now=timezone.now())
    return redirect("desk_class", number)


@require_POST
@allow(Permission.SEE_DESK)
def desk_no_show_back(request: HttpRequest, number: str, enrolment_number: str) -> HttpResponse:
    training_class = fetch(request, number, Permission.RUN_CLASSES)
    row = _row(request, training_class, enrolment_number)
    with told(request, _("席位已恢复，%(told)s。") % {"told": said_to(row.learner)}):
        enrolment.take_no_show_back(by=officer(request), enrolment=row, now=timezone.now())
    return redirect("desk_class", number)


@allow(Permission.SEE_DESK)
def desk_transfer(request: HttpRequest, number: str, enrolment_number: str) -> HttpResponse:
    """Choose a class, look at both, confirm; afterwards the same address is the receipt."""
    now = timezone.now()
    training_class = fetch(request, number, Permission.RUN_CLASSES)
    row = _row(request, training_class, enrolment_number)
    mine = access.visible_classes(user=officer(request), now=now, permission=Permission.RUN_CLASSES)
    choices = enrolment.classes_to_choose(enrolment=row, now=now).filter(pk__in=mine.values("pk"))
    wish = enrolment.open_request(enrolment=row)
    form = TransferForm(
        request.POST if request.method == "POST" else None,
        choices=choices.select_related("venue", "district"),
        initial={"to": wish.to.number, "reason": wish.reason} if wish else {},
    )
    chosen = form.cleaned_data["to"] if form.is_valid() else None
    if chosen and "confirmed" in request.POST and _moved(request, row, form):
        return redirect("desk_transfer", number, enrolment_number)
    context = {
        "training_class": training_class,
        "row": row,
        "name": row.learner.masked_name,
        "made": row.transferred_to,
        "may_leave": row.status == Enrolment.Status.ADMITTED,
        "form": form,
        "chosen": chosen if not form.errors else None,
        "any": choices.exists(),
        "reached": notices.is_reached(learner=row.learner),
        "wish": wish if row.status == Enrolment.Status.ADMITTED else None,
        "crumbs": [
            (_("班次"), reverse("desk_classes")),
            (training_class.number, reverse("desk_class", args=[number])),
        ],
        "here": _("转班"),
    }
    return show(request, "desk/classes/transfer.html", context, here="desk_classes", status=422 if form.errors else 200)


def _moved(request: HttpRequest, row: Enrolment, form: TransferForm) -> bool:
    values = form.cleaned_data
    try:
        enrolment.transfer(
            by=officer(request), enrolment=row, to=values["to"], reason=values["reason"], now=timezone.now()
        )
    except EnrolmentRefused as refusal:
        form.add_error(None, refusal.sentence)
        return False
    return True
