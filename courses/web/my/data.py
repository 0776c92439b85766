"""我的信息: what the service holds about this learner, and who has looked at it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from courses import privacy
from courses.models import Consent, IdentityDocument, Learner, Reveal
from courses.web.gate import learner_only


@learner_only
def data(request: HttpRequest) -> HttpResponse:
    learner: Learner = request.learner  # type: ignore[attr-defined]
    document = IdentityDocument.objects.select_related("kind").filter(learner=learner, until__isnull=True).first()
    return render(
        request,
        "my/data/show.html",
        {
            "learner": learner,
            "document_kind": document.kind.label if document else "",
            "document_number": privacy.mask_id(document.number) if document else "",
            "phone": privacy.mask_phone(learner.phone),
            "consents": Consent.objects.filter(learner=learner).select_related("notice").order_by("given_at"),
            "reveals": Reveal.objects.filter(learner=learner).select_related("by").order_by("-at"),
        },
    )
