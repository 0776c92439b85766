"""Approved completions without the long way to them, and their certificates through the domain's own door."""

from datetime import datetime
from typing import Any

from courses import certificates
from courses.models import Certificate, Completion, Enrolment, Learner, TrainingClass, User
from courses.people.numbers import fresh
from tests.factories import people
from tests.factories.classes import training_class


def approved(
    *, now: datetime, learner: Learner | None = None, a_class: TrainingClass | None = None, by: User | None = None
) -> Completion:
    """A completion as it stands after its approval; planted, since how it got there is another test's matter."""
    made = a_class or training_class(now=now, hours_theory=16, hours_practice=20)
    learner = learner or people.learner(now=now)
    place = Enrolment.objects.filter(training_class=made).count() + 1
    row = Enrolment.objects.create(
        number=fresh(prefix="B"), learner=learner, training_class=made, status=Enrolment.Status.ADMITTED,
        arrival_no=place, applied_at=now, admitted_at=now,
    )  # fmt: skip
    steps: dict[str, Any] = {"proposed_reasoning": {"findings": []}, "submitted_reasoning": {"findings": []}}
    return Completion.objects.create(
        number=fresh(prefix="Z"), enrolment=row, status=Completion.Status.APPROVED,
        proposed_by=people.user(), proposed_at=now, submitted_by=people.user(), submitted_at=now,
        approved_by=by or people.user(), approved_at=now, **steps,
    )  # fmt: skip


def issued(*, now: datetime, name: str = "王小强", **fields: Any) -> Certificate:
    learner = fields.pop("learner", None) or people.learner(now=now, name=name)
    completion = approved(now=now, learner=learner, **fields)
    return certificates.issue(by=people.user(), completion=completion, now=now)
