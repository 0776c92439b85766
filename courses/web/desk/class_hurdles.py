"""What stands between a class and its next step: missing papers, checks that found something, why it was stopped."""

from datetime import datetime
from typing import Any

from courses import classes
from courses.models import ClassEvent, TrainingClass

Status = TrainingClass.Status
# Where the class stands because somebody said why.
SAID_WHY = (Status.RETURNED, Status.SUSPENDED, Status.CANCELLED)


def hurdles(*, training_class: TrainingClass, now: datetime, runs: bool, reviews: bool) -> dict[str, Any]:
    """For who runs the class while it is a draft, for who reviews it once it is handed in."""
    drafts = runs and training_class.status in (Status.DRAFT, Status.RETURNED)
    missing = classes.papers_of(training_class=training_class, now=now) if drafts else []
    checked = drafts or (reviews and training_class.status == Status.SUBMITTED)
    found = classes.checks(training_class=training_class, now=now) if checked else []
    return {
        "missing": [paper for paper in missing if not paper.filed],
        "warnings": [finding for finding in found if not finding.passed],
        "stopped": _stopped(training_class),
    }


def _stopped(training_class: TrainingClass) -> ClassEvent | None:
    if training_class.status not in SAID_WHY:
        return None
    events = training_class.events.filter(to_status=training_class.status, reason__gt="").select_related("by")
    return events.order_by("-at", "-pk").first()
