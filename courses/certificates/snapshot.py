"""What a certificate says: gathered once on the day of issue, then frozen. Paper, page, code and check read this."""

import hashlib
import json
from datetime import date
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.utils.translation import override

from courses import privacy
from courses.completion import scores_asked
from courses.models import Completion, IdentityDocument, ProgrammeKind

TITLE = "培训合格证书"
# Where the policy asks for scores, and where it does not.
RESULT, RESULT_OF_EXAM = "考核合格", "考试成绩合格"
LAYOUT = 1
# Every printed field in the order of the paper. The check page shows these, all of them.
PRINTED = (
    *("number", "title", "authority", "name", "document_kind", "document", "starts_on", "ends_on", "course"),
    *("programme", "hours", "result", "institution", "issued_on", "expires_on"),
)
# What the code in the QR carries in clear; name and document stand in it as a mask and as one digest.
CARRIED = (
    *("number", "title", "authority", "document_kind", "course", "programme", "hours", "starts_on"),
    *("ends_on", "result", "institution", "issued_on", "expires_on"),
)

Snapshot = dict[str, Any]


def gather(*, completion: Completion, number: str, issued_on: date, expires_on: date | None) -> Snapshot:
    """The printed fields as they are now, in the language of the paper. Dates in ISO form, hours in 学时."""
    enrolment = completion.enrolment
    a_class = enrolment.training_class
    document = (
        IdentityDocument.objects.filter(
            # Of a record that was merged, the documents hang on the one that was kept.
            Q(learner=enrolment.learner_id) | Q(learner__merges_kept__merged=enrolment.learner_id),
            until__isnull=True,
        )
        .select_related("kind")
        .first()
    )
    with override("zh-hans"):
        kind = ProgrammeKind.objects.filter(key=a_class.kind_key).first()
        return {
            "layout": LAYOUT,
            "number": number,
            "title": a_class.course.certificate or TITLE,
            "authority": settings.OFFICIAL["bureau"],
            "name": enrolment.learner.name,
            "document_kind": document.kind.label if document else "",
            "document": privacy.mask_id(document.number) if document else "",
            "starts_on": a_class.starts_on.isoformat(),
            "ends_on": a_class.ends_on.isoformat(),
            "course": a_class.course.label,
            "programme": kind.label if kind else "",
            "hours": a_class.hours_theory + a_class.hours_practice + a_class.hours_online,
            "result": RESULT_OF_EXAM if scores_asked(a_class) else RESULT,
            "institution": a_class.institution.label,
            "issued_on": issued_on.isoformat(),
            "expires_on": expires_on.isoformat() if expires_on else "",
        }


def content_of(snapshot: Snapshot) -> bytes:
    """What is signed, the same bytes for the same snapshot: a short list, since a QR carries it.

    No full name and no document number is in it: a code is scanned by other people's phones.
    """
    said = [
        snapshot["layout"],
        *(snapshot[name] for name in CARRIED),
        privacy.mask_name(snapshot["name"]),
        holder_digest(number=snapshot["number"], name=snapshot["name"], document=snapshot["document"]),
    ]
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()


def read_content(said: list[Any]) -> dict[str, Any]:
    """A code's list by name: the fields of CARRIED, `name` (masked) and `holder`. Of another layout: empty."""
    names = ("layout", *CARRIED, "name", "holder")
    if len(said) != len(names) or said[0] != LAYOUT:
        return {}
    return dict(zip(names, said, strict=True))


def holder_digest(*, number: str, name: str, document: str) -> str:
    """Ties a code to the printed name and masked document: who reads both off the paper can recompute it.

    SHA-256 of number, name and masked document, one a line in UTF-8; the first 20 hexadecimal characters.
    """
    return hashlib.sha256(f"{number}\n{name}\n{document}".encode()).hexdigest()[:20]


def fingerprint(signature: str) -> str:
    """校验: 16 characters to compare by eye, printed and shown by the check page."""
    return hashlib.sha256(bytes.fromhex(signature)).hexdigest()[:16].upper()


def grouped(number: str) -> str:
    """02F202600017K7QM2XA → 02F2026-00017-K7QM2XA; as the paper prints it."""
    return f"{number[:-12]}-{number[-12:-7]}-{number[-7:]}"
