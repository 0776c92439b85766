"""转班: a learner asks to change to another class of the course, or takes the wish back."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from courses import access, enrolment
from courses.enrolment import EnrolmentRefused
from courses.models import Enrolment, Learner, TransferRequest
from courses.web.class_choice import TransferWish
from courses.web.gate import learner_only


def of_transfer(own: Enrolment) -> dict[str, Any]:
    """What the page of an enrolment says of changing class: what is asked for, else what can be, and the last no."""
    if own.status != Enrolment.Status.ADMITTED:
        return {}
    last = enrolment.last_request(enrolment=own)
    asked = last if last and last.status == TransferRequest.Status.ASKED else None
    turned_down = last if last and last.status == TransferRequest.Status.REFUSED else None
    choices = enrolment.own_choices(enrolment=own, now=timezone.now()).select_related("venue", "district")
    return {
        "wish": asked,
        "turned_down": turned_down,
        "ended": last if last and last.status == TransferRequest.Status.ENDED else None,
        "wish_form": None if asked or not choices else TransferWish(choices=choices),
    }


def _own(request: HttpRequest, number: str) -> tuple[Learner, Enrolment]:
    learner: Learner = request.learner  # type: ignore[attr-defined]
    rows = access.own_enrolments(learner=learner).select_related("training_class__course", "learner__user")
    return learner, get_object_or_404(rows, number=number)


@require_POST
@learner_only
def transfer_ask(request: HttpRequest, number: str) -> HttpResponse:
    learner, own = _own(request, number)
    now = timezone.now()
    form = TransferWish(request.POST, choices=enrolment.own_choices(enrolment=own, now=now))
    if not form.is_valid():
        messages.error(request, " ".join(str(error) for errors in form.errors.values() for error in errors))
        return redirect("my_enrolment", number=number)
    try:
        assert learner.user is not None
        enrolment.ask_for_transfer(enrolment=own, by=learner.user, now=now, **form.cleaned_data)
        messages.success(request, _("转班申请已提交。机构办好之前，您的席位不变，请照常到课。"))
    except EnrolmentRefused as refusal:
        messages.error(request, refusal.sentence)
    return redirect("my_enrolment", number=number)


@require_POST
@learner_only
def transfer_take_back(request: HttpRequest, number: str) -> HttpResponse:
    learner, own = _own(request, number)
    try:
        assert learner.user is not None
        enrolment.take_request_back(enrolment=own, by=learner.user, now=timezone.now())
        messages.success(request, _("转班申请已撤回，席位不变。"))
    except EnrolmentRefused as refusal:
        messages.error(request, refusal.sentence)
    return redirect("my_enrolment", number=number)
