"""Certificates that other systems were shown: are they ours, whose are they, and do they hold."""

from datetime import date
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Router, Schema
from pydantic import ConfigDict

from courses import certificates
from courses.api.auth import ClientToken
from courses.api.schemas import NotValid, Problem, Text, example
from courses.certificates import Checked
from courses.people.clients import Scope

router = Router(tags=["certificates"])


class CertificateIn(Schema):
    model_config = example(number="02F2026-00017-K7QM2XA", name="王小强") | ConfigDict(extra="forbid")
    number: Text = Field(..., min_length=1, max_length=40)
    name: Text = Field(..., min_length=1, max_length=60, description="The holder's name, or the surname alone")


class CertificatesIn(Schema):
    model_config = example(items=[{"number": "02F2026-00017-K7QM2XA", "name": "王小强"}]) | ConfigDict(extra="forbid")
    items: list[CertificateIn] = Field(..., min_length=1, max_length=100)


CERTIFICATE = {
    "number": "02F202600017K7QM2XA",
    "state": "valid",
    "title": "培训合格证书",
    "authority": "烟台市人力资源和社会保障局（示例）",
    "name": "王*强",
    "document_kind": "居民身份证",
    "document": "37*************016",
    "course": "中式烹调师（四级）",
    "programme": "职业技能培训",
    "hours": 36,
    "result": "考核合格",
    "institution": "烟台市技师学院（示例）",
    "starts_on": "2026-08-24",
    "ends_on": "2026-09-25",
    "issued_on": "2026-09-28",
    "expires_on": None,
}


class CertificateOut(Schema):
    """Every printed field; all but number and state are empty where it is unknown. Names are masked unless the holder
    agreed to have theirs shown."""

    model_config = example(**CERTIFICATE)
    number: str
    state: str = Field(..., description="valid, revoked, replaced, expired, altered or unknown")
    title: str = ""
    authority: str = ""
    erased: bool = False
    name: str = ""
    document_kind: str = ""
    document: str = ""
    course: str = ""
    programme: str = ""
    hours: int | None = None
    result: str = ""
    institution: str = ""
    starts_on: date | None = None
    ends_on: date | None = None
    issued_on: date | None = None
    expires_on: date | None = None


class CertificatesOut(Schema):
    model_config = example(items=[CERTIFICATE])
    items: list[CertificateOut]


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
        erased=checked.erased,
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
