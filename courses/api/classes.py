"""Classes, their attendance, and applications by an institution."""

from typing import Any

from django.http import Http404, HttpRequest
from django.utils import timezone
from ninja import Router, Status
from ninja.params.functions import Header, Query

from courses import access, attendance, enrolment, privacy
from courses.api.auth import ClientToken, client_of
from courses.api.schemas import (
    PRINTABLE,
    ApplicationIn,
    ApplicationOut,
    AttendanceOut,
    ClassOut,
    ClassPage,
    NotValid,
    Problem,
)
from courses.models import Enrolment, TrainingClass
from courses.people import clients
from courses.people.clients import Answer, Scope
from courses.people.learners import Applicant
from courses.people.phones import normalise_mobile
from courses.refusals import Refused

router = Router(tags=["classes"])
PAGE = 100


@router.get(
    "/classes",
    operation_id="classes",
    auth=ClientToken(Scope.CLASSES),
    response={200: ClassPage, 401: Problem, 403: Problem, 422: NotValid},
)
def class_list(
    request: HttpRequest,
    district: str = Query("", max_length=40, pattern=PRINTABLE, example="zhifu"),
    status: TrainingClass.Status | None = Query(None, example="enrolling"),
    page: int = Query(1, ge=1, le=10_000),
) -> dict[str, Any]:
    """The client's classes by start, a hundred a page."""
    rows = access.client_classes(client=client_of(request)).select_related("course", "district", "institution")
    if district:
        rows = rows.filter(district__key=district)
    if status:
        rows = rows.filter(status=status)
    return {"count": rows.count(), "items": [_class(row) for row in rows[(page - 1) * PAGE : page * PAGE]]}


@router.get(
    "/classes/{number}",
    operation_id="class",
    auth=ClientToken(Scope.CLASSES),
    response={200: ClassOut, 401: Problem, 403: Problem, 404: Problem},
)
def class_one(request: HttpRequest, number: str) -> dict[str, Any]:
    return _class(_own(request, number))


@router.get(
    "/classes/{number}/attendance",
    operation_id="attendance",
    auth=ClientToken(Scope.ATTENDANCE),
    response={200: list[AttendanceOut], 401: Problem, 403: Problem, 404: Problem},
)
def class_attendance(request: HttpRequest, number: str) -> list[dict[str, Any]]:
    """Every admitted learner at every lesson, derived from evidence; names are masked."""
    return [
        {
            "lesson": row.lesson_number,
            "learner": row.learner_number,
            "name": privacy.mask_name(row.name),
            "status": row.status,
            "in_at": row.in_at,
            "out_at": row.out_at,
            "minutes": row.minutes,
        }
        for row in attendance.register(training_class=_own(request, number))
    ]


@router.post(
    "/classes/{number}/applications",
    operation_id="apply",
    auth=ClientToken(Scope.APPLICATIONS),
    response={
        201: ApplicationOut,
        400: Problem,
        401: Problem,
        403: Problem,
        404: Problem,
        409: Problem,
        422: NotValid,
    },
)
def application(
    request: HttpRequest,
    number: str,
    payload: ApplicationIn,
    idempotency_key: str = Header(
        "", alias="Idempotency-Key", max_length=80, pattern=PRINTABLE, example="2026-09-14-000123"
    ),
) -> Any:
    """Apply for a learner. The same key with the same body gets the same answer; with another body it is refused."""
    training_class = _own(request, number)
    body = f"{number}\n".encode() + request.body
    try:
        status, answer = clients.once(
            client=client_of(request),
            key=idempotency_key,
            body=body,
            now=timezone.now(),
            work=lambda: _apply(training_class, payload),
        )
    except clients.ClientRefused as refusal:
        in_progress = refusal.code == clients.ClientRefusal.IN_PROGRESS
        return Status(409 if in_progress else 422, problem(refusal))
    return Status(status, answer)


def _apply(training_class: TrainingClass, payload: ApplicationIn) -> Answer:
    try:
        made = enrolment.apply_for(
            applicant=Applicant(
                document_kind=payload.document_kind,
                document_number=payload.document_number,
                name=payload.name,
                phone=normalise_mobile(payload.phone),
                education=payload.education,
                category=payload.category,
                district=payload.district,
                consent=payload.consent,
            ),
            training_class=training_class,
            source=Enrolment.Source.API,
            by=None,
            now=timezone.now(),
        )
    except Refused as refusal:
        return 409, problem(refusal)
    return 201, {"number": made.number, "status": made.status, "arrival_no": made.arrival_no}


def problem(refusal: Refused) -> dict[str, str]:
    return {"code": str(refusal.code), "sentence": refusal.sentence}


def _own(request: HttpRequest, number: str) -> TrainingClass:
    rows = access.client_classes(client=client_of(request)).select_related("course", "district", "institution")
    found = rows.filter(number=number).first() if "\x00" not in number else None
    if found is None:
        raise Http404
    return found


def _class(row: TrainingClass) -> dict[str, Any]:
    return {
        "number": row.number,
        "course": row.course.name,
        "district": row.district.key,
        "institution": row.institution.number,
        "status": row.status,
        "starts_on": row.starts_on,
        "ends_on": row.ends_on,
        "seats": row.seats,
        "taken": row.taken,
        "waiting": row.waiting,
    }
