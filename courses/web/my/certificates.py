"""我的证书: see, print and download what one was given; who may read the name on the check page."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from courses import access, certificates
from courses.models import Certificate, Learner
from courses.people import consents
from courses.web.certificates import TONES, paper
from courses.web.gate import learner_only


@never_cache
@require_safe
@learner_only
def certificate_list(request: HttpRequest) -> HttpResponse:
    learner: Learner = request.learner  # type: ignore[attr-defined]
    held = list(
        access.own_certificates(learner=learner)
        .select_related("completion__enrolment__learner")
        .prefetch_related("withdrawals")
        .order_by("-issued_at")
    )
    told = certificates.describe(certificates=held, now=timezone.now())
    context = {
        "rows": [(row, told[row.number], TONES[told[row.number].state]) for row in held],
        "name_shown": learner.pk in consents.holders(learners=[learner.pk], key=consents.CERTIFICATE_NAME),
        "notice": consents.newest(key=consents.CERTIFICATE_NAME),
    }
    return render(request, "my/certificates/list.html", context)


@never_cache
@require_safe
@learner_only
def certificate(request: HttpRequest, number: str) -> HttpResponse:
    """The A4 sheet, to print as it is."""
    row = _own(request, number)
    state = certificates.describe(certificates=[row], now=timezone.now())[row.number]
    return render(request, "my/certificates/show.html", {"sheets": [row], "certificate": row, "checked": state})


@require_POST
@learner_only
def certificate_paper(request: HttpRequest, number: str) -> HttpResponse:
    file = paper(_own(request, number))
    if file is None:
        messages.info(request, _("PDF 正在制作，请一分钟后再来；现在可以先打印网页版。"))
        return redirect("my_certificates")
    return file


@require_POST
@learner_only
def name_switch(request: HttpRequest) -> HttpResponse:
    learner: Learner = request.learner  # type: ignore[attr-defined]
    assert learner.user is not None
    on = request.POST.get("on") == "1"
    consents.switch(by=learner.user, learner=learner, key=consents.CERTIFICATE_NAME, on=on, now=timezone.now())
    messages.success(request, _("已打开：查证书时显示您的全名。") if on else _("已关闭：查证书时只显示遮挡后的姓名。"))
    return redirect("my_certificates")


def _own(request: HttpRequest, number: str) -> Certificate:
    learner: Learner = request.learner  # type: ignore[attr-defined]
    rows = access.own_certificates(learner=learner).select_related("completion__enrolment__learner")
    return get_object_or_404(rows.prefetch_related("withdrawals"), number=number)
