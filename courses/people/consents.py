"""Consent that was signed by hand on paper, before a witness."""

from datetime import datetime

from courses import audit
from courses.models import Consent, ConsentNotice, Learner, User
from courses.people.learners import NOTICES


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
