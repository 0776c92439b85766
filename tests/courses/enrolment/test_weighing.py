"""What a completion that nobody has counted yet says against an application, and one on a record merged since."""

from datetime import date, datetime

import pytest

from courses import completion, enrolment
from courses.enrolment.eligibility import Code
from courses.models import Completion, Course, Learner, PersonMerge, TrainingClass
from tests.factories import cards, catalogue, people
from tests.factories.classes import training_class
from tests.factories.completion import submitted

pytestmark = pytest.mark.django_db


def of_occupation(key: str) -> Course:
    return catalogue.course(occupation=catalogue.occupation(key, key))


def said(learner: Learner, a_class: TrainingClass, now: datetime) -> dict[str, dict[str, object]]:
    found = enrolment.check(learner=learner, training_class=a_class, now=now).findings
    return {finding.code: finding.values for finding in found}


def test_a_higher_level_that_is_submitted_and_not_counted_blocks_the_lower_one_of_its_occupation(
    now: datetime,
) -> None:
    learner = people.learner(now=now)
    done, later = submitted(now=now, learner=learner, course=catalogue.course(level=catalogue.level("3", 4)))
    lower = training_class(now=later)
    assert Code.HIGHER_LEVEL in said(learner, lower, later)
    assert Code.HIGHER_LEVEL not in said(learner, training_class(now=later, course=of_occupation("welder")), later)
    assert Code.HIGHER_LEVEL not in said(people.learner(now=later), lower, later)
    Completion.objects.filter(pk=done.pk).update(status=Completion.Status.RETURNED)
    assert Code.HIGHER_LEVEL not in said(learner, lower, later)


def test_a_lower_level_on_its_way_does_not_stand_against_a_higher_one(now: datetime) -> None:
    learner = people.learner(now=now)
    _done, later = submitted(now=now, learner=learner)
    higher = training_class(now=later, course=catalogue.course(level=catalogue.level("3", 4)))
    assert said(learner, higher, later) == {}


def test_completions_that_wait_for_approval_are_among_those_of_the_year_and_each_is_counted_once(
    now: datetime,
) -> None:
    learner, done = people.learner(now=now), []
    for key in ("welder", "baker", "plumber"):
        one, now = submitted(now=now, learner=learner, course=of_occupation(key))
        done.append(one)
    another = training_class(now=now)
    assert said(learner, another, now) == {Code.MANY_THIS_YEAR: {"count": 3, "limit": 3}}
    completion.approve(by=people.user(), completion=done[0], now=now)
    assert said(learner, another, now) == {Code.MANY_THIS_YEAR: {"count": 3, "limit": 3}}
    last_year = {"starts_on": date(2025, 12, 30), "ends_on": date(2025, 12, 31)}
    TrainingClass.objects.filter(enrolments__completion=done[1]).update(**last_year)
    assert said(learner, another, now) == {}


def test_what_a_record_completed_before_it_was_merged_is_known_of_the_one_that_was_kept(now: datetime) -> None:
    kept, merged = people.learner(now=now), people.learner(now=now)
    _done, later = submitted(now=now, learner=merged)
    a_class = training_class(now=later)
    assert said(kept, a_class, later) == {}
    PersonMerge.objects.create(kept=kept, merged=merged, by=people.user(), at=later, reason="同一人")
    assert set(said(kept, a_class, later)) == {Code.SAME_MODULE}


def test_a_completion_of_a_class_with_a_red_card_weighs_nothing_until_the_card_is_withdrawn(now: datetime) -> None:
    learner = people.learner(now=now)
    done, later = submitted(now=now, learner=learner, course=catalogue.course(level=catalogue.level("3", 4)))
    same = training_class(now=later, course=done.enrolment.training_class.course)
    lower = training_class(now=later)
    card = cards.shown(training_class=done.enrolment.training_class, on=later.date(), now=later)
    assert (said(learner, same, later), said(learner, lower, later)) == ({}, {})
    assert completion.approve(by=people.user(), completion=done, now=later) is None
    assert (said(learner, same, later), said(learner, lower, later)) == ({}, {})
    cards.withdrawn(card=card, now=later)
    assert set(said(learner, same, later)) == {Code.SAME_MODULE}
    assert set(said(learner, lower, later)) == {Code.HIGHER_LEVEL}


def test_of_a_year_a_class_with_a_red_card_is_none_and_one_whose_kind_feeds_no_target_is(now: datetime) -> None:
    learner = people.learner(now=now)
    for key in ("welder", "baker"):
        _done, now = submitted(now=now, learner=learner, course=of_occupation(key))
    carded, now = submitted(now=now, learner=learner, course=of_occupation("plumber"))
    cards.shown(training_class=carded.enrolment.training_class, on=now.date(), now=now)
    another = training_class(now=now)
    assert said(learner, another, now) == {}
    tot = catalogue.course(kind=catalogue.kind("tot", "own", "tot", letter="T"))
    own, now = submitted(now=now, learner=learner, course=tot)
    another = training_class(now=now)
    assert said(learner, another, now) == {Code.MANY_THIS_YEAR: {"count": 3, "limit": 3}}
    assert completion.approve(by=people.user(), completion=own, now=now) is None
    assert said(learner, another, now) == {Code.MANY_THIS_YEAR: {"count": 3, "limit": 3}}
    assert set(said(learner, training_class(now=now, course=tot), now)) == {Code.SAME_MODULE, Code.MANY_THIS_YEAR}


def test_a_second_time_for_the_same_content_adds_nothing_to_the_year(now: datetime) -> None:
    learner, twice = people.learner(now=now), catalogue.second_time_policy()
    for key in ("welder", "baker", "baker"):
        done, now = submitted(now=now, learner=learner, course=of_occupation(key), policy=twice)
        another = training_class(now=now)
        assert said(learner, another, now) == {}
        completion.approve(by=people.user(), completion=done, now=now)
    assert done.not_counted == "duplicate"
    assert said(learner, another, now) == {}
    _done, now = submitted(now=now, learner=learner, course=of_occupation("plumber"))
    assert said(learner, training_class(now=now), now) == {Code.MANY_THIS_YEAR: {"count": 3, "limit": 3}}
