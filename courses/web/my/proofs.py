"""材料: hand in what proves one's category, before applying and after; look at it again; take it back."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from courses import access, enrolment, policy
from courses.models import Enrolment, Learner, LearnerCategory, Proof, TrainingClass
from courses.people import proofs
from courses.people.proofs import ProofRefused
from courses.web.appearance import safe_next
from courses.web.attachments import attachment
from courses.web.gate import learner_only
from courses.web.my.application import offered, open_page


@learner_only
@require_http_methods(["GET", "POST"])
def enrol_proof(request: HttpRequest, number: str) -> HttpResponse:
    """On the way to an enrolment: for the category that was answered last."""
    learner: Learner = request.learner  # type: ignore[attr-defined]
    training_class = offered(number)
    if training_class.status == TrainingClass.Status.CANCELLED:
        return redirect("enrol_start", number=number)
    seen = enrolment.check(learner=learner, training_class=training_class, now=timezone.now())
    category = get_object_or_404(LearnerCategory, key=seen.weighed.facts.category)
    ways = {"onward": open_page(seen, number, done=enrolment.Step.PROOF), "back": reverse("enrol_start", args=[number])}
    return _proofs(request, learner, category, {**ways, "optional": seen.weighed.blocking is None})


@learner_only
@require_http_methods(["GET", "POST"])
def enrolment_proof(request: HttpRequest, number: str) -> HttpResponse:
    """After applying: for the category of the enrolment."""
    learner: Learner = request.learner  # type: ignore[attr-defined]
    own = get_object_or_404(
        access.own_enrolments(learner=learner).filter(status__in=Enrolment.LIVE, category__isnull=False), number=number
    )
    assert own.category is not None
    back = reverse("my_enrolment", args=[number])
    return _proofs(request, learner, own.category, {"onward": back, "back": back})


def _proofs(request: HttpRequest, learner: Learner, category: LearnerCategory, context: dict[str, Any]) -> HttpResponse:
    errors = []
    if request.method == "POST":
        try:
            content = request.FILES.get("file")
            proofs.hand_in(learner=learner, category=category, content=content, by=learner.user, now=timezone.now())
            return redirect(request.path)
        except ProofRefused as refusal:
            errors = [("file", _("文件"), refusal.sentence)]
    files = proofs.kept(learner=learner, category=category)
    most = policy.current(on=policy.local_date(timezone.now())).proof_megabytes
    context |= {"category": category, "files": files, "errors": errors, "here": request.path, "most": most}
    context["own"] = learner.user_id
    return render(request, "my/proofs/list.html", context, status=422 if errors else 200)


@learner_only
@require_POST
def proof_open(request: HttpRequest, code: str) -> HttpResponse:
    proof = _own(request, code)
    return attachment(content=proofs.content_of(proof=proof), kind=proof.kind, name=proof.code)


@learner_only
@require_POST
def proof_delete(request: HttpRequest, code: str) -> HttpResponse:
    learner: Learner = request.learner  # type: ignore[attr-defined]
    assert learner.user is not None
    try:
        proofs.take_back(by=learner.user, proof=_own(request, code), now=timezone.now())
        messages.success(request, _("已删除。"))
    except ProofRefused as refusal:
        messages.error(request, refusal.sentence)
    return redirect(safe_next(request, default=reverse("my")))


def _own(request: HttpRequest, code: str) -> Proof:
    return get_object_or_404(access.own_proofs(learner=request.learner), code=code)  # type: ignore[attr-defined]
