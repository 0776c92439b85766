"""Own 联系方式 of somebody who works here; whoever changes it has just shown password or code once more."""

from allauth.account.decorators import reauthentication_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from courses import access, privacy
from courses.models import User
from courses.people.contacts import change_contact
from courses.web.contacts import ContactForm
from courses.web.gate import signed_in
from courses.web.told import told


@signed_in
@never_cache
@sensitive_post_parameters("phone", "email")
@require_http_methods(["GET", "POST"])
@reauthentication_required
def contact(request: HttpRequest) -> HttpResponse:
    login, now = request.user, timezone.now()
    if not isinstance(login, User) or not access.is_staff(user=login, now=now):
        raise Http404
    form = ContactForm(request.POST if request.method == "POST" else None, login=login)
    if form.is_valid():
        with told(request, _("联系方式已保存。")):
            change_contact(by=login, login=login, now=now, **form.wanted())
        return redirect("mfa_index")
    context = {"form": form, "phone": privacy.mask_phone(login.phone), "email": privacy.mask_email(login.email)}
    return render(request, "account/contact.html", context, status=422 if form.errors else 200)
