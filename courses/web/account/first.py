"""The one-time link of a new or reopened login of the staff: the code in it, and a password.

The code stands behind the # of the address, so that no server and no log reads it before it is posted.
"""

from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from courses.people import posts
from courses.people.posts import StaffRefusal, StaffRefused
from courses.web.account.forms import FirstPasswordForm
from courses.web.gate import public


@public
@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "POST"])
def first(request: HttpRequest) -> HttpResponse:
    form = FirstPasswordForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        values = form.cleaned_data
        try:
            login = posts.set_password(code=values["code"], password=values["password"], now=timezone.now())
        except StaffRefused as refusal:
            form.add_error("password" if refusal.code == StaffRefusal.WEAK_PASSWORD else "code", refusal.sentence)
        else:
            logout(request)
            words = _("密码设好了。请用账号 %(username)s 登录，再用手机设置动态码。") % {"username": login.username}
            messages.success(request, words)
            return redirect("account_staff_login")
    return render(request, "account/first.html", {"form": form}, status=422 if form.errors else 200)
