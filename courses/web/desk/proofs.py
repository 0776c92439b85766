"""材料 for the reviewer: one file of one applicant, as a download; each opening is kept and shown to the learner."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_POST

from courses import access
from courses.access import Permission
from courses.people import proofs
from courses.web.attachments import attachment
from courses.web.desk.page import officer
from courses.web.gate import allow


@require_POST
@allow(Permission.SEE_PROOFS)
def desk_proof(request: HttpRequest, number: str, enrolment_number: str, code: str) -> HttpResponse:
    now, user = timezone.now(), officer(request)
    shown = access.visible_classes(user=user, now=now, permission=Permission.SEE_PROOFS)
    row = get_object_or_404(
        access.visible_enrolments(user=user, now=now).filter(training_class__in=shown.values("pk")),
        number=enrolment_number,
        training_class__number=number,
    )
    proof = get_object_or_404(proofs.of_enrolments(enrolments=[row]).select_related("learner"), code=code)
    content = proofs.look(by=user, proof=proof, enrolment=row, now=now)
    return attachment(content=content, kind=proof.kind, name=f"{row.number}-{proof.code[:4]}")
