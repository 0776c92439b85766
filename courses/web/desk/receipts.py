"""报名回执和学员卡: what somebody without a phone takes home on paper. Each print is a POST and leaves its row."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from courses import access, enrolment, privacy
from courses.access import Permission
from courses.models import Enrolment, Lesson, TrainingClass
from courses.people import cards, devices, resting
from courses.people.receipts import print_receipt
from courses.refusals import Refused
from courses.web.desk.class_file import fetch
from courses.web.desk.counter import crumbs
from courses.web.desk.page import officer, show
from courses.web.gate import allow
from courses.web.teach.qr import qr_svg
from courses.web.told import told

Status = Enrolment.Status
HEADINGS = {
    Status.ADMITTED: gettext_lazy("已录取"),
    Status.APPLIED: gettext_lazy("已报名，等机构审核"),
    Status.CANDIDATE: gettext_lazy("已报名，参加评选"),
    Status.WAITLISTED: gettext_lazy("已进入候补"),
}


@dataclass(frozen=True)
class Receipt:
    """An enrolment as a receipt tells it; the document is masked on screen and on paper."""

    enrolment: Enrolment
    training_class: TrainingClass
    heading: str
    place: int
    kind: str
    document: str
    first_lesson: Lesson | None

    @property
    def hears_in_person(self) -> bool:
        """No message tells this person what becomes of what is still open."""
        undecided = self.enrolment.status in (Status.APPLIED, Status.CANDIDATE, Status.WAITLISTED)
        return undecided and not self.enrolment.learner.phone


def _receipt(request: HttpRequest, number: str, enrolment_number: str) -> Receipt:
    training_class = fetch(request, number, Permission.ENROL_AT_COUNTER)
    scope = access.visible_enrolments(user=officer(request), now=timezone.now()).filter(training_class=training_class)
    row = get_object_or_404(scope.select_related("learner", "training_class", "decided_by"), number=enrolment_number)
    document = row.learner.documents.select_related("kind").filter(until__isnull=True).first()
    return Receipt(
        row,
        training_class,
        str(HEADINGS.get(Status(row.status), row.get_status_display())),
        enrolment.place(enrolment=row),
        document.kind.label if document else _("证件"),
        privacy.mask_id(document.number) if document else _("未登记"),
        training_class.lessons.filter(status=Lesson.Status.PLANNED).order_by("starts_at").first(),
    )


@never_cache
@require_safe
@allow(Permission.ENROL_AT_COUNTER)
def desk_receipt(request: HttpRequest, number: str, enrolment_number: str) -> HttpResponse:
    """What was done, and the two things to print; for any enrolment of the class, wherever it was made."""
    receipt = _receipt(request, number, enrolment_number)
    learner = receipt.enrolment.learner
    context = {
        "receipt": receipt,
        "name": learner.masked_name,
        "phone": privacy.mask_phone(learner.phone),
        "live": receipt.enrolment.status in Enrolment.LIVE,
        "card": cards.live_card(learner=learner),
        "resting": learner.user is not None and resting.is_resting(user=learner.user, now=timezone.now()),
        "browsers": devices.bound(learner=learner, now=timezone.now()).count(),
        "browsers_full": devices.is_full_today(learner=learner, now=timezone.now()),
        "crumbs": crumbs(receipt.training_class),
        "here": receipt.enrolment.number,
    }
    return show(request, "desk/receipts/show.html", context, here="desk_classes")


@never_cache
@require_POST
@allow(Permission.ENROL_AT_COUNTER)
def desk_receipt_print(request: HttpRequest, number: str, enrolment_number: str) -> HttpResponse:
    receipt = _receipt(request, number, enrolment_number)
    now = timezone.now()
    print_receipt(enrolment=receipt.enrolment, by=officer(request), now=now)
    return render(request, "desk/receipts/print.html", {"receipt": receipt, "printed_at": now})


@never_cache
@require_POST
@allow(Permission.ENROL_AT_COUNTER)
def desk_card_print(request: HttpRequest, number: str, enrolment_number: str) -> HttpResponse:
    """The new card, this once: its code can be read from the paper only."""
    receipt = _receipt(request, number, enrolment_number)
    try:
        issued = cards.issue(learner=receipt.enrolment.learner, by=officer(request), now=timezone.now())
    except Refused as refusal:
        messages.error(request, refusal.sentence)
        return redirect("desk_receipt", number, enrolment_number)
    context = {
        "card": issued.card,
        "code": issued.code,
        "learner": receipt.enrolment.learner,
        "qr": qr_svg(issued.code),
        "back": reverse("desk_receipt", args=[number, enrolment_number]),
    }
    return render(request, "desk/receipts/card.html", context)


@require_POST
@allow(Permission.ENROL_AT_COUNTER)
def desk_card_void(request: HttpRequest, number: str, enrolment_number: str) -> HttpResponse:
    """A lost card is worth nothing from now on."""
    receipt = _receipt(request, number, enrolment_number)
    card = get_object_or_404(receipt.enrolment.learner.cards, number=request.POST.get("card", ""))
    with told(request, _("学员卡 %(number)s 已作废。") % {"number": card.number}):
        cards.void(card=card, by=officer(request), now=timezone.now())
    return redirect("desk_receipt", number, enrolment_number)


@require_POST
@allow(Permission.ENROL_AT_COUNTER)
def desk_phone_vouch(request: HttpRequest, number: str, enrolment_number: str) -> HttpResponse:
    """The person and the document were seen: the number of their login, unused for long, is theirs again."""
    receipt = _receipt(request, number, enrolment_number)
    with told(request, _("已确认号码是本人的，现在可以用验证码登录。")):
        resting.vouch(by=officer(request), learner=receipt.enrolment.learner, now=timezone.now())
    return redirect("desk_receipt", number, enrolment_number)


@require_POST
@allow(Permission.ENROL_AT_COUNTER)
def desk_browsers_allow(request: HttpRequest, number: str, enrolment_number: str) -> HttpResponse:
    """Whose day of new browsers is used up may bind again, for a reason that is kept."""
    receipt = _receipt(request, number, enrolment_number)
    with told(request, _("已放开，学员今天可以再绑定浏览器。")):
        reason = request.POST.get("reason", "")
        devices.allow_again(by=officer(request), learner=receipt.enrolment.learner, reason=reason, now=timezone.now())
    return redirect("desk_receipt", number, enrolment_number)
