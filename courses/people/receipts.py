"""A receipt on paper shows a whole name, so each print is in the audit book."""

from datetime import datetime

from courses import audit
from courses.models import Enrolment, User


def print_receipt(*, enrolment: Enrolment, by: User, now: datetime) -> None:
    audit.record(
        by=by,
        verb="receipt_printed",
        target=enrolment,
        now=now,
        detail={"class": enrolment.training_class.number, "learner": enrolment.learner.number},
    )
