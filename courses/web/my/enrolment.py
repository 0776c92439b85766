"""报名: the class before the button, the receipt after it, the calendar, and giving a seat back."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from courses import access, catalogue, completion, enrolment, selection
from courses.enrolment import Code, Eligibility, EnrolmentRefusal, EnrolmentRefused, Step
from courses.models import Enrolment, Learner, TrainingClass
from courses.people import consents, proofs
from courses.web.attachments import own_paper
from courses.web.gate import learner_only
from courses.web.my.application import TITLES, blocking_step, offered, tasks
from courses.web.my.standing import (
    at_stake,
    completed,
    lesson_on,
    prospect,
    review_sentence,
    review_words,
    standing,
)
from courses.web.my.transfer import of_transfer

NEARBY = 3
WAITS = Enrolment.Status.WAITLISTED


@learner_only
@require_http_methods(["GET", "POST"])
def start(request: HttpRequest, number: str) -> HttpResponse:
    """What one is about to join, what is left to do for it, and whether one may; the POST applies."""
    learner: Learner = request.learner  # type: ignore[attr-defined]
    training_class, now = offered(number), timezone.now()
    unsaid: dict[str, str] = {}
    if request.method == "POST":
        try:
            aware, truth = "aware" in request.POST, request.POST.get("truth", "")
            made = enrolment.apply(learner=learner, training_class=training_class, now=now, aware=aware, truth=truth)
            return redirect("my_enrolment", number=made.number)
        except EnrolmentRefused as refusal:
            # The page says why: it asks the same rules, but for what is asked of the press alone.
            learner.refresh_from_db()
            if refusal.code in UNSAID:
                unsaid[UNSAID[refusal.code]] = refusal.sentence
    seen = enrolment.check(learner=learner, training_class=training_class, now=now)
    pressed = request.method == "POST" and seen.refusal is not None
    context = _start(learner, training_class, seen, now) | {"unsaid": unsaid, "pressed": pressed, "sent": request.POST}
    labels = {"aware": _("两个班时间重叠"), "truth": _("情况属实")}
    context["missed"] = [(field, labels[field], sentence) for field, sentence in unsaid.items()]
    return render(request, "my/enrolment/start.html", context, status=409 if pressed or unsaid else 200)


# What is asked of the press alone, and the box that says it.
UNSAID: dict[str, str] = {EnrolmentRefusal.PLACE_AT_STAKE: "aware", EnrolmentRefusal.TRUTH_MISSING: "truth"}


# The class itself takes nobody: nothing is said of its seats.
SHUT = (
    EnrolmentRefusal.NOT_OPEN,
    EnrolmentRefusal.CLOSED,
    EnrolmentRefusal.CANCELLED,
    EnrolmentRefusal.SUSPENDED,
    EnrolmentRefusal.UNDER_WAY,
    EnrolmentRefusal.OVER,
)


def _before(learner: Learner, training_class: TrainingClass) -> Enrolment | None:
    """What became of an earlier application for this class."""
    return access.own_enrolments(learner=learner).filter(training_class=training_class).order_by("-pk").first()


def _start(learner: Learner, training_class: TrainingClass, seen: Eligibility, now: datetime) -> dict[str, Any]:
    refusal = seen.refusal
    step = blocking_step(seen) if refusal is not None and refusal.finding else None
    shut = refusal is not None and refusal.code in SHUT
    # Of a class that takes nobody, nothing about the person is told beside it: they could change it and be no nearer.
    found = [] if shut else [finding for finding in seen.findings if finding.step is None]
    places = (
        at_stake(learner=learner, training_class=training_class) if seen.weighed.at_stake and refusal is None else []
    )
    return {
        "learner": learner,
        "training_class": training_class,
        "lessons": training_class.lessons.order_by("number"),
        "shut": shut,
        "before": _before(learner, training_class),
        "nearby": _next_classes(training_class) if refusal is not None and not step else [],
        "refusal": refusal,
        "against": [finding for finding in found if finding.blocks],
        "remarks": [finding for finding in found if not finding.blocks and finding.code != Code.WAITING_ELSEWHERE],
        "places": places,
        "vouched": consents.newest(key=consents.TRUTH),
        "review": _review(training_class, seen),
        "late": _late(training_class, now),
        "begun": enrolment.given_back_by_staff(training_class=training_class, now=now),
        "tasks": tasks(seen=seen, learner=learner, training_class=training_class),
        "step": step,
        "step_title": TITLES[step] if step else "",
        "needs_identity": refusal is not None and refusal.code == EnrolmentRefusal.NOT_VERIFIED,
        "has_it": refusal is not None and refusal.code == EnrolmentRefusal.ALREADY_ENROLLED,
    }


def _review(training_class: TrainingClass, seen: Eligibility) -> str:
    reviewed = training_class.mode == TrainingClass.Mode.REVIEWED
    return review_sentence(days=seen.weighed.policy.application_days) if reviewed else ""


def _late(training_class: TrainingClass, now: datetime) -> bool:
    """A newcomer would wait in a queue from which nobody moves up by themselves any more."""
    full = training_class.mode != TrainingClass.Mode.SELECTED and not training_class.seats_left
    return full and enrolment.nobody_moves_up(training_class=training_class, now=now) is not None


def _next_classes(training_class: TrainingClass) -> list[TrainingClass]:
    """Where else the same can be learnt, soonest first."""
    rows = catalogue.next_classes(course=training_class.course, now=timezone.now()).exclude(pk=training_class.pk)
    return list(rows.select_related("district", "venue")[:NEARBY])


@learner_only
def show(request: HttpRequest, number: str) -> HttpResponse:
    """The receipt: a seat, a place in the queue, or a decision with its reason."""
    learner: Learner = request.learner  # type: ignore[attr-defined]
    own = get_object_or_404(
        access.own_enrolments(learner=learner).select_related(
            "learner",
            "training_class__course",
            "training_class__venue",
            "training_class__district",
            "training_class__institution",
            "transferred_to",
            "completion",
        ),
        number=number,
    )
    now, candidate = timezone.now(), own.status == own.Status.CANDIDATE
    by_rank = own.training_class.mode == TrainingClass.Mode.SELECTED
    result = selection.own_result(enrolment=own, now=now) if by_rank else None
    outcome, done = result.line.outcome if result else "", completed(own)
    return render(
        request,
        "my/enrolment/show.html",
        {
            "enrolment": own,
            "training_class": own.training_class,
            "lessons": own.training_class.lessons.order_by("number"),
            "standing": standing(own=own, place=enrolment.place(enrolment=own), outcome=outcome),
            "suspended": own.training_class.status == TrainingClass.Status.SUSPENDED,
            "prospect": prospect(own=own, by_rank=by_rank, now=now) if own.status == WAITS else "",
            "live": own.status in own.LIVE,
            "stays": enrolment.against_leaving(enrolment=own, now=now),
            "completed": done is not None and done.stands,
            "candidate": candidate,
            "pitch": selection.pitch_of(enrolment=own) if candidate else None,
            "result": result,
            **_onward(own, learner, now),
            **_papers(own),
            **of_transfer(own),
        },
    )


def _onward(own: Enrolment, learner: Learner, now: datetime) -> dict[str, Any]:
    """What is told beside how it stands: the lesson that is on, the scores, the review ahead, what an answer would
    cost, the ways on from what ended."""
    offered_now, ended = own.status == own.Status.OFFERED, own.status not in own.LIVE
    return {
        "review": review_words(own=own),
        "places": at_stake(learner=learner, training_class=own.training_class) if offered_now else [],
        "again": _may_apply_again(own, learner, now),
        "nearby": _next_classes(own.training_class) if ended else [],
        "marks": completion.marks_of(enrolment=own),
        **lesson_on(own=own, now=now),
    }


def _may_apply_again(own: Enrolment, learner: Learner, now: datetime) -> bool:
    """Whether what ended leaves the way open to the same class, by the rules of any application."""
    if own.status not in (own.Status.REFUSED, own.Status.WITHDRAWN):
        return False
    return enrolment.check(learner=learner, training_class=own.training_class, now=now).may_apply


def _papers(own: Enrolment) -> dict[str, Any]:
    """What the rules remarked on, and what was or is to be handed in as proof."""
    findings = enrolment.from_rows(own.findings)
    return {
        "remarks": [finding for finding in findings if finding.step != Step.PROOF],
        "wants_proof": any(finding.step == Step.PROOF for finding in findings),
        "proofs": proofs.of_enrolments(enrolments=[own]),
    }


@learner_only
def calendar(request: HttpRequest, number: str) -> HttpResponse:
    learner: Learner = request.learner  # type: ignore[attr-defined]
    own = get_object_or_404(
        access.own_enrolments(learner=learner).select_related("training_class__course", "training_class__venue"),
        number=number,
    )
    return own_paper(content=enrolment.calendar(enrolment=own), kind="ics", name=own.number)


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
