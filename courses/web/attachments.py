"""A citizen's file as a download: never shown inside our own origin, never guessed at, never kept on the way."""

from csp.constants import HEADER
from django.http import HttpResponse

from courses.models import Proof

TYPES = {Proof.Kind.JPEG: ("image/jpeg", "jpg"), Proof.Kind.PDF: ("application/pdf", "pdf")}


def attachment(*, content: bytes, kind: str, name: str) -> HttpResponse:
    """`name` is a number of ours, without an ending."""
    media_type, ending = TYPES[Proof.Kind(kind)]
    return HttpResponse(
        content,
        content_type=media_type,
        headers={
            "Content-Disposition": f'attachment; filename="{name}.{ending}"',
            "X-Content-Type-Options": "nosniff",
            HEADER: "default-src 'none'; sandbox",
            "Cache-Control": "private, no-store",
        },
    )
