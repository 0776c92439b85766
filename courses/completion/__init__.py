"""结业: whether an enrolment fulfils its class's rules, argued line by line; and the steps that let it count.

assess   pure, at every look
propose  the trainer · submit  the institution · approve  the district: the last one posts to the ledger

`batches`   many approved together, to be taken back until they count
`revoking`  a counted completion taken back by two people; one that was freed counted by a decision
`sampling`  approved completions drawn by lot and looked at once more
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from functools import partial
from typing import Any, NamedTuple

from django.db import IntegrityError, transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from courses import attendance, audit, ledger
from courses.attendance import Progress
from courses.models import Completion, CountEntry, Enrolment, Evidence, TrainingClass, User
from courses.people.numbers import fresh
from courses.refusals import Refused

Status = Completion.Status


class Requirement(StrEnum):
    ADMITTED = "admitted"
    IDENTITY = "identity"
    LESSONS_BEGUN = "lessons_begun"
    DECIDED = "decided"
    ATTENDANCE = "attendance"


REQUIREMENT_WORDS: dict[Requirement, str | Promise] = {
    Requirement.ADMITTED: _("已被录取"),
    Requirement.IDENTITY: _("已完成实名"),
    Requirement.LESSONS_BEGUN: _("全部课次都已开课"),
    Requirement.DECIDED: _("没有待老师确认的考勤"),
    Requirement.ATTENDANCE: _("出勤达到要求的分钟数"),
}


class CompletionRefusal(StrEnum):
    NOT_MET = "not_met"
    CLASS_STOPPED = "class_stopped"
    ALREADY_PROPOSED = "already_proposed"
    WRONG_STATUS = "wrong_status"
    SAME_PERSON = "same_person"
    REASON_MISSING = "reason_missing"


class CompletionRefused(Refused):
    sentences = {
        CompletionRefusal.NOT_MET: _("还没有达到结业条件：%(missing)s。未提交，请补齐后再办理。"),
        CompletionRefusal.CLASS_STOPPED: _("班次现在是「%(status)s」，不能办理结业，未保存。班次恢复后再办理。"),
        CompletionRefusal.ALREADY_PROPOSED: _("这位学员已经提出过结业，未重复提交。请刷新后查看进度。"),
        CompletionRefusal.WRONG_STATUS: _("这条结业现在是「%(status)s」，未改动。请刷新后再看。"),
        CompletionRefusal.SAME_PERSON: _("本人经手，须他人审核，未批准。"),
        CompletionRefusal.REASON_MISSING: _("请写明原因，未保存。"),
    }


@dataclass(frozen=True)
class Finding:
    """One requirement with the value found and the threshold asked; minutes where it is about attendance."""

    code: Requirement
    value: int
    threshold: int
    met: bool

    @property
    def sentence(self) -> str:
        return str(REQUIREMENT_WORDS[self.code])


@dataclass(frozen=True)
class Assessment:
    """`minutes_needed` is the least number of minutes that fulfils the ratio; nothing is rounded on the way."""

    findings: tuple[Finding, ...]
    minutes_attended: int
    minutes_scheduled: int
    minutes_needed: int
    policy: str
    at: datetime

    @property
    def passed(self) -> bool:
        return all(finding.met for finding in self.findings)

    @property
    def missing(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if not finding.met)

    def as_json(self) -> dict[str, Any]:
        return {
            "passed": self.passed,
            "minutes_attended": self.minutes_attended,
            "minutes_scheduled": self.minutes_scheduled,
            "minutes_needed": self.minutes_needed,
            "policy": self.policy,
            "at": self.at.isoformat(),
            "findings": [asdict(finding) for finding in self.findings],
        }


def assess(*, enrolment: Enrolment, now: datetime) -> Assessment:
    """Whether this enrolment completes, with the reasoning; reads, and writes nothing.

    Attendance: attended × 100 ≥ scheduled × ratio, in integer minutes over lessons not cancelled (bureau's choice
    of 80 %,
    domain §2.10). No lesson may be unbegun or wait for the trainer.
    """
    return assess_all(enrolments=[enrolment], now=now)[enrolment.pk]


def assess_all(*, enrolments: Iterable[Enrolment], now: datetime) -> dict[int, Assessment]:
    """The same for many enrolments by their id; a constant number of queries. Wants learner and class at hand."""
    chosen = list(enrolments)
    standing = attendance.of_enrolments(enrolments=chosen, now=now)
    return {row.pk: _assess(row, standing[row.pk], now) for row in chosen}


def _assess(enrolment: Enrolment, progress: Progress, now: datetime) -> Assessment:
    a_class = enrolment.training_class
    to_come = len(progress.to_come)
    findings = (
        Finding(Requirement.ADMITTED, *_yes(enrolment.status == Enrolment.Status.ADMITTED)),
        Finding(Requirement.IDENTITY, *_yes(enrolment.learner.verified_at is not None)),
        Finding(Requirement.LESSONS_BEGUN, to_come, 0, met=to_come == 0 and bool(progress.lessons)),
        Finding(Requirement.DECIDED, progress.awaiting, 0, met=progress.awaiting == 0),
        Finding(Requirement.ATTENDANCE, progress.attended, progress.needed, met=progress.fulfilled),
    )
    return Assessment(
        findings=findings,
        minutes_attended=progress.attended,
        minutes_scheduled=progress.scheduled,
        minutes_needed=progress.needed,
        policy=a_class.policy.number if a_class.policy else "",
        at=now,
    )


def _yes(value: bool) -> tuple[int, int, bool]:  # noqa: FBT001  one answer, read in one place
    return int(value), 1, value


def differences(earlier: dict[str, Any] | None, later: dict[str, Any] | None) -> list[tuple[str, Any, Any]]:
    """What changed between two stored reasonings: (requirement, value then, value now)."""
    if not earlier or not later:
        return []
    then = {row["code"]: row for row in earlier["findings"]}
    return [
        (row["code"], then.get(row["code"], {}).get("value"), row["value"])
        for row in later["findings"]
        if then.get(row["code"], {}).get("value") != row["value"] or then[row["code"]]["met"] != row["met"]
    ]


def propose(*, by: User, enrolment: Enrolment, now: datetime) -> Completion:
    """The trainer says that a learner completed; the reasoning of this moment is stored with it.

    Refused with CompletionRefused: a requirement not met, a class suspended or cancelled, proposed already. One
    that was
    returned is proposed anew.
    """
    assessment = _passed(enrolment, now)
    with transaction.atomic():
        completion = _proposed(by, enrolment, assessment, now)
        audit.record(by=by, verb="completion_proposed", target=completion, now=now)
    return completion


def _proposed(by: User, enrolment: Enrolment, assessment: Assessment, now: datetime) -> Completion:
    fields = {
        "status": Status.PROPOSED,
        "proposed_by": by,
        "proposed_at": now,
        "proposed_reasoning": assessment.as_json(),
        "submitted_by": None,
        "submitted_at": None,
        "submitted_reasoning": None,
    }
    if Completion.objects.filter(enrolment=enrolment, status=Status.RETURNED).update(**fields):
        return Completion.objects.get(enrolment=enrolment)
    try:
        with transaction.atomic():
            return Completion.objects.create(number=fresh(prefix="Z"), enrolment=enrolment, **fields)
    except IntegrityError as error:
        raise CompletionRefused(CompletionRefusal.ALREADY_PROPOSED) from error


def submit(*, by: User, completion: Completion, now: datetime) -> None:
    """The institution hands a proposal to its district; assessed anew, and the reasoning stored again."""
    assessment = _passed(completion.enrolment, now)
    with transaction.atomic():
        move(
            completion,
            Status.PROPOSED,
            Status.SUBMITTED,
            submitted_by=by,
            submitted_at=now,
            submitted_reasoning=assessment.as_json(),
        )
        audit.record(by=by, verb="completion_submitted", target=completion, now=now)


def approve(*, by: User, completion: Completion, now: datetime, reason: str = "") -> CountEntry | None:
    """The district lets it count: status, reasoning, ledger line and roll-ups in one transaction.

    Returns the line, or None with `not_counted` on the completion. Refused with CompletionRefused: approved by who
    proposed or submitted it or gave evidence for this learner by hand (two people for anything that counts), not
    submitted, a requirement no longer met, a class suspended meanwhile; with LedgerRefused when today is sealed, or the
    line would fall into a closed month and no reason is given.
    """
    refuse_interested(by=by, completion=completion)
    assessment = _passed(completion.enrolment, now)
    with transaction.atomic():
        move(
            completion,
            Status.SUBMITTED,
            Status.APPROVED,
            approved_by=by,
            approved_at=now,
            approved_reasoning=assessment.as_json(),
        )
        entry = ledger.post(completion=completion, by=by, now=now, reason=reason)
        audit.record(
            by=by,
            verb="completion_approved",
            target=completion,
            now=now,
            detail={"entry": entry.code} if entry else {"not_counted": completion.not_counted},
        )
    return entry


def refuse_interested(*, by: User, completion: Completion) -> None:
    """Who proposed or submitted a completion, or gave evidence for it by hand, does not decide on its count."""
    if by.pk in (completion.proposed_by_id, completion.submitted_by_id) or _has_marked(by, completion.enrolment):
        raise CompletionRefused(CompletionRefusal.SAME_PERSON)


def _has_marked(user: User, enrolment: Enrolment) -> bool:
    return Evidence.objects.filter(
        learner=enrolment.learner_id, lesson__training_class=enrolment.training_class_id, by=user
    ).exists()


def send_back(*, by: User, completion: Completion, reason: str, now: datetime) -> None:
    """Return a proposal or a submission, with the reason that trainer and institution read."""
    if not reason.strip():
        raise CompletionRefused(CompletionRefusal.REASON_MISSING)
    with transaction.atomic():
        move(completion, Status(completion.status), Status.RETURNED, **sent_back(by, reason, now))
        audit.record(by=by, verb="completion_returned", target=completion, now=now)


def sent_back(by: User, reason: str, now: datetime) -> dict[str, Any]:
    return {"sent_back_by": by, "sent_back_at": now, "return_reason": reason.strip()[:200]}


NEXT: dict[Status, frozenset[Status]] = {
    Status.PROPOSED: frozenset({Status.SUBMITTED, Status.RETURNED}),
    Status.SUBMITTED: frozenset({Status.APPROVED, Status.RETURNED}),
    Status.RETURNED: frozenset({Status.PROPOSED}),
    Status.APPROVED: frozenset({Status.REVOKED}),
    Status.REVOKED: frozenset(),
}


def move(completion: Completion, at: Status, to: Status, **changes: Any) -> None:
    """One conditional update decides between rivals."""
    if to not in NEXT[at] or not Completion.objects.filter(pk=completion.pk, status=at).update(status=to, **changes):
        raise CompletionRefused(CompletionRefusal.WRONG_STATUS, status=Status(completion.status).label)
    for name, value in {"status": to, **changes}.items():
        setattr(completion, name, value)


STOPPED = (*TrainingClass.UNAPPROVED, TrainingClass.Status.SUSPENDED)


def _passed(enrolment: Enrolment, now: datetime) -> Assessment:
    assessment = assess(enrolment=enrolment, now=now)
    refusal = _argue(enrolment, assessment)
    if refusal is not None:
        raise refusal
    return assessment


def _argue(enrolment: Enrolment, assessment: Assessment) -> CompletionRefused | None:
    status = TrainingClass.Status(enrolment.training_class.status)
    if status in STOPPED:
        return CompletionRefused(CompletionRefusal.CLASS_STOPPED, status=status.label)
    if not assessment.passed:
        words = "、".join(finding.sentence for finding in assessment.missing)
        return CompletionRefused(CompletionRefusal.NOT_MET, missing=words)
    return None


class Foreseen(NamedTuple):
    """What `approve` would do now: refuse; else why the completion would not count, or None where it would."""

    refusal: CompletionRefused | None
    not_counted: ledger.NotCounted | None


def foresee(*, by: User, completions: Sequence[Completion], now: datetime) -> dict[int, Foreseen]:
    """By the id of each, what `approve_all` would do in this order; reads only, a constant number of queries."""
    assessments = assess_all(enrolments=[row.enrolment for row in completions], now=now)
    marked = set(
        Evidence.objects.filter(
            by=by, lesson__training_class__in={row.enrolment.training_class_id for row in completions}
        ).values_list("learner", "lesson__training_class")
    )
    refusals: dict[int, CompletionRefused | None] = {}
    for row in completions:
        own = by.pk in (row.proposed_by_id, row.submitted_by_id)
        if own or (row.enrolment.learner_id, row.enrolment.training_class_id) in marked:
            refusals[row.pk] = CompletionRefused(CompletionRefusal.SAME_PERSON)
        else:
            refusals[row.pk] = _argue(row.enrolment, assessments[row.enrolment_id])
    counts = ledger.foresee(completions=[row for row in completions if refusals[row.pk] is None])
    return {row.pk: Foreseen(refusals[row.pk], counts.get(row.pk)) for row in completions}


class Bulk(NamedTuple):
    """What became of many at once, each on its own: the completions done, and the refusals of the others."""

    done: list[Completion]
    refused: list[Refused]


# What approving reads of each, for one statement.
NEEDED = ledger.NEEDED


def propose_all(*, by: User, enrolments: Sequence[Enrolment], now: datetime) -> Bulk:
    bulk = Bulk([], [])
    for row in enrolments:
        try:
            bulk.done.append(propose(by=by, enrolment=row, now=now))
        except CompletionRefused as refusal:
            bulk.refused.append(refusal)
    return bulk


def submit_all(*, by: User, training_class: TrainingClass, now: datetime) -> Bulk:
    """Hand in every proposed completion of a class."""
    rows = Completion.objects.filter(enrolment__training_class=training_class, status=Status.PROPOSED)
    return _each(rows.select_related(*NEEDED).order_by("number"), partial(submit, by=by, now=now))


def approve_all(*, by: User, completions: Iterable[Completion], now: datetime, reason: str = "") -> Bulk:
    """Approve each, in a transaction of its own."""
    return _each(completions, partial(approve, by=by, now=now, reason=reason))


def _each(completions: Iterable[Completion], step: Callable[..., object]) -> Bulk:
    bulk = Bulk([], [])
    for row in completions:
        try:
            step(completion=row)
            bulk.done.append(row)
        except Refused as refusal:
            bulk.refused.append(refusal)
    return bulk


def of_class(*, training_class: TrainingClass, now: datetime) -> list[tuple[Enrolment, Assessment, Completion | None]]:
    """Every admitted learner of a class with the assessment of this moment and the completion, where there is one."""
    rows = list(
        Enrolment.objects.filter(training_class=training_class, status=Enrolment.Status.ADMITTED)
        .select_related("learner", "training_class__policy", "completion")
        .order_by("arrival_no")
    )
    found = assess_all(enrolments=rows, now=now)
    return [(row, found[row.pk], getattr(row, "completion", None)) for row in rows]
