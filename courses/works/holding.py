"""Who changes anything about a work holds its enrolment first, one after the other."""

from courses.models import Enrolment
from courses.works.refusals import WorkRefusal, WorkRefused


def hold(*, enrolment: int) -> Enrolment:
    """As it is now, in the caller's transaction. Of an erased record nothing is written down any more: refused."""
    row = Enrolment.objects.select_for_update(no_key=True).get(pk=enrolment)
    if row.learner.erased_at is not None:
        raise WorkRefused(WorkRefusal.ERASED)
    return row
