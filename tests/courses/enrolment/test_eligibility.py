"""The rules of eligibility, each by the examples that are kept beside it, and what they do to an application."""

import csv
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from courses import enrolment, policy
from courses.enrolment import EnrolmentRefusal, EnrolmentRefused, eligibility
from courses.enrolment.eligibility import NEXT_BLOCKED, RULES, SENTENCES, Code, Facts, findings
from courses.models import CountClaim, Enrolment, LearnerCategory, TrainingClass
from courses.policy import ELIGIBILITY, Policy, PolicyRefused
from tests.factories import catalogue, people
from tests.factories.classes import enrolled, training_class
from tests.factories.ledger import batch, counted, row

KEPT = Path(eligibility.__file__).with_name("examples.csv")
EXAMPLES = list(csv.DictReader(KEPT.read_text(encoding="utf-8").splitlines()))
FIRST_DAY = date(2026, 9, 14)
Status = Enrolment.Status


def facts_of(example: dict[str, str]) -> Facts:
    return Facts(
        kind=example["kind"],
        starts_on=FIRST_DAY,
        born_on=FIRST_DAY.replace(year=FIRST_DAY.year - int(example["age"])) if example["age"] else None,
        sex=example["sex"],
        category=example["category"],
        graduates_on=date.fromisoformat(example["graduates_on"]) if example["graduates_on"] else None,
        declared=frozenset(example["declared"].split()),
        has_proof=bool(example["has_proof"]),
        done_before=bool(example["done_before"]),
        higher_held=bool(example["higher_held"]),
        overlaps=example["overlaps"],
        waits=example["waits"],
        completed_in_year=int(example["completed_in_year"]),
    )


@pytest.mark.parametrize("example", EXAMPLES, ids=[example["what"] for example in EXAMPLES])
def test_every_example_is_found_as_it_says(example: dict[str, str]) -> None:
    found = findings(facts=facts_of(example), policy=Policy())
    assert " ".join(f"{finding.severity}:{finding.code}" for finding in found) == example["found"]
    assert all(finding.sentence and finding.next_step for finding in found)


def test_every_rule_has_its_weight_its_words_and_an_example() -> None:
    told = {word.partition(":")[2] for example in EXAMPLES for word in example["found"].split()}
    codes = set(Code)
    assert codes == set(RULES) == set(ELIGIBILITY) == set(SENTENCES) == set(NEXT_BLOCKED) == told
    assert not {code.value for code in codes} & {code.value for code in EnrolmentRefusal}, "a code stands in one list"


@pytest.mark.parametrize(("weight", "found"), [("block", ["block"]), ("warn", ["warn"]), ("off", [])])
def test_the_policy_says_what_a_rule_does(weight: str, found: list[str]) -> None:
    policy_of_the_day = replace(Policy(), eligibility={**ELIGIBILITY, "same_module": weight})
    facts = Facts(kind="skill", starts_on=FIRST_DAY, done_before=True)
    assert [finding.severity for finding in findings(facts=facts, policy=policy_of_the_day)] == found


@pytest.mark.django_db
@pytest.mark.parametrize("changed", [{"same_module": "sometimes"}, {"overlap": None}])
def test_a_version_with_an_unknown_weight_is_refused(changed: dict[str, str]) -> None:
    document = {**policy.DEFAULTS, "eligibility": {**ELIGIBILITY, **changed}}
    with pytest.raises(PolicyRefused):
        policy.publish(by=None, number="v9", effective_on=FIRST_DAY, document=document)


def category(key: str) -> LearnerCategory:
    return LearnerCategory.objects.get_or_create(key=key, defaults={"name": key, "name_en": key})[0]


@pytest.mark.django_db
def test_the_rules_of_the_day_a_class_was_approved_hold_for_it(now: datetime) -> None:
    before = training_class(now=now)
    strict = {**ELIGIBILITY, "retired": "block"}
    policy.publish(
        by=None, number="v2", effective_on=policy.local_date(now), document={**policy.DEFAULTS, "eligibility": strict}
    )
    after = training_class(now=now, first=now + timedelta(days=9))
    retired = people.learner(now=now, born_on=date(1955, 1, 1))
    assert [enrolment.check(learner=retired, training_class=one, now=now).may_apply for one in (before, after)] == [
        True,
        False,
    ]


@pytest.mark.django_db
def test_a_remark_stays_with_the_enrolment_and_does_not_keep_anybody_out(now: datetime) -> None:
    made = enrolled(training_class=training_class(now=now), now=now, born_on=date(1960, 1, 1))
    assert (made.status, made.findings) == (
        Status.ADMITTED,
        [{"code": "retired", "severity": "warn", "values": {}}],
    )
    assert [finding.sentence for finding in enrolment.from_rows(made.findings)] == ["开班时可能已到退休年龄。"]


