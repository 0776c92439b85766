"""递补的空位: seen and answered by the link of the message, signed in or not, or from one's own pages."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from courses import access, enrolment
from courses.enrolment import EnrolmentRefused
from courses.models import Enrolment, Learner, User
from courses.web.gate import learner_only, public
from courses.web.my.standing import review_words


@never_cache
@require_http_methods(["GET", "POST"])
@public
def offer(request: HttpRequest, code: str) -> HttpResponse:
    """What is offered, to whom in masked letters, and until when; the POST answers. Opening the link does nothing."""
    own = enrolment.by_code(code=code)
    if own is None:
        return render(request, "my/offer/gone.html", status=404)
    if request.method == "POST":
        _answer(request, own, by=own.learner.user if own.learner.user_id == request.user.pk else None)
        return redirect("my_offer", code=code)
    now = timezone.now()
    offered = own.status == Enrolment.Status.OFFERED
    on_hold = offered and enrolment.is_on_hold(enrolment=own)
    stands = offered and not on_hold and own.offer_until is not None and now < own.offer_until
    context = {
        "enrolment": own,
        "review": review_words(own=own),
        "overlaps": stands and bool(enrolment.places_at_stake(learner=own.learner, training_class=own.training_class)),
        "training_class": own.training_class,
        "stands": stands,
        "on_hold": on_hold,
        "over": offered and not on_hold and not stands,
        # Once it is answered, the link tells nobody whose it was.
        "name": own.learner.masked_name if stands else "",
    }
    return render(request, "my/offer/show.html", context)


@require_POST
@learner_only
def offer_answer(request: HttpRequest, number: str) -> HttpResponse:
    """The same answer from 我的学习, where the link is not at hand."""
    learner: Learner = request.learner  # type: ignore[attr-defined]
    own = get_object_or_404(
        access.own_enrolments(learner=learner).select_related("training_class__course", "learner__user"), number=number
    )
    _answer(request, own, by=learner.user)
    return redirect("my_enrolment", number=own.number)


def _answer(request: HttpRequest, own: Enrolment, *, by: User | None) -> None:
    decision = request.POST.get("decision")
    if decision not in ("accept", "decline"):
        messages.error(request, _("没有收到您的选择，未改动。请再选一次接受或放弃。"))
        return
    try:
        if decision == "accept":
            enrolment.accept(enrolment=own, by=by, now=timezone.now())
            reviewed = own.status == Enrolment.Status.APPLIED
            said = _("已接受，席位为您保留，等培训机构审核。") if reviewed else _("已接受，席位是您的了。")
            messages.success(request, said)
        else:
            enrolment.decline(enrolment=own, by=by, now=timezone.now())
            messages.success(request, _("已放弃，席位由下一位递补。"))
    except EnrolmentRefused as refusal:
        messages.error(request, refusal.own_sentence if by else refusal.sentence)
