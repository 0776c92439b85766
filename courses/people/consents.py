"""Consent: signed by hand on paper before a witness, or switched on and off by the learner."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.db.models.functions import Coalesce

from courses import audit
from courses.models import Consent, ConsentNotice, Learner, User
from courses.people.learners import NOTICES

# That what an applicant states is true; said with each application, and kept with it.
TRUTH = "truth-of-status"
# The holder's full name on the page that checks a certificate.
CERTIFICATE_NAME = "certificate-name"


def newest_notices() -> list[ConsentNotice]:
    """The texts that a signature stands for, each in its newest version."""
    newest = {row.key: row for row in ConsentNotice.objects.filter(key__in=NOTICES).order_by("version")}
    return [newest[key] for key in NOTICES if key in newest]


def sign_on_paper(*, learner: Learner, witness: User, now: datetime) -> None:
    """Record the signature under the newest versions with who saw it; an earlier consent keeps its own day."""
    versions = []
    for notice in newest_notices():
        signed, _new = Consent.objects.get_or_create(learner=learner, notice=notice, defaults={"given_at": now})
        if signed.given_at == now and signed.witnessed_by_id is None:
            Consent.objects.filter(pk=signed.pk).update(witnessed_by=witness)
        versions.append(f"{notice.key} {notice.version}")
    audit.record(by=witness, verb="consent_witnessed", target=learner, now=now, detail={"notices": versions})


def newest(*, key: str) -> ConsentNotice | None:
    return ConsentNotice.objects.filter(key=key).order_by("-version").first()


def holders(*, learners: Collection[int], key: str) -> set[int]:
    """Of these learners, by id, those whose consent under this key stands; of a merged record, that of the kept one."""
    whose = Coalesce(OuterRef("merge__kept"), OuterRef("pk"))
    stands = Consent.objects.filter(learner=whose, notice__key=key, withdrawn_at__isnull=True)
    return set(Learner.objects.filter(Exists(stands), pk__in=learners).values_list("pk", flat=True))


def switch(*, by: User, learner: Learner, key: str, on: bool, now: datetime) -> None:
    """Give or withdraw a consent that may be had separately; the newest text is what one agrees to."""
    with transaction.atomic():
        if on:
            notice = ConsentNotice.objects.filter(key=key).latest("version")
            Consent.objects.update_or_create(
                learner=learner, notice=notice, defaults={"given_at": now, "withdrawn_at": None}
            )
        else:
            Consent.objects.filter(learner=learner, notice__key=key, withdrawn_at__isnull=True).update(withdrawn_at=now)
        verb = "consent_given" if on else "consent_withdrawn"
        audit.record(by=by, verb=verb, target=learner, now=now, detail={"notice": key})
