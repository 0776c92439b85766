"""外发证书: certificates of other issuers, recorded person by person for a class; a wrong record is taken back."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from courses import access, certificates
from courses.access import Permission
from courses.models import Completion, ExternalCertificate, SkillLevel, TrainingClass
from courses.refusals import Refused
from courses.web.desk.class_file import fetch
from courses.web.desk.page import officer, show
from courses.web.gate import allow
from courses.web.told import told


class PersonField(forms.ModelChoiceField[Completion]):
    def label_from_instance(self, obj: Completion) -> str:
        """Two of one masked name differ by their place on the list."""
        return f"{obj.enrolment.arrival_no} {obj.enrolment.learner.masked_name}"


class ExternalForm(forms.Form):
    """What the paper says."""

    completion = PersonField(queryset=Completion.objects.none(), to_field_name="number", label=gettext_lazy("学员"))
    kind = forms.ChoiceField(label=gettext_lazy("证书种类"), choices=ExternalCertificate.Kind.choices)
    number = forms.CharField(label=gettext_lazy("证书编号"), max_length=60)
    level = forms.ModelChoiceField(
        queryset=SkillLevel.objects.all(), to_field_name="key", label=gettext_lazy("等级"), required=False
    )
    issued_on = forms.DateField(label=gettext_lazy("发证日期"), widget=forms.DateInput(attrs={"type": "date"}))
    issuer = forms.CharField(label=gettext_lazy("发证机构"), max_length=60)

    def __init__(self, *args: Any, training_class: TrainingClass, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = Completion.objects.filter(
            enrolment__training_class=training_class,
            status=Completion.Status.APPROVED,
            enrolment__learner__erased_at__isnull=True,
        )
        field = self.fields["completion"]
        assert isinstance(field, PersonField)
        field.queryset = rows.select_related("enrolment__learner").order_by("enrolment__arrival_no")


@allow(Permission.SEE_DESK)
def desk_external(request: HttpRequest, number: str) -> HttpResponse:
    training_class = fetch(request, number, Permission.SEE_DESK)
    return _page(request, training_class, ExternalForm(training_class=training_class))


@require_POST
@allow(Permission.ISSUE_CERTIFICATES)
def desk_external_record(request: HttpRequest, number: str) -> HttpResponse:
    training_class = fetch(request, number, Permission.ISSUE_CERTIFICATES)
    form = ExternalForm(request.POST, training_class=training_class)
    if not form.is_valid():
        return _page(request, training_class, form)
    try:
        certificates.record(by=officer(request), now=timezone.now(), **form.cleaned_data)
    except Refused as refusal:
        form.add_error(None, refusal.sentence)
        return _page(request, training_class, form)
    messages.success(request, _("已登记。"))
    return redirect("desk_external", number)


@require_POST
@allow(Permission.ISSUE_CERTIFICATES)
def desk_external_take_back(request: HttpRequest, code: str) -> HttpResponse:
    user, now = officer(request), timezone.now()
    rows = access.visible_external_certificates(user=user, now=now, permission=Permission.ISSUE_CERTIFICATES)
    row = get_object_or_404(rows.select_related("completion__enrolment__training_class"), code=code)
    with told(request, _("已撤下，这个编号可以重新登记。")):
        certificates.take_back_external(by=user, certificate=row, reason=request.POST.get("reason", ""), now=now)
    return redirect("desk_external", row.completion.enrolment.training_class.number)


def _page(request: HttpRequest, training_class: TrainingClass, form: ExternalForm) -> HttpResponse:
    now = timezone.now()
    permission = Permission.ISSUE_CERTIFICATES
    rows = list(certificates.external_of_class(training_class=training_class))
    context = {
        "training_class": training_class,
        "rows": [(row, row.completion.enrolment.learner.masked_name) for row in rows],
        "form": form,
        "may_record": access.may_on(
            user=officer(request), training_class=training_class, permission=permission, now=now
        ),
        "crumbs": [
            (_("班次"), reverse("desk_classes")),
            (training_class.number, reverse("desk_class", args=[training_class.number])),
            (_("证书"), reverse("desk_certificates", args=[training_class.number])),
        ],
        "here": _("别处发的证书"),
    }
    return show(request, "desk/certificates/external.html", context, here="desk_classes")
