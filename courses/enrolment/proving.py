"""证明材料 at the counter: staff hand in for somebody without a phone, and do not admit on what they handed in."""

from collections.abc import Iterable
from datetime import datetime

from django.core.files.base import File
from django.db.models import Exists, OuterRef, Q

from courses.enrolment.refusals import EnrolmentRefusal, EnrolmentRefused
from courses.models import Enrolment, Proof, User
from courses.people import proofs

Status = Enrolment.Status


def hand_in_proof(*, enrolment: Enrolment, content: "File[bytes] | None", by: User, now: datetime) -> Proof:
    """Keep a file that a learner brought to the counter as proof of the category of their enrolment; who took it in
    stays with it.

    Refused with EnrolmentRefused: the enrolment is over or has no category, or it was admitted by the same person; with
    ProofRefused as `proofs.hand_in`.
    """
    enrolment.refresh_from_db(fields=["status", "decided_by"])
    if enrolment.status not in Enrolment.LIVE or enrolment.category is None:
        raise EnrolmentRefused(EnrolmentRefusal.WRONG_STATUS, status=Status(enrolment.status).label)
    if enrolment.status == Status.ADMITTED and enrolment.decided_by_id == by.pk:
        raise EnrolmentRefused(EnrolmentRefusal.ADMITTED_BY_YOU)
    return proofs.hand_in(learner=enrolment.learner, category=enrolment.category, content=content, by=by, now=now)


def proved_by(*, by: User) -> Q:
    """The enrolments for which this person handed a proof in that is kept, as a condition."""
    of_it = Proof.objects.filter(learner=OuterRef("learner"), category=OuterRef("category"), deleted_at__isnull=True)
    return Q(Exists(of_it.filter(uploaded_by=by)))


def those_proved_by(*, by: User, enrolments: Iterable[Enrolment]) -> set[int]:
    """The same among these, by their ids. One statement."""
    named = Enrolment.objects.filter(pk__in=[row.pk for row in enrolments])
    return set(named.filter(proved_by(by=by)).values_list("pk", flat=True))
