"""What a learner tells about themself beyond the document: category, contact phone, the day of the diploma."""

from dataclasses import dataclass
from datetime import date, datetime

from courses import audit
from courses.models import Learner, LearnerCategory, User


@dataclass(frozen=True)
class Particulars:
    """What is to change; None leaves a particular as it is. The phone is checked already."""

    category: LearnerCategory | None = None
    phone: str | None = None
    graduates_on: date | None = None


def amend(*, learner: Learner, particulars: Particulars, by: User | None, now: datetime) -> None:
    """Take over what the learner says now; enrolments that were admitted keep what held then."""
    changed = []
    for name in ("category", "phone", "graduates_on"):
        value = getattr(particulars, name)
        if value is not None and value != getattr(learner, name):
            setattr(learner, name, value)
            changed.append(name)
    written = {name: getattr(learner, name) for name in changed}
    # The record in hand may be older than its erasure.
    if changed and Learner.objects.filter(pk=learner.pk, erased_at__isnull=True).update(**written):
        audit.record(by=by, verb="particulars_amended", target=learner, now=now, detail={"fields": changed})