@pytest.mark.django_db
def test_what_is_shown_before_is_what_decides(now: datetime) -> None:
    learner = people.learner(now=now)
    counted(learner=learner, key="occupation:chinese-cook:4", now=now)
    a_class = training_class(now=now)
    seen = enrolment.check(learner=learner, training_class=a_class, now=now)
    assert [finding.code for finding in seen.findings] == [Code.SAME_MODULE]
    with pytest.raises(EnrolmentRefused) as refused:
        enrolment.apply(learner=learner, training_class=a_class, now=now)
    assert refused.value.finding == seen.findings[0]
    assert refused.value.sentence == "同样的内容已经学完，每人可免费学一次。未办理。请看看其他课程。"


@pytest.mark.django_db
@pytest.mark.parametrize("source", Enrolment.Source.values)
def test_whoever_hands_it_in_the_rules_are_the_same(now: datetime, source: str) -> None:
    learner = people.learner(now=now, born_on=date(2012, 1, 1))
    with pytest.raises(EnrolmentRefused) as refused:
        enrolment.apply(
            learner=learner, training_class=training_class(now=now), source=source, by=people.user(), now=now
        )
    assert refused.value.code == Code.UNDER_AGE


@pytest.mark.django_db
def test_the_fourth_counted_completion_of_a_year_is_remarked_on(now: datetime) -> None:
    learner = people.learner(now=now)
    counted(learner=learner, key="occupation:baker:5", now=now)
    this_year = [
        row(person=learner.person, claim_key=key, counted_on=date(2026, 3, 1))
        for key in ("occupation:welder:5", "module:gyb", "module:syb")
    ]
    batch(rows=this_year, now=now)
    seen = enrolment.check(learner=learner, training_class=training_class(now=now), now=now)
    assert [(finding.code, finding.values) for finding in seen.findings] == [
        (Code.MANY_THIS_YEAR, {"count": 3, "limit": 3})
    ]
    assert seen.may_apply


@pytest.mark.django_db
def test_a_camp_takes_who_has_declared_its_criteria(now: datetime) -> None:
    camp = training_class(now=now, course=catalogue.course(kind=catalogue.kind("camp", module="camp", letter="Y")))
    learner = people.learner(now=now)
    seen = enrolment.check(learner=learner, training_class=camp, now=now)
    assert [finding.code for finding in seen.findings] == [Code.CRITERIA]
    made = enrolment.apply(learner=learner, training_class=camp, declared=["venture", "attend"], now=now)
    assert (made.status, made.declared) == (Status.CANDIDATE, ["attend", "venture"])


@pytest.mark.django_db
def test_a_reviewer_cannot_admit_whom_a_rule_blocks_by_then(now: datetime) -> None:
    reviewed = training_class(now=now, mode=TrainingClass.Mode.REVIEWED)
    applied = enrolled(training_class=reviewed, now=now)
    counted(learner=applied.learner, key="occupation:chinese-cook:4", now=now)
    with pytest.raises(EnrolmentRefused) as refused:
        enrolment.admit(by=people.user(), enrolment=applied, now=now)
    assert refused.value.code == Code.SAME_MODULE
    applied.refresh_from_db()
    assert applied.status == Status.APPLIED


@pytest.mark.django_db
def test_whom_a_rule_blocks_when_a_seat_is_free_is_turned_down_and_the_next_one_is_offered_it(now: datetime) -> None:
    a_class = training_class(now=now, seats=1)
    first, second, third = (enrolled(training_class=a_class, now=now) for _ in range(3))
    counted(learner=second.learner, key="occupation:chinese-cook:4", now=now)
    enrolment.withdraw(by=first.learner.user, enrolment=first, reason="", now=now)
    second.refresh_from_db()
    third.refresh_from_db()
    assert (second.status, second.reason) == (Status.REFUSED, "同样的内容已经学完，每人可免费学一次。")
    assert third.status == Status.OFFERED
    assert enrolment.occupancy_differences() == []


@pytest.mark.django_db
def test_the_category_is_the_one_of_the_application_and_is_frozen_at_admission(now: datetime) -> None:
    reviewed = training_class(now=now, mode=TrainingClass.Mode.REVIEWED)
    learner = people.learner(now=now)
    learner.category = category("unemp")
    learner.save()
    applied = enrolled(training_class=reviewed, now=now, learner=learner)
    learner.category = category("employee")
    learner.save()
    enrolment.admit(by=people.user(), enrolment=applied, now=now)
    learner.category = category("flexible")
    learner.save()
    assert Enrolment.objects.select_related("category").get().category.key == "unemp"  # type: ignore[union-attr]


@pytest.mark.django_db
def test_weighing_takes_one_statement(now: datetime, django_assert_num_queries) -> None:
    a_class, learner = training_class(now=now), people.learner(now=now)
    enrolment.check(learner=learner, training_class=a_class, now=now)
    with django_assert_num_queries(1):
        enrolment.check(learner=learner, training_class=a_class, now=now)
    assert not CountClaim.objects.exists()
