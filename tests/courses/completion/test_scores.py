"""Completion asks for scores where the pinned policy does, and for nothing where it does not."""

from datetime import date, datetime

import pytest
from django.core.management import call_command

from courses import completion, policy, scores
from courses.completion import CompletionRefusal, CompletionRefused
from courses.models import Enrolment, ProgrammeKind
from courses.policy import DEFAULTS, PolicyRefused
from tests.factories import catalogue, people
from tests.factories.classes import enrolled, training_class
from tests.factories.completion import attended, submitted

pytestmark = pytest.mark.django_db


def asking(*parts: str, now: datetime, pass_mark: int = 60) -> tuple[Enrolment, datetime]:
    """A learner who attended everything, of a class whose policy asks for these parts; and the moment after."""
    trainer = people.user()
    made = training_class(now=now, trainers=[trainer], lessons=1)
    document = {**DEFAULTS, "assessments": {made.kind_key: list(parts)}, "pass_mark": pass_mark}
    made.policy = policy.publish(by=None, number="v2", effective_on=date(2026, 1, 1), document=document)
    made.save()
    own = enrolled(training_class=made, now=now)
    return own, attended(own, by=trainer)


def marks(own: Enrolment, now: datetime) -> dict[str, tuple[int, int, bool]]:
    own = Enrolment.objects.select_related("training_class__policy", "learner").get(pk=own.pk)
    found = completion.assess(enrolment=own, now=now).findings
    return {
        row.code: (row.value, row.threshold, row.met) for row in found if row.code in {"theory", "practice", "total"}
    }


def test_each_part_is_asked_for_by_itself(now: datetime) -> None:
    own, later = asking("theory", "practice", now=now)
    assert marks(own, later) == {"theory": (0, 600, False), "practice": (0, 600, False)}
    scores.record(by=people.user(), enrolment=own, points={"theory": 1000, "practice": 599}, now=later)
    assert marks(own, later) == {"theory": (1000, 600, True), "practice": (599, 600, False)}


def test_a_learner_completes_at_the_pass_mark_and_not_below(now: datetime) -> None:
    own, later = asking("total", now=now, pass_mark=70)
    scores.record(by=people.user(), enrolment=own, points={"total": 699}, now=later)
    with pytest.raises(CompletionRefused) as refused:
        completion.propose(by=people.user(), enrolment=own, now=later)
    assert refused.value.code == CompletionRefusal.NOT_MET
    assert "综合成绩合格" in refused.value.sentence
    scores.record(by=people.user(), enrolment=own, points={"total": 700}, now=later)
    done = completion.propose(by=people.user(), enrolment=own, now=later)
    kept = {row["code"]: row["value"] for row in done.proposed_reasoning["findings"]}
    assert kept["total"] == 700


EXAMINED = ["theory", "practice", "total"]
DELIVERED: dict[str, list[str]] = {
    **dict.fromkeys(("skill", "project", "newform", "online"), EXAMINED),
    **{kind: ["plan"] for kind in ("gyb", "syb", "iyb", "eyb", "sim", "camp")},
    "net": ["link"],
    **{kind: [] for kind in ("tot", "mgr", "guide")},
}


def test_out_of_the_box_every_kind_asks_for_what_its_rules_say(now: datetime) -> None:
    call_command("load_reference", verbosity=0)
    first = policy.of_version(policy.version_on(on=date(2026, 9, 14)))
    kinds = ProgrammeKind.objects.values_list("key", flat=True)
    assert {kind: first.assessments.get(kind, []) for kind in kinds} == DELIVERED


def test_under_the_version_as_delivered_a_skill_is_examined_in_each_part(now: datetime) -> None:
    trainer = people.user()
    made = training_class(now=now, trainers=[trainer], lessons=1, policy=catalogue.policy())
    own = enrolled(training_class=made, now=now)
    later = attended(own, by=trainer)
    assert marks(own, later) == dict.fromkeys(EXAMINED, (0, 600, False))
    scores.record(by=people.user(), enrolment=own, points={"theory": 600, "practice": 600, "total": 599}, now=later)
    with pytest.raises(CompletionRefused) as refused:
        completion.propose(by=trainer, enrolment=own, now=later)
    assert "：综合成绩合格。" in refused.value.sentence
    scores.record(by=people.user(), enrolment=own, points={"total": 600}, now=later)
    done = completion.propose(by=trainer, enrolment=own, now=later)
    told = {row["code"]: row for row in done.proposed_reasoning["findings"]}
    assert told["total"] == {"code": "total", "value": 600, "threshold": 600, "met": True, "evidence": ["2"]}


def test_a_class_keeps_the_version_that_it_was_approved_under(now: datetime) -> None:
    own, later = asking("theory", now=now)
    policy.publish(by=None, number="v3", effective_on=date(2026, 2, 1), document=DEFAULTS)
    assert set(marks(own, later)) == {"theory"}


def test_a_policy_that_asks_for_nothing_asks_for_nothing(now: datetime) -> None:
    own, later = asking(now=now)
    assert marks(own, later) == {}
    assert completion.marks_of(enrolment=own) == ()


@pytest.mark.parametrize("asked", [{"skill": ["wit"]}, {"skill": "theory"}])
def test_a_policy_that_asks_for_what_there_is_not_is_not_published(asked: dict[str, object]) -> None:
    with pytest.raises(PolicyRefused):
        policy.publish(by=None, number="v2", effective_on=date(2026, 1, 1), document={**DEFAULTS, "assessments": asked})


def test_who_recorded_a_score_does_not_approve_the_completion(now: datetime) -> None:
    done, later = submitted(now=now)
    examiner = people.user()
    scores.record(by=examiner, enrolment=done.enrolment, points={"theory": 900}, reason="补登", now=later)
    [foreseen] = completion.foresee(by=examiner, completions=[done], now=later).values()
    assert foreseen.refusal is not None
    with pytest.raises(CompletionRefused) as refused:
        completion.approve(by=examiner, completion=done, now=later)
    assert refused.value.code == foreseen.refusal.code == CompletionRefusal.SAME_PERSON
