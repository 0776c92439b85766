"""邮箱 under 我的信息: given, proved by the code that was mailed there, taken away again."""

import re

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from courses import privacy, tasks
from courses.models import Learner
from courses.people import consents, mailboxes
from courses.people.mailboxes import MailboxRefusal, MailboxRefused
from courses.refusals import Refused
from courses.web.account.forms import code_field, digits
from courses.web.contacts import email_field
from courses.web.gate import learner_only
from courses.web.told import told

PENDING = "mailbox_code"
OVER = (MailboxRefusal.EXPIRED, MailboxRefusal.TOO_MANY)


class MailboxForm(forms.Form):
    email = email_field(gettext_lazy("邮箱"), gettext_lazy("先给这个邮箱发一个验证码，填对了才保存。"))
    agree = forms.BooleanField(label=gettext_lazy("我同意用这个邮箱接收通知"), required=False)


class ProofForm(forms.Form):
    code = code_field(gettext_lazy("6 位验证码"))

    def clean_code(self) -> str:
        code = digits(self.cleaned_data["code"])
        if not re.fullmatch(r"[0-9]{6}", code):
            raise forms.ValidationError(_("验证码是 6 位数字，请照邮件填写"))
        return code


@never_cache
@sensitive_post_parameters("email")
@require_http_methods(["GET", "POST"])
@learner_only
def mailbox(request: HttpRequest) -> HttpResponse:
    learner: Learner = request.learner  # type: ignore[attr-defined]
    form = MailboxForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            pending, message = mailboxes.send_code(
                learner=learner,
                address=form.cleaned_data["email"],
                agreed=form.cleaned_data["agree"],
                now=timezone.now(),
            )
        except Refused as refusal:
            form.add_error("agree" if refusal.code == MailboxRefusal.NOT_AGREED else "email", refusal.sentence)
        else:
            tasks.wake_delivery(message)
            request.session[PENDING] = pending.seal()
            return redirect("my_email_code")
    context = {
        "form": form,
        "email": privacy.mask_email(learner.email),
        "served": settings.EMAIL_CARRIER,
        "notice": consents.newest(key=mailboxes.EMAIL_NOTICES),
    }
    return render(request, "my/data/mailbox.html", context, status=422 if form.errors else 200)


@never_cache
@require_http_methods(["GET", "POST"])
@learner_only
def mailbox_code(request: HttpRequest) -> HttpResponse:
    learner: Learner = request.learner  # type: ignore[attr-defined]
    pending = mailboxes.open_pending(sealed=request.session.get(PENDING, ""), learner=learner)
    if pending is None:
        return redirect("my_email")
    form, over = ProofForm(request.POST if request.method == "POST" else None), False
    if form.is_valid():
        code, by = form.cleaned_data["code"], learner.user
        assert by is not None
        try:
            mailboxes.keep(by=by, learner=learner, pending=pending, code=code, now=timezone.now())
        except MailboxRefused as refusal:
            form.add_error("code", refusal.sentence)
            over = refusal.code in OVER
        else:
            del request.session[PENDING]
            messages.success(request, _("邮箱已保存。短信没有送到时，通知会发到这里。"))
            return redirect("my_email")
    context = {"form": form, "email": pending.masked, "over": over}
    return render(request, "my/data/mailbox_code.html", context, status=422 if form.errors else 200)


@require_POST
@learner_only
def mailbox_forget(request: HttpRequest) -> HttpResponse:
    learner: Learner = request.learner  # type: ignore[attr-defined]
    assert learner.user is not None
    with told(request, _("邮箱已删除，以后不再发邮件。短信和站内消息照常。")):
        mailboxes.forget(by=learner.user, learner=learner, now=timezone.now())
    return redirect("my_email")
