"""The holder of a certificate is forgotten: the number stays valid, and what it says stays signed, without the name;
of certificates of other issuers nothing stays."""

from datetime import datetime

from courses import audit
from courses.certificates import signing
from courses.certificates.external import forget_external
from courses.certificates.snapshot import content_of
from courses.models import Certificate, Learner


def forget_holder(*, learner: Learner, now: datetime) -> int:
    """Take name and document out of the certificates of an erased record, and sign what is left; gives how many. In
    the caller's transaction. From then on only the code on the paper finds them."""
    rows = [row for row in Certificate.objects.filter(completion__enrolment__learner=learner) if row.snapshot["name"]]
    for row in rows:
        snapshot = {**row.snapshot, "name": "", "document": ""}
        signed = signing.sign(content=content_of(snapshot), now=now)
        row.snapshot, row.key_id, row.signature = snapshot, signed.key_id, signed.signature
        row.save(update_fields=["snapshot", "key_id", "signature"])
    forget_external(learner=learner)
    audit.record_many(by=None, verb="certificate_holder_forgotten", targets=((row, {}) for row in rows), now=now)
    return len(rows)
