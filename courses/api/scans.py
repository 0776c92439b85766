"""What registered scanners post: a personal code or a card that was held before them."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Status
from ninja.params.functions import Header

from courses import attendance
from courses.api.auth import ClientToken, client_of
from courses.api.classes import problem
from courses.api.schemas import PRINTABLE, NotValid, Problem, ScanIn, ScanOut
from courses.attendance import PersonRefused, Place, Scanner
from courses.models import ApiClient, Direction, Evidence
from courses.people import clients
from courses.people.clients import Answer, Scope

router = Router(tags=["scans"])


@router.post(
    "/scans",
    operation_id="scan",
    auth=ClientToken(Scope.SCANS),
    response={200: ScanOut, 400: Problem, 401: Problem, 403: Problem, 409: Problem, 422: NotValid},
)
def scan(
    request: HttpRequest,
    payload: ScanIn,
    idempotency_key: str = Header(
        "", alias="Idempotency-Key", max_length=80, pattern=PRINTABLE, example="door-3-000123"
    ),
) -> Any:
    """Record who was scanned, at the lesson of theirs that is on where the scanner stands.

    The same key with the same body gets the same answer; with another body it is refused. A second scan of the same
    person gets the first receipt.
    """
    client = client_of(request)
    try:
        status, answer = clients.once(
            client=client,
            key=idempotency_key,
            body=b"scans\n" + request.body,
            now=timezone.now(),
            work=lambda: _scan(client, payload),
        )
    except clients.ClientRefused as refusal:
        in_progress = refusal.code == clients.ClientRefusal.IN_PROGRESS
        return Status(409 if in_progress else 422, problem(refusal))
    return Status(status, answer)


def _scan(client: ApiClient, payload: ScanIn) -> Answer:
    try:
        scanned = attendance.scan_person(
            text=payload.code,
            at=Place(client.institution_id or 0, client.venue_id, client.room),
            scanner=Scanner(origin=Evidence.Origin.API, name=client.name),
            direction=Direction(payload.direction) if payload.direction else None,
            claimed_at=payload.scanned_at,
            now=timezone.now(),
        )
    except PersonRefused as refusal:
        return 409, problem(refusal)
    return 200, {
        "receipt": scanned.receipt.number,
        "standing": str(scanned.receipt.standing),
        "again": scanned.again,
        "name": scanned.learner.masked_name,
        "class_number": scanned.lesson.training_class.number,
        "lesson": scanned.lesson.number,
        "direction": str(scanned.receipt.direction),
        "happened_at": scanned.receipt.happened_at.isoformat(),
    }
