"""查证书: anybody may ask whether a certificate is ours. The surname is sent in a POST and stands in no address."""

from dataclasses import dataclass
from datetime import date

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from courses import policy, privacy
from courses.models import Completion
from courses.web.gate import public

# A missing certificate and a wrong surname read the same, so that nobody can try out names.
NOT_FOUND = _("没有查到。请核对证书编号和姓氏，一个字也不要差；仍不符的，请拨打咨询电话。")


@dataclass(frozen=True)
class Certificate:
    """What the public may see: the name is masked."""

    number: str
    name: str
    course: str
    hours: int
    completed_on: date
    institution: str


class VerifyForm(forms.Form):
    number = forms.CharField(label=_("证书编号"), max_length=24)
    surname = forms.CharField(label=_("持证人姓氏"), max_length=20)

    def clean_number(self) -> str:
        return "".join(self.cleaned_data["number"].split()).replace("-", "").upper()

    def clean_surname(self) -> str:
        return str(self.cleaned_data["surname"]).strip()


@never_cache
@sensitive_post_parameters("surname")
@public
def verify(request: HttpRequest, number: str = "") -> HttpResponse:
    """GET shows the form with the number of the address; POST answers for number and surname together."""
    form = VerifyForm(request.POST if request.method == "POST" else None, initial={"number": number})
    certificate = None
    asked = form.is_bound and form.is_valid()
    if asked:
        certificate = find(number=form.cleaned_data["number"], surname=form.cleaned_data["surname"])
    context = {
        "form": form,
        "certificate": certificate,
        "missing": NOT_FOUND if asked and certificate is None else "",
        "asked_at": timezone.now(),
    }
    return render(request, "public/verify.html", context, status=422 if form.errors else 200)


def find(*, number: str, surname: str) -> Certificate | None:
    """An approved completion whose learner's name begins with the surname."""
    row = (
        Completion.objects.filter(number=number, status=Completion.Status.APPROVED)
        .select_related(
            "enrolment__learner", "enrolment__training_class__course", "enrolment__training_class__institution"
        )
        .first()
    )
    name = row.enrolment.learner.name if row else ""
    if row is None or not surname or not name.casefold().startswith(surname.casefold()):
        return None
    training_class = row.enrolment.training_class
    return Certificate(
        number=row.number,
        name=privacy.mask_name(name),
        course=training_class.course.label,
        hours=training_class.hours_theory + training_class.hours_practice + training_class.hours_online,
        completed_on=policy.local_date(row.approved_at) if row.approved_at else training_class.ends_on,
        institution=training_class.institution.label,
    )
