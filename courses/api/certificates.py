"""Certificates that other systems were shown: are they ours, whose are they, and do they hold."""

from datetime import date
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router

from courses import certificates
from courses.api.auth import ClientToken
from courses.api.schemas import CertificateOut, CertificatesIn, CertificatesOut, NotValid, Problem
from courses.certificates import Checked
from courses.people.clients import Scope

router = Router(tags=["certificates"])


@router.post(
    "/certificates/check",
    operation_id="certificates",
    auth=ClientToken(Scope.CERTIFICATES),
    response={200: CertificatesOut, 400: Problem, 401: Problem, 403: Problem, 422: NotValid},
)
def check(request: HttpRequest, payload: CertificatesIn) -> dict[str, Any]:
    """Up to a hundred at once, answered in the order asked. A number that is not ours and a name that is not its
    holder's are both `unknown`."""
    asked = [(item.number, item.name) for item in payload.items]
    answers = certificates.check_many(asked=asked, now=timezone.now())
    return {"items": [_told(number, answer) for (number, _name), answer in zip(asked, answers, strict=True)]}


def _told(number: str, checked: Checked | None) -> CertificateOut:
    if checked is None:
        return CertificateOut(number=number, state="unknown")
    fields = checked.fields
    return CertificateOut(
        number=fields["number"],
        state=checked.state,
        title=fields["title"],
        authority=fields["authority"],
        name=fields["name"],
        document_kind=fields["document_kind"],
        document=fields["document"],
        course=fields["course"],
        programme=fields["programme"],
        hours=fields["hours"],
        result=fields["result"],
        institution=fields["institution"],
        starts_on=date.fromisoformat(fields["starts_on"]),
        ends_on=date.fromisoformat(fields["ends_on"]),
        issued_on=date.fromisoformat(fields["issued_on"]),
        expires_on=date.fromisoformat(fields["expires_on"]) if fields["expires_on"] else None,
    )
