"""查证书: anybody may ask whether a certificate is ours. Name and code are sent in a POST and stand in no address."""

from allauth.account.adapter import get_adapter
from django import forms
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_safe

from courses import certificates
from courses.certificates import Checked, CheckRefused, State
from courses.web.certificates import rows
from courses.web.gate import public

# A missing certificate and a wrong surname read the same, so that nobody can try out names.
NOT_FOUND = _("没有查到。请核对证书编号和姓氏，一个字也不要差；仍不符的，请拨打咨询电话。")
FORGED = _("二维码里的签名不是我们的，或内容被改过，不能证明这张证书。请按纸面上的编号和姓氏再查一次。")
HEADINGS = {
    State.VALID: _("证书真实有效"),
    State.REVOKED: _("证书已撤销"),
    State.REPLACED: _("证书已换发，这一张作废"),
    State.EXPIRED: _("证书已过期"),
    State.ALTERED: _("内容与签名不符，不能采信"),
}


class VerifyForm(forms.Form):
    number = forms.CharField(label=_("证书编号"), max_length=40)
    surname = forms.CharField(label=_("持证人姓氏"), max_length=60)

    def clean_surname(self) -> str:
        return str(self.cleaned_data["surname"]).strip()


@never_cache
@sensitive_post_parameters("surname", "code")
@public
def verify(request: HttpRequest, number: str = "") -> HttpResponse:
    """GET shows the form with the number of the address; POST answers for number and name, or for a signed code."""
    code = request.POST.get("code", "")
    form = VerifyForm(request.POST if request.method == "POST" and not code else None, initial={"number": number})
    checked, missing, status = None, "", 200
    if code or (form.is_bound and form.is_valid()):
        try:
            checked = _ask(request, form, code)
            missing = "" if checked else str(FORGED if code else NOT_FOUND)
        except CheckRefused as refusal:
            missing, status = refusal.sentence, 429
    context = {
        "form": form,
        "checked": checked,
        "rows": rows(checked) if checked else [],
        "heading": HEADINGS[checked.state] if checked else "",
        "valid": checked is not None and checked.state == State.VALID,
        "missing": missing,
        "asked_at": timezone.now(),
    }
    return render(request, "public/verify.html", context, status=422 if form.errors else status)


def _ask(request: HttpRequest, form: VerifyForm, code: str) -> Checked | None:
    now = timezone.now()
    certificates.count(address=get_adapter(request).get_client_ip(request), now=now)
    if code:
        return certificates.check_code(code=code, now=now)
    return certificates.check(number=form.cleaned_data["number"], name=form.cleaned_data["surname"], now=now)


@require_safe
@public
def verify_keys(request: HttpRequest) -> JsonResponse:
    """Every public key that has signed a certificate, as a JSON Web Key Set."""
    response = JsonResponse(certificates.as_key_set())
    response.headers["Cache-Control"] = "public, max-age=3600"
    return response
