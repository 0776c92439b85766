"""Registering many people at once, on the word of the institution that lists them. No login is opened."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction

from courses import audit
from courses.models import Consent, ConsentNotice, DocumentKind, IdentityDocument, Learner, User
from courses.people.documents import CheckedDocument
from courses.people.learners import (
    NOTICES,
    IdentityRefusal,
    IdentityRefused,
    document_digest,
    last4_digest,
)
from courses.people.numbers import fresh

BATCH = 500


@dataclass(frozen=True)
class Newcomer:
    """Somebody whom no document on record names. Birth date and sex are those of the document where it tells them."""

    name: str
    document: CheckedDocument
    sex: str
    born_on: date | None
    education_id: int | None
    category_id: int | None
    district_id: int | None
    phone: str

    def unsaved(self, now: datetime) -> Learner:
        return Learner(
            name=self.name,
            sex=self.sex,
            born_on=self.born_on,
            education_id=self.education_id,
            category_id=self.category_id,
            district_id=self.district_id,
            phone=self.phone,
            verified_at=now,
            created_at=now,
        )


def register_many(*, newcomers: Sequence[Newcomer], by: User | None, now: datetime) -> list[Learner]:
    """Learners, documents and consents in the order given, all or none; a constant number of statements a batch.

    Whoever calls has the consent of those listed, and has found each of them old enough to be registered.
    Refused with IdentityRefused where a document was registered in the meantime.
    """
    kinds = dict(DocumentKind.objects.values_list("key", "pk"))
    notices = [
        notice
        for key in NOTICES
        if (notice := ConsentNotice.objects.filter(key=key).order_by("-version").first()) is not None
    ]
    try:
        with transaction.atomic():
            learners = [one.unsaved(now) for one in newcomers]
            for learner in learners:
                learner.number = fresh(prefix="X")
            Learner.objects.bulk_create(learners, batch_size=BATCH)
            IdentityDocument.objects.bulk_create(
                [
                    _document(learner, one.document, kinds, now)
                    for learner, one in zip(learners, newcomers, strict=True)
                ],
                batch_size=BATCH,
            )
            Consent.objects.bulk_create(
                [Consent(learner=learner, notice=notice, given_at=now) for learner in learners for notice in notices],
                batch_size=BATCH,
            )
            said = [
                (learner, {"kind": one.document.kind.value}) for learner, one in zip(learners, newcomers, strict=True)
            ]
            audit.record_many(by=by, verb="identity_verified", targets=said, now=now)
    except IntegrityError as error:
        raise IdentityRefused(IdentityRefusal.DUPLICATE_PERSON) from error
    return learners


def _document(learner: Learner, checked: CheckedDocument, kinds: dict[str, int], now: datetime) -> IdentityDocument:
    return IdentityDocument(
        learner=learner,
        kind_id=kinds[checked.kind],
        number=checked.number,
        digest=document_digest(kind_key=checked.kind, number=checked.number),
        last4_digest=last4_digest(last4=checked.number[-4:]),
        since=now,
    )
