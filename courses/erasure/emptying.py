"""One record is emptied, table by table; the caller holds it and writes down why. May be repeated without harm.

Files are deleted once the transaction has held: a file that stays behind after that has no row and is swept away.
"""

from collections.abc import Iterable
from datetime import datetime

from django.contrib.auth.hashers import make_password
from django.core.files.storage import storages
from django.db.models import Case, QuerySet, Value, When

from courses import certificates
from courses.models import (
    CallBackLine,
    CertificatePaper,
    Consent,
    Correction,
    Device,
    Dispute,
    Enrolment,
    EnrolmentDraft,
    FollowUp,
    IdentityDocument,
    IdentityDraft,
    Learner,
    LeaveRequest,
    MakeUp,
    OutboxMessage,
    PersonalCard,
    Proof,
    Regrade,
    TransferRequest,
    User,
    Work,
)

# Where the database wants a word.
GONE = "—"
# What a learner is told of that concerns the record itself may not stay behind in it.
NOTHING = {
    "phone": "",
    "email": "",
    "address": "",
    "born_on": None,
    "education": None,
    "category": None,
    "graduates_on": None,
}


def empty(*, record: Learner, keeps_name: bool, now: datetime) -> list[str]:
    """Gives the names of the private files that have lost their row."""
    own = Enrolment.objects.filter(learner=record)
    files = [*_proofs(record, now), *_papers(own)]
    _login(record)
    _documents(record, now, keeps_name=keeps_name)
    _belongings(record, now)
    _words(own)
    changes = {**NOTHING, "district": None, "user": None, "verified_at": None, "erased_at": record.erased_at or now}
    if not keeps_name:
        changes |= {"name": "", "sex": Learner.Sex.UNKNOWN}
        own.update(category=None, declared=[], findings=[])
        certificates.forget_holder(learner=record, now=now)
    Learner.objects.filter(pk=record.pk).update(**changes)
    return files


def delete_files(names: Iterable[str]) -> None:
    for name in names:
        storages["private"].delete(name)


def _proofs(record: Learner, now: datetime) -> list[str]:
    kept = Proof.objects.filter(learner=record, deleted_at__isnull=True)
    names = list(kept.values_list("file", flat=True))
    kept.update(deleted_at=now)
    return names


def _papers(own: QuerySet[Enrolment]) -> list[str]:
    """The row of the certificate stays: paper that its holder has in hand is still checked against it."""
    papers = CertificatePaper.objects.filter(certificate__completion__enrolment__in=own)
    names = list(papers.values_list("file", flat=True))
    CertificatePaper.objects.filter(pk__in=list(papers.values_list("pk", flat=True))).delete()
    return names


def _login(record: Learner) -> None:
    """Shut for good. Who ever held a post keeps the name that the decisions of that post bear, and the desk's login."""
    login = User.objects.filter(learner=record)
    login.filter(posts__isnull=True).update(name="", is_active=False, password=make_password(None))
    login.update(phone="", email="", phone_digest=None, phone_verified_at=None)


def _documents(record: Learner, now: datetime, *, keeps_name: bool) -> None:
    """With the name stays the keyed digest, so that the same citizen cannot count a second time."""
    documents = IdentityDocument.objects.filter(learner=record)
    if not keeps_name:
        documents.delete()
        return
    documents.filter(until__isnull=True).update(until=now)
    documents.update(number="", last4_digest="")


def _belongings(record: Learner, now: datetime) -> None:
    EnrolmentDraft.objects.filter(learner=record).delete()
    IdentityDraft.objects.filter(learner=record).delete()
    PersonalCard.objects.filter(learner=record).delete()
    Correction.objects.filter(learner=record).update(before="", after="", reason=GONE)
    Correction.objects.filter(learner=record).exclude(answer="").update(answer=GONE)
    messages = OutboxMessage.objects.filter(learner=record)
    # The second try of a message protects the first.
    messages.filter(instead_of__isnull=False).delete()
    messages.delete()
    devices = Device.objects.filter(learner=record)
    devices.filter(revoked_at__isnull=True).update(revoked_at=now)
    devices.update(label="")
    Consent.objects.filter(learner=record, withdrawn_at__isnull=True).update(withdrawn_at=now)


def _words(own: QuerySet[Enrolment]) -> None:
    """What was written about reasons, health, work and business; what was decided and what counts in figures stays."""
    LeaveRequest.objects.filter(enrolment__in=own).update(reason="", answer="")
    Dispute.objects.filter(enrolment__in=own).update(text="", answer="", decision="")
    MakeUp.objects.filter(enrolment__in=own).update(answer="")
    TransferRequest.objects.filter(enrolment__in=own).update(reason="", answer="")
    _works(own)
    own.exclude(reason="").update(reason="")
    _afterwards(own)


def _works(own: QuerySet[Enrolment]) -> None:
    """The grades stay, and that one was changed; what was said of a work and why its grade was changed does not."""
    works = Work.objects.filter(enrolment__in=own)
    works.filter(link__isnull=False).update(link="")
    works.exclude(note="").update(note=Case(When(grade=Work.Grade.FAIL, then=Value(GONE)), default=Value("")))
    Regrade.objects.filter(work__enrolment__in=own).update(was_note="", reason=GONE)


def _afterwards(own: QuerySet[Enrolment]) -> None:
    """What somebody said on the phone, and where they work; the figures stay, and nobody is asked any more."""
    CallBackLine.objects.filter(enrolment__in=own).update(note="")
    asked = FollowUp.objects.filter(completion__enrolment__in=own)
    # Held by the update first, so that an entry of this very moment is either emptied or finds no row.
    asked.update(employer="", credit_code="", registered_on=None, wants="")
    asked.filter(outcome="").delete()
