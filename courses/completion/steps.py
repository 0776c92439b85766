"""办理记录: every step of a completion in a book that the database lets nobody change, with what each value rested on.

The completion itself shows the last round; the book keeps every round, and the nightly check compares the two.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import OuterRef, Subquery

from courses.completion.assessing import Assessment, Requirement
from courses.models import Completion, CompletionStep, Enrolment, Evidence, Score, User, Work
from courses.people.full_numbers import masked

Step = CompletionStep.Step
REASONED = {
    Step.PROPOSED: "proposed_reasoning",
    Step.SUBMITTED: "submitted_reasoning",
    Step.APPROVED: "approved_reasoning",
}


def argued(*, enrolment: Enrolment, assessment: Assessment) -> dict[str, Any]:
    """The reasoning as it is stored: under each requirement also its evidence. Three statements at most."""
    told = assessment.as_json()
    grounds = _grounds(enrolment, {row.code for row in assessment.findings})
    for row in told["findings"]:
        row["evidence"] = grounds.get(row["code"], [])
    return told


def _grounds(enrolment: Enrolment, asked: set[Requirement]) -> dict[str, list[str]]:
    """What to look each value up by: receipts of presence, versions of scores, codes of works. No name stands in it."""
    receipts = Evidence.objects.filter(
        learner=enrolment.learner_id, lesson__training_class=enrolment.training_class_id
    ).order_by("pk")
    verified = enrolment.learner.verified_at
    grounds = {
        Requirement.ADMITTED.value: [enrolment.number],
        Requirement.IDENTITY.value: [verified.isoformat()] if verified else [],
        Requirement.ATTENDANCE.value: list(receipts.values_list("receipt", flat=True)),
    }
    if asked & set(Score.Part.values):
        held = Score.objects.filter(enrolment=enrolment, status=Score.Status.HELD).order_by("version")
        grounds |= {part: [str(version)] for part, version in held.values_list("part", "version")}
    if asked & set(Work.Part.values):
        judged = Work.objects.filter(enrolment=enrolment).exclude(grade="").order_by("version")
        grounds |= {part: [code] for part, code in judged.values_list("part", "code")}
    return grounds


def keep(
    *,
    completion: Completion,
    step: CompletionStep.Step,
    by: User,
    now: datetime,
    reasoning: dict[str, Any] | None = None,
    reason: str = "",
) -> None:
    """Append a step, in the transaction that takes it. Nothing leaves this book again, so that its words name no number
    of a citizen."""
    CompletionStep.objects.create(
        completion=completion, step=step, by=by, at=now, reasoning=reasoning, reason=masked(reason.strip())[:200]
    )


def differences() -> Iterator[tuple[str, str]]:
    """(row, what differs) for each completion whose reasoning is not what the book says of its last such step."""
    for step, column in REASONED.items():
        last = CompletionStep.objects.filter(completion=OuterRef("pk"), step=step).order_by("-pk")
        rows = Completion.objects.filter(**{f"{column}__isnull": False}).order_by("pk")
        told = rows.annotate(kept=Subquery(last.values("reasoning")[:1])).values_list("number", column, "kept")
        for number, shown, kept in told.iterator(chunk_size=1000):
            if kept is None:
                yield f"completion {number}", f"{step.value}, and no such step is in the book"
            elif shown != kept:
                yield f"completion {number}", f"{step.value} by another reasoning than the book has"
