"""换人: one member of an employer's booking in the place of another."""

from enum import StrEnum
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from courses import access, groups, notices
from courses.access import Permission
from courses.groups import GroupRefusal
from courses.models import DocumentKind, GroupBooking
from courses.people import consents
from courses.people.learners import Applicant, IdentityRefusal
from courses.people.phones import PhoneSlip
from courses.refusals import Refused
from courses.web.desk.counter import PersonForm
from courses.web.desk.page import officer, show
from courses.web.gate import allow
from courses.web.told import name_the_unheard

FIELD_OF: dict[StrEnum, str] = {
    IdentityRefusal.NAME_MISSING: "name",
    IdentityRefusal.NAME_DIFFERS: "name",
    IdentityRefusal.DOCUMENT_INVALID: "number",
    IdentityRefusal.UNDER_AGE: "number",
    IdentityRefusal.CONSENT_MISSING: "consent",
    GroupRefusal.IN_CLASS: "number",
    GroupRefusal.TRUTH_MISSING: "truth",
    **dict.fromkeys(PhoneSlip, "phone"),
}


class MemberForm(PersonForm):
    """The newcomer as the employer names them."""

    consent = forms.BooleanField(
        label=gettext_lazy("单位已告知本人用途，并取得本人同意，其中使用证件号码由本人单独同意"),
        error_messages={"required": gettext_lazy("请先由单位告知本人并取得同意，再勾选")},
    )
    truth = forms.BooleanField(
        label=gettext_lazy("本人已向单位确认：所报情况属实，材料真实"),
        error_messages={"required": gettext_lazy("请先由单位请本人确认所报情况属实，再勾选")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.vouched = consents.newest(key=consents.TRUTH)
        if self.vouched is None:
            del self.fields["truth"]

    @property
    def version(self) -> str:
        """Of the text that the newcomer vouched by; empty where there is none yet."""
        return self.vouched.version if self.vouched else ""

    @property
    def applicant(self) -> Applicant:
        said = self.cleaned_data
        return Applicant(
            document_kind=said["kind"].key,
            document_number=said["number"],
            name=said["name"],
            phone=said["phone"],
            education=said["education"].key,
            category=said["category"].key,
            district=said["district"].key,
            consent=said["consent"],
        )


@never_cache
@sensitive_post_parameters("name", "number", "phone")
@require_http_methods(["GET", "POST"])
@allow(Permission.BOOK_GROUPS)
def desk_group_replace(request: HttpRequest, number: str, enrolment_number: str) -> HttpResponse:
    now = timezone.now()
    booking = _fetch(request, number)
    rows = booking.enrolments.select_related("learner", "training_class__course")
    out = get_object_or_404(rows, number=enrolment_number)
    first = DocumentKind.objects.filter(key="resident").first()
    form = MemberForm(request.POST if request.method == "POST" else None, initial={"kind": first})
    if request.method == "POST" and form.is_valid():
        try:
            done = groups.replace(
                booking=booking, out=out, applicant=form.applicant, by=officer(request), now=now, truth=form.version
            )
            messages.success(request, _("已换人，新的报名编号 %(number)s。") % {"number": done.made.number})
            if all(notices.is_reached(learner=learner) for learner in (done.out.learner, done.made.learner)):
                messages.info(request, _("两人都会收到通知。"))
            name_the_unheard(request, training_class=booking.training_class, now=now)
            return redirect("desk_group", number)
        except Refused as refusal:
            field = FIELD_OF.get(refusal.code)
            form.add_error(field if field in form.fields else None, refusal.sentence)
    context = {
        "booking": booking,
        "out": out,
        "form": form,
        "crumbs": [(_("班次"), reverse("desk_classes")), (booking.number, reverse("desk_group", args=[number]))],
        "here": _("换人"),
    }
    return show(request, "desk/groups/replace.html", context, here="desk_classes", status=422 if form.errors else 200)


def _fetch(request: HttpRequest, number: str) -> GroupBooking:
    found = access.visible_bookings(user=officer(request), now=timezone.now(), permission=Permission.BOOK_GROUPS)
    return get_object_or_404(found.select_related("training_class__course"), number=number)
