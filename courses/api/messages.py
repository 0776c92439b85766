"""What the city's SMS gateway reports about messages that it took."""

from typing import Any

from django.http import Http404, HttpRequest
from django.utils import timezone
from ninja import Router

from courses import notices
from courses.api.auth import ClientToken
from courses.api.schemas import NotValid, Problem, ReceiptIn, ReceiptOut
from courses.people.clients import Scope

router = Router(tags=["messages"])


@router.post(
    "/messages/receipts",
    operation_id="receipt",
    auth=ClientToken(Scope.RECEIPTS),
    response={200: ReceiptOut, 400: Problem, 401: Problem, 403: Problem, 404: Problem, 422: NotValid},
)
def receipt(request: HttpRequest, payload: ReceiptIn) -> dict[str, Any]:
    """A message arrived, or did not. The same report twice changes nothing."""
    if not notices.report(receipt=payload.receipt, arrived=payload.arrived, now=timezone.now()):
        raise Http404
    return payload.model_dump()
