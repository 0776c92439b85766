"""报名: the class before the button, the receipt after it, the calendar, and giving a seat back."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from courses import access, completion, enrolment, selection
from courses.enrolment import Eligibility, EnrolmentRefusal, EnrolmentRefused, Step
from courses.models import Learner, TrainingClass
from courses.people import proofs
from courses.web.gate import learner_only
from courses.web.my.application import TITLES, blocking_step, offered, tasks
from courses.web.my.transfer import of_transfer


@learner_only
@require_http_methods(["GET", "POST"])
def start(request: HttpRequest, number: str) -> HttpResponse:
    """What one is about to join, what is left to do for it, and whether one may; the POST applies."""
    learner: Learner = request.learner  # type: ignore[attr-defined]
    training_class, now = offered(number), timezone.now()
    if request.method == "POST":
        try:
            made = enrolment.apply(learner=learner, training_class=training_class, now=now)
            return redirect("my_enrolment", number=made.number)
        except EnrolmentRefused:
            # The page says why: it asks the same rules.
            learner.refresh_from_db()
    seen = enrolment.check(learner=learner, training_class=training_class, now=now)
    refused = request.method == "POST" and seen.refusal is not None
    context = _start(learner, training_class, seen)
    if refused:
        # The button was pressed: one sentence that also says that nothing was saved.
        context["against"] = []
    return render(request, "my/enrolment/start.html", context, status=409 if refused else 200)


def _start(learner: Learner, training_class: TrainingClass, seen: Eligibility) -> dict[str, Any]:
    refusal = seen.refusal
    step = blocking_step(seen) if refusal is not None and refusal.finding else None
    return {
        "learner": learner,
        "training_class": training_class,
        "lessons": training_class.lessons.order_by("number"),
        "refusal": refusal,
        "against": [finding for finding in seen.findings if finding.blocks and finding.step is None],
        "remarks": [finding for finding in seen.findings if not finding.blocks and finding.step is None],
        "tasks": tasks(seen=seen, learner=learner, training_class=training_class),
        "step": step,
        "step_title": TITLES[step] if step else "",
        "needs_identity": refusal is not None and refusal.code == EnrolmentRefusal.NOT_VERIFIED,
        "has_it": refusal is not None and refusal.code == EnrolmentRefusal.ALREADY_ENROLLED,
    }


@learner_only
def show(request: HttpRequest, number: str) -> HttpResponse:
    """The receipt: a seat, a place in the queue, or a decision with its reason."""
    learner: Learner = request.learner  # type: ignore[attr-defined]
    own = get_object_or_404(
        access.own_enrolments(learner=learner).select_related(
            "training_class__course",
            "training_class__venue",
            "training_class__district",
            "training_class__institution",
            "transferred_to",
        ),
        number=number,
    )
    findings = enrolment.from_rows(own.findings)
    candidate = own.status == own.Status.CANDIDATE
    return render(
        request,
        "my/enrolment/show.html",
        {
            "enrolment": own,
            "training_class": own.training_class,
            "lessons": own.training_class.lessons.order_by("number"),
            "place": enrolment.place(enrolment=own),
            "waits": own.status == own.Status.WAITLISTED,
            "live": own.status in own.LIVE,
            "candidate": candidate,
            "pitch": selection.pitch_of(enrolment=own) if candidate else None,
            "result": selection.own_result(enrolment=own, now=timezone.now())
            if own.training_class.mode == TrainingClass.Mode.SELECTED
            else None,
            "remarks": [finding for finding in findings if finding.step != Step.PROOF],
            "wants_proof": any(finding.step == Step.PROOF for finding in findings),
            "proofs": proofs.of_enrolments(enrolments=[own]),
            **of_transfer(own),
            "marks": completion.marks_of(enrolment=own),
        },
    )


@learner_only
def calendar(request: HttpRequest, number: str) -> HttpResponse:
    learner: Learner = request.learner  # type: ignore[attr-defined]
    own = get_object_or_404(
        access.own_enrolments(learner=learner).select_related("training_class__course", "training_class__venue"),
        number=number,
    )
    response = HttpResponse(enrolment.calendar(enrolment=own), content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{own.number}.ics"'
    return response


@learner_only
@require_POST
def withdraw(request: HttpRequest, number: str) -> HttpResponse:
    learner: Learner = request.learner  # type: ignore[attr-defined]
    own = get_object_or_404(
        access.own_enrolments(learner=learner).select_related("training_class__course", "learner"), number=number
    )
    assert learner.user is not None
    waited = own.status == own.Status.CANDIDATE
    try:
        moved_up = enrolment.withdraw(by=learner.user, enrolment=own, reason=_("本人退出"), now=timezone.now())
        said = _("已退出，席位已让给候补的学员。") if moved_up else _("已退出这个班。")
        said = _("已退出，申请不再参加评选。") if waited else said
        messages.success(request, said)
    except EnrolmentRefused as refusal:
        messages.error(request, refusal.sentence)
    return redirect("my_enrolment", number=own.number)
