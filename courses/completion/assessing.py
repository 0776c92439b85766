"""Whether an enrolment fulfils its class's rules, argued requirement by requirement; pure, at every look."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from courses import attendance, scores, works
from courses import policy as policies
from courses.attendance import Progress
from courses.models import Completion, Enrolment, Score, TrainingClass, Work


class Requirement(StrEnum):
    ADMITTED = "admitted"
    IDENTITY = "identity"
    LESSONS_BEGUN = "lessons_begun"
    DECIDED = "decided"
    ATTENDANCE = "attendance"
    THEORY = "theory"
    PRACTICE = "practice"
    TOTAL = "total"
    PLAN = "plan"
    LINK = "link"


REQUIREMENT_WORDS: dict[Requirement, str | Promise] = {
    Requirement.ADMITTED: _("已被录取"),
    Requirement.IDENTITY: _("已完成实名"),
    Requirement.LESSONS_BEGUN: _("全部课次都已开课"),
    Requirement.DECIDED: _("没有待老师确认的考勤"),
    Requirement.ATTENDANCE: _("出勤达到要求的分钟数"),
    Requirement.THEORY: _("理论成绩合格"),
    Requirement.PRACTICE: _("实操成绩合格"),
    Requirement.TOTAL: _("综合成绩合格"),
    Requirement.PLAN: _("创业计划书评定合格"),
    Requirement.LINK: _("网店链接评定合格"),
}


@dataclass(frozen=True)
class Finding:
    """One requirement with the value found and the threshold asked: minutes of attendance, tenths of a point, a grade
    as `works.GRADES` orders them. A mark that nobody has given is not `known`: its value is 0, as a score may be."""

    code: Requirement
    value: int
    threshold: int
    met: bool
    known: bool = True

    def as_json(self) -> dict[str, Any]:
        return {"code": self.code, "value": self.value, "threshold": self.threshold, "met": self.met}

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
            "findings": [finding.as_json() for finding in self.findings],
        }


def assess(*, enrolment: Enrolment, now: datetime) -> Assessment:
    """Whether this enrolment completes, with the reasoning; reads, and writes nothing.

    Attendance: attended × 100 ≥ scheduled × ratio, in integer minutes over lessons not cancelled (bureau's choice
    of 80 %, domain §2.10). No lesson may be unbegun or wait for the trainer.
    """
    return assess_all(enrolments=[enrolment], now=now)[enrolment.pk]


def assess_all(*, enrolments: Iterable[Enrolment], now: datetime) -> dict[int, Assessment]:
    """The same for many enrolments by their id; a constant number of queries. Wants learner and class at hand."""
    chosen = list(enrolments)
    standing = attendance.of_enrolments(enrolments=chosen, now=now)
    asked = {row.pk: policies.parts_asked(training_class=row.training_class) for row in chosen}
    held = _held(chosen, {part for parts in asked.values() for part in parts})
    return {
        row.pk: _assess(row, standing[row.pk], _of_parts(asked[row.pk], held.get(row.pk, {}), row), now)
        for row in chosen
    }


def scores_asked(training_class: TrainingClass) -> list[str]:
    return [part for part in policies.parts_asked(training_class=training_class) if part in Score.Part.values]


def works_asked(training_class: TrainingClass) -> list[str]:
    return [part for part in policies.parts_asked(training_class=training_class) if part in Work.Part.values]


def marks_of(*, enrolment: Enrolment) -> tuple[Finding, ...]:
    """The scores that are asked of one learner, against the pass mark; tenths of a point. Empty: none."""
    parts = scores_asked(enrolment.training_class)
    return _of_parts(parts, _held([enrolment], set(parts)).get(enrolment.pk, {}), enrolment)


def _held(enrolments: list[Enrolment], parts: set[str]) -> dict[int, dict[str, int]]:
    """By enrolment and part, what holds; a statement for scores and one for works, where one of them is asked for."""
    held: dict[int, dict[str, int]] = {}
    sources = ((Score.Part.values, scores.standing), (Work.Part.values, works.standing))
    for names, standing in sources:
        if parts & set(names):
            for pk, values in standing(enrolments=enrolments).items():
                held.setdefault(pk, {}).update(values)
    return held


def _of_parts(parts: list[str], held: dict[str, int], enrolment: Enrolment) -> tuple[Finding, ...]:
    """Each part asked for by itself: a good total does not make up for a failed practice."""
    if not parts or enrolment.training_class.policy_id is None:
        return ()
    least = policies.of_pinned(version_id=enrolment.training_class.policy_id).pass_mark * 10
    passes = works.GRADES[Work.Grade.PASS]
    needed = {part: passes if part in Work.Part.values else least for part in parts}
    return tuple(
        Finding(
            Requirement(part),
            held.get(part, 0),
            needed[part],
            met=held.get(part, -1) >= needed[part],
            known=part in held,
        )
        for part in parts
    )


def assess_as_if(*, enrolment: Enrolment, progress: Progress, now: datetime) -> Assessment:
    """The assessment under attendance that is only supposed; scores and works as they hold now."""
    parts = policies.parts_asked(training_class=enrolment.training_class)
    held = _held([enrolment], set(parts)).get(enrolment.pk, {})
    return _assess(enrolment, progress, _of_parts(parts, held, enrolment), now)


def _assess(enrolment: Enrolment, progress: Progress, marks: tuple[Finding, ...], now: datetime) -> Assessment:
    a_class = enrolment.training_class
    to_come = len(progress.to_come)
    findings = (
        Finding(Requirement.ADMITTED, *_yes(enrolment.status == Enrolment.Status.ADMITTED)),
        Finding(Requirement.IDENTITY, *_yes(enrolment.learner.verified_at is not None)),
        Finding(Requirement.LESSONS_BEGUN, to_come, 0, met=to_come == 0 and bool(progress.lessons)),
        Finding(Requirement.DECIDED, progress.awaiting, 0, met=progress.awaiting == 0),
        Finding(Requirement.ATTENDANCE, progress.attended, progress.needed, met=progress.fulfilled),
        *marks,
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


def of_class(*, training_class: TrainingClass, now: datetime) -> list[tuple[Enrolment, Assessment, Completion | None]]:
    """Every admitted learner of a class with the assessment of this moment and the completion, where there is one."""
    rows = list(
        attendance.current_members(training_class=training_class).select_related(
            "learner", "training_class__policy", "completion"
        )
    )
    found = assess_all(enrolments=rows, now=now)
    return [(row, found[row.pk], getattr(row, "completion", None)) for row in rows]
