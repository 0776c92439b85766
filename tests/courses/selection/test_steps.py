"""Whose step a camp waits for, in the database as in the domain."""

from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from courses import enrolment, selection
from courses.models import Enrolment, Pitch, Post, ScoreSheet, TrainingClass
from courses.selection import Stage
from tests.factories import people
from tests.factories.selection import camp, candidate, proposed, reviewers, scored, scores

pytestmark = pytest.mark.django_db
OPEN = (Stage.TO_SCORE, Stage.THIRD)


@pytest.fixture
def a_camp(now: datetime) -> TrainingClass:
    return camp(now=now)


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(given=st.lists(st.lists(st.integers(0, 10), max_size=3), min_size=1, max_size=3), by=st.integers(0, 3))
def test_the_database_finds_what_a_reviewer_may_still_score(
    a_camp: TrainingClass, now: datetime, given: list[list[int]], by: int
) -> None:
    hands = reviewers(4)
    for points in given:
        row = candidate(camp=a_camp, now=now)
        for hand, one in zip(hands, points, strict=False):
            if selection.unscored().filter(pk=row.pk).exists():
                selection.score(by=hand, enrolment=row, scores=scores(one), now=now)
    candidate(camp=a_camp, now=now, pitch=False)
    seen = selection.candidates(training_class=a_camp, by=hands[by], now=now)
    expected = {one.enrolment.pk for one in seen if one.stage in OPEN}
    assert set(selection.to_score(by=hands[by], now=now).values_list("pk", flat=True)) == expected
    incomplete = {one.enrolment.pk for one in seen if one.stage not in (Stage.COMPLETE, Stage.NO_PITCH)}
    assert set(selection.unscored().values_list("pk", flat=True)) == incomplete
    ready = any(one.stage == Stage.COMPLETE for one in seen) and not incomplete
    assert selection.to_propose(now=now).exists() == ready


def test_who_took_the_papers_down_has_nothing_to_score(a_camp: TrainingClass, now: datetime) -> None:
    row, (clerk, other) = candidate(camp=a_camp, now=now, pitch=False), reviewers()
    selection.hand_in(enrolment=row, title="海带", summary="晒干。", jobs=2, by=clerk, now=now)
    assert [list(selection.to_score(by=by, now=now)) for by in (clerk, other)] == [[], [row]]
    assert list(selection.unscored()) == [row]


def test_who_has_an_interest_has_nothing_to_score_or_confirm(a_camp: TrainingClass, now: datetime) -> None:
    row = candidate(camp=a_camp, now=now)
    colleague = people.staff(role=Post.Role.INSTITUTION, now=now, institution=a_camp.institution)
    for user in (colleague, a_camp.trainers.get(), row.learner.user):
        assert user is not None
        assert not selection.to_score(by=user, now=now).exists()
    assert selection.to_score(by=people.user(), now=now).get() == row
    scored(row, 8, 8, by=reviewers(), now=now)
    officer = people.user()
    selection.propose(by=officer, training_class=a_camp, now=now)
    scorer = ScoreSheet.objects.order_by("pk")[0].reviewer
    for user in (colleague, a_camp.trainers.get(), officer, scorer):
        assert not selection.to_confirm(by=user, now=now).exists()
    assert selection.to_confirm(by=people.user(), now=now).get() == a_camp


def test_a_result_waits_for_the_deadline_to_be_put_forward_and_is_scored_no_more_once_it_stands(
    a_camp: TrainingClass, now: datetime
) -> None:
    TrainingClass.objects.update(enrol_until=now + timedelta(hours=1))
    scored(candidate(camp=a_camp, now=now), 8, 8, by=reviewers(), now=now)
    assert not selection.to_propose(now=now).exists()
    later = now + timedelta(hours=2)
    assert selection.to_propose(now=later).get() == a_camp
    selection.propose(by=people.user(), training_class=a_camp, now=later)
    assert not selection.to_propose(now=later).exists()
    assert not selection.unscored().exists()


def test_the_last_day_to_confirm_is_the_last_on_which_confirming_works(now: datetime) -> None:
    for days, accepted in ((0, True), (1, False)):
        a_camp = camp(now=now, days=30)
        result = proposed(camp=a_camp, now=now)
        last = selection.last_day_to_confirm(training_class=a_camp, calendar={})
        at = now + (last - now.date()) + timedelta(days=days)
        if accepted:
            selection.confirm(by=people.user(), selection=result, now=at)
        else:
            with pytest.raises(selection.SelectionRefused, match="too_late"):
                selection.confirm(by=people.user(), selection=result, now=at)


def test_who_left_waits_for_nobody(a_camp: TrainingClass, now: datetime) -> None:
    row = candidate(camp=a_camp, now=now)
    assert row.learner.user is not None
    enrolment.withdraw(by=row.learner.user, enrolment=row, reason="", now=now)
    assert (Enrolment.objects.count(), Pitch.objects.count()) == (1, 1)
    assert not selection.unscored().exists()
