"""联系方式 of somebody who works here, changed by who appoints them; one's own is changed under one's account."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from courses import privacy
from courses.access import Permission
from courses.people.contacts import change_contact
from courses.web.contacts import ContactForm
from courses.web.desk.page import officer, show
from courses.web.desk.staff import fetch
from courses.web.gate import allow
from courses.web.told import told


@never_cache
@sensitive_post_parameters("phone", "email")
@require_http_methods(["GET", "POST"])
@allow(Permission.APPOINT)
def desk_staff_contact(request: HttpRequest, key: UUID) -> HttpResponse:
    login = fetch(request, key).user
    if login.pk == officer(request).pk:
        return redirect("account_contact")
    form = ContactForm(request.POST if request.method == "POST" else None, login=login)
    if form.is_valid():
        with told(request, _("联系方式已保存。")):
            change_contact(by=officer(request), login=login, now=timezone.now(), **form.wanted())
        return redirect("desk_staff_post", key)
    context = {
        "form": form,
        "login": login,
        "phone": privacy.mask_phone(login.phone),
        "email": privacy.mask_email(login.email),
        "crumbs": [(_("人员"), reverse("desk_staff")), (login.username, reverse("desk_staff_post", args=[key]))],
        "here": _("联系方式"),
    }
    return show(request, "desk/staff/contact.html", context, here="desk_staff", status=422 if form.errors else 200)
