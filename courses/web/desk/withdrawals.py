"""退出: somebody gives a seat or a waiting place back at the counter, by telephone or through their employer."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from courses import access, enrolment, privacy
from courses.access import Permission
from courses.enrolment import EnrolmentRefused
from courses.models import Enrolment
from courses.web.desk.class_file import fetch
from courses.web.desk.page import officer, show
from courses.web.gate import allow
from courses.web.told import said_to


class WithdrawForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("退出原因"),
        max_length=200,
        help_text=gettext_lazy("例如本人到窗口说来不了。会留记录，学员本人也看得到。"),
        error_messages={
            "required": gettext_lazy("请写明退出原因。"),
            "max_length": gettext_lazy("原因最多 200 个字，请写短一些。"),
        },
    )


@never_cache
@require_http_methods(["GET", "POST"])
@allow(Permission.ENROL_AT_COUNTER)
def desk_withdraw(request: HttpRequest, number: str, enrolment_number: str) -> HttpResponse:
    """The reason first, then what will happen, then the deed; afterwards the receipt says what became of the seat."""
    training_class = fetch(request, number, Permission.ENROL_AT_COUNTER)
    rows = access.visible_enrolments(user=officer(request), now=timezone.now()).filter(training_class=training_class)
    row = get_object_or_404(
        rows.select_related("learner__user", "training_class__course", "booking"), number=enrolment_number
    )
    form = WithdrawForm(request.POST if request.method == "POST" else None)
    stated = form.is_valid()
    if stated and "confirmed" in request.POST and _withdrawn(request, row, form):
        return redirect("desk_receipt", number, enrolment_number)
    context = {
        "training_class": training_class,
        "row": row,
        "name": row.learner.masked_name,
        "live": row.status in Enrolment.LIVE,
        "phone": privacy.mask_phone(row.learner.phone),
        "form": form,
        "stated": stated and not form.errors,
        "crumbs": [
            (_("班次"), reverse("desk_classes")),
            (training_class.number, reverse("desk_class", args=[number])),
            (row.number, reverse("desk_receipt", args=[number, row.number])),
        ],
        "here": _("退出"),
    }
    return show(request, "desk/classes/withdraw.html", context, here="desk_classes", status=422 if form.errors else 200)


def _withdrawn(request: HttpRequest, row: Enrolment, form: WithdrawForm) -> bool:
    try:
        moved = enrolment.withdraw(
            by=officer(request), enrolment=row, reason=form.cleaned_data["reason"], now=timezone.now()
        )
    except EnrolmentRefused as refusal:
        form.add_error(None, refusal.sentence)
        return False
    words = _("已办理退出，%(told)s。空位已按顺序让给候补的学员。") if moved else _("已办理退出，%(told)s。")
    messages.success(request, words % {"told": said_to(row.learner)})
    return True
