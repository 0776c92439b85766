"""补课 of one class, as the trainer and the institution see it: guests who come, and own learners who went elsewhere."""

from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import BadRequest
from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from courses import access
from courses.access import Permission
from courses.attendance import Hours, makeup
from courses.models import MakeUp, TrainingClass, User

Status = MakeUp.Status
FEW = 30
SHOWN = (
    "enrolment__learner",
    "enrolment__training_class__course",
    "missed",
    "heard__training_class__institution",
    "heard__venue",
)


class HoursForm(forms.Form):
    came = forms.TimeField(required=False)
    left = forms.TimeField(required=False)

    @property
    def hours(self) -> Hours | None:
        came, left = (self.cleaned_data.get("came"), self.cleaned_data.get("left")) if self.is_valid() else (None, None)
        return Hours(came, left) if came and left else None


def listed(*, training_class: TrainingClass, user: User, permission: Permission, now: datetime) -> dict[str, Any]:
    """Guests of the class until they were seen, and what own learners heard elsewhere. Two statements."""
    rows = access.visible_make_ups(user=user, now=now, permission=permission).select_related(*SHOWN)
    guests = rows.filter(heard__training_class=training_class, status__in=(Status.ASKED, Status.AGREED))
    own = rows.filter(enrolment__training_class=training_class, status=Status.WITNESSED)
    return {
        "guests": list(guests.order_by("heard__starts_at", "pk")[:FEW]),
        "heard_elsewhere": list(own.select_related("witnessed_by").order_by("pk")[:FEW]),
        "user_pk": user.pk,
    }


def act(
    request: HttpRequest, *, user: User, training_class: TrainingClass, code: str, permission: Permission, now: datetime
) -> None:
    """One step of one make-up: the visited class answers and witnesses, the learner's own decides. Refused with
    MakeUpRefused."""
    rows = access.visible_make_ups(user=user, now=now, permission=permission).select_related(*SHOWN)
    decision, text = request.POST.get("decision", ""), request.POST.get("answer", "")
    if decision in ("agree", "refuse"):
        guest = get_object_or_404(rows.filter(heard__training_class=training_class), code=code)
        makeup.answer(by=user, make_up=guest, agree=decision == "agree", text=text, now=now)
    elif decision == "witness":
        guest = get_object_or_404(rows.filter(heard__training_class=training_class), code=code)
        makeup.witness(by=user, make_up=guest, hours=HoursForm(request.POST).hours, now=now)
    elif decision in ("count", "not_count"):
        own = get_object_or_404(rows.filter(enrolment__training_class=training_class), code=code)
        makeup.decide(by=user, make_up=own, count=decision == "count", text=text, now=now)
    else:
        raise BadRequest
