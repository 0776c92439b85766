"""成果: the business plan and the proof link that a learner hands in, with what became of each version."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from courses import access, completion, policy
from courses.models import Enrolment, Learner, Work
from courses.people import proofs
from courses.refusals import Refused
from courses.web import handing_in
from courses.web.attachments import attachment
from courses.web.gate import learner_only


@learner_only
@require_http_methods(["GET", "POST"])
def work_list(request: HttpRequest, number: str) -> HttpResponse:
    """Every part that the class asks for; a part is handed in anew only after it did not pass."""
    own = _own(request, number)
    asked = completion.works_asked(own.training_class)
    if not asked:
        raise Http404
    learner: Learner = request.learner  # type: ignore[attr-defined]
    errors: list[tuple[str, str, str]] = []
    if request.method == "POST":
        assert learner.user is not None
        try:
            handing_in.take(request, enrolment=own, by=learner.user, now=timezone.now())
            messages.success(request, _("已提交，等机构以外的人评定。"))
            return redirect(request.path)
        except Refused as refusal:
            part = request.POST.get("part", "")
            errors = [(part, handing_in.label_of(part), refusal.sentence)]
    context: dict[str, Any] = {
        "enrolment": own,
        "training_class": own.training_class,
        "parts": handing_in.parts_of(enrolment=own, asked=asked),
        "errors": errors,
        "most": policy.current(on=policy.local_date(timezone.now())).proof_megabytes,
        "given": request.POST.get("link", ""),
    }
    return render(request, "my/works/list.html", context, status=422 if errors else 200)


@require_POST
@learner_only
def work_open(request: HttpRequest, number: str, code: str) -> HttpResponse:
    """One's own file, as a download."""
    work = get_object_or_404(
        Work.objects.filter(enrolment=_own(request, number), proof__deleted_at__isnull=True).select_related("proof"),
        code=code, part=Work.Part.PLAN,
    )  # fmt: skip
    assert work.proof is not None
    return attachment(content=proofs.content_of(proof=work.proof), kind=work.proof.kind, name=work.code)


def _own(request: HttpRequest, number: str) -> Enrolment:
    learner: Learner = request.learner  # type: ignore[attr-defined]
    rows = access.own_enrolments(learner=learner).filter(admitted_at__isnull=False)
    return get_object_or_404(rows.select_related("learner", "training_class__course"), number=number)
