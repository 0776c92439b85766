"""我的信息: what the service holds about this learner, what they were asked after a class, and who has looked at it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache

from courses import access, privacy
from courses.models import CallBackLine, Consent, FollowUp, IdentityDocument, Learner
from courses.web.gate import learner_only


@never_cache
@learner_only
def data(request: HttpRequest) -> HttpResponse:
    learner: Learner = request.learner  # type: ignore[attr-defined]
    document = IdentityDocument.objects.select_related("kind").filter(learner=learner, until__isnull=True).first()
    own = access.own_enrolments(learner=learner)
    called = CallBackLine.objects.filter(enrolment__in=own, result__in=CallBackLine.REACHED)
    asked = FollowUp.objects.filter(completion__enrolment__in=own).exclude(outcome="")
    return render(
        request,
        "my/data/show.html",
        {
            "learner": learner,
            "document_kind": document.kind.label if document else "",
            "document_number": privacy.mask_id(document.number) if document else "",
            "email": privacy.mask_email(learner.email),
            "phone": privacy.mask_phone(learner.phone),
            "consents": Consent.objects.filter(learner=learner).select_related("notice").order_by("given_at"),
            "reveals": access.own_reveals(learner=learner).select_related("by").order_by("-at"),
            "called": called.select_related("call_back__training_class__course").order_by("-at"),
            "asked": asked.select_related("completion__enrolment__training_class__course").order_by("-at"),
        },
    )
