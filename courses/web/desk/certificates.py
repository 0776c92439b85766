"""发证: the certificates of one class, given all at once; revoked, replaced or given anew by two people; printed."""

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from courses import access, certificates, privacy, tasks
from courses.access import Permission
from courses.models import Certificate, CertificateWithdrawal
from courses.web.certificates import TONES
from courses.web.desk.class_file import fetch
from courses.web.desk.outlook import gather
from courses.web.desk.page import officer, show
from courses.web.gate import allow
from courses.web.told import told

Kind, Status = CertificateWithdrawal.Kind, CertificateWithdrawal.Status


@allow(Permission.SEE_DESK)
def desk_certificates(request: HttpRequest, number: str) -> HttpResponse:
    now = timezone.now()
    user = officer(request)
    training_class = fetch(request, number, Permission.SEE_DESK)
    held = list(certificates.of_class(training_class=training_class))
    states = certificates.describe(certificates=held, now=now)
    anew = certificates.to_give_anew(held)

    def may(permission: Permission) -> bool:
        return access.may_on(user=user, training_class=training_class, permission=permission, now=now)

    context = {
        "training_class": training_class,
        "rows": [
            {
                "certificate": row,
                "name": privacy.mask_name(row.snapshot["name"]),
                "checked": states[row.number],
                "tone": TONES[states[row.number].state],
                "asked": next((one for one in row.withdrawals.all() if one.status == Status.ASKED), None),
                "told": [one for one in row.withdrawals.all() if one.status != Status.DROPPED],
                "gone": any(one.status == Status.DONE for one in row.withdrawals.all()),
                "anew": row.pk in anew,
            }
            for row in held
        ],
        "waiting": certificates.waiting(training_class=training_class).count(),
        "held_back": certificates.held_back(training_class=training_class).count(),
        "may_issue": may(Permission.ISSUE_CERTIFICATES),
        "may_decide": may(Permission.DECIDE_CERTIFICATES),
        "user_pk": user.pk,
        "kinds": [(kind.value, kind.label) for kind in CertificateWithdrawal.ENDING],
        "crumbs": [
            (_("班次"), reverse("desk_classes")),
            (training_class.number, reverse("desk_class", args=[training_class.number])),
        ],
        "here": _("证书"),
    }
    return show(request, "desk/certificates/list.html", context, here="desk_classes")


@require_POST
@allow(Permission.ISSUE_CERTIFICATES)
def desk_certificates_issue(request: HttpRequest, number: str) -> HttpResponse:
    """Every certificate that the class still lacks; who got none is told with the reason."""
    training_class = fetch(request, number, Permission.ISSUE_CERTIFICATES)
    issued = certificates.issue_class(by=officer(request), training_class=training_class, now=timezone.now())
    if issued.done:
        tasks.wake_certificates()
        many = len(issued.done)
        words = ngettext(
            "已发 %(count)s 张证书，学员可在「我的证书」领取。",
            "已发 %(count)s 张证书，学员可在「我的证书」领取。",
            many,
        )
        messages.success(request, words % {"count": many})
    for sentence, many in gather(refusal.sentence for refusal in issued.refused):
        words = ngettext("%(many)s 张没有发：%(sentence)s", "%(many)s 张没有发：%(sentence)s", many)
        messages.error(request, words % {"many": many, "sentence": sentence})
    if not issued.done and not issued.refused:
        messages.info(request, _("没有待发的证书。"))
    return redirect("desk_certificates", number)


@never_cache
@require_POST
@allow(Permission.ISSUE_CERTIFICATES)
def desk_certificates_print(request: HttpRequest, number: str) -> HttpResponse:
    """The sheets that hold, one a page, with full names; each print leaves its row."""
    training_class = fetch(request, number, Permission.ISSUE_CERTIFICATES)
    chosen = request.POST.get("certificate", "")
    sheets = certificates.print_out(
        by=officer(request), training_class=training_class, number=chosen, now=timezone.now()
    )
    if not sheets:
        messages.info(request, _("没有可打印的证书。"))
        return redirect("desk_certificates", number)
    return render(request, "desk/certificates/print.html", {"sheets": sheets, "training_class": training_class})


@require_POST
@allow(Permission.SEE_DESK)
def desk_certificate_ask(request: HttpRequest, number: str) -> HttpResponse:
    """Ask that one be revoked or replaced, or that a revoked one be given anew."""
    row = _fetch(request, number)
    kind = request.POST.get("kind", "")
    if kind not in Kind.values:
        raise BadRequest
    with told(request, _("已提交，等另一人确认。")):
        certificates.ask(
            by=officer(request), certificate=row, kind=kind, reason=request.POST.get("reason", ""), now=timezone.now()
        )
    return _back(row)


@require_POST
@allow(Permission.DECIDE_CERTIFICATES)
def desk_certificate_decide(request: HttpRequest, number: str) -> HttpResponse:
    """The second person agrees, or does not."""
    rows = access.visible_withdrawals(
        user=officer(request), now=timezone.now(), permission=Permission.DECIDE_CERTIFICATES
    ).select_related("certificate__completion__enrolment__training_class")
    asked = get_object_or_404(rows, certificate__number=number, status=Status.ASKED)
    by, now = officer(request), timezone.now()
    if request.POST.get("decision") == "agree":
        again = asked.kind == Kind.REISSUE
        with told(request, _("已重新发证，学员可在「我的证书」领取。") if again else _("已办理，原证书作废。")):
            if certificates.agree(by=by, withdrawal=asked, now=now):
                tasks.wake_certificates()
    else:
        with told(request, _("没有同意，这张证书没有改动。")):
            certificates.drop(by=by, withdrawal=asked, now=now)
    return _back(asked.certificate)


def _fetch(request: HttpRequest, number: str) -> Certificate:
    """One that a post opens which issues or decides."""
    user, now = officer(request), timezone.now()
    permissions = (Permission.ISSUE_CERTIFICATES, Permission.DECIDE_CERTIFICATES)
    keys: set[int] = set()
    for permission in permissions:
        keys |= set(
            access.visible_certificates(user=user, now=now, permission=permission)
            .filter(number=number)
            .values_list("pk", flat=True)
        )
    return get_object_or_404(Certificate.objects.select_related("completion__enrolment__training_class"), pk__in=keys)


def _back(row: Certificate) -> HttpResponse:
    return redirect("desk_certificates", row.completion.enrolment.training_class.number)
