"""Project papers and scoring sheets: who may give one, how many, and what the other reviewer sees."""

from datetime import datetime

import pytest
from django.db import IntegrityError, transaction

from courses import selection
from courses.models import AuditEvent, Enrolment, Pitch, Post, ScoreSheet, TrainingClass
from courses.selection import SelectionRefused, Stage
from tests.factories import catalogue, people
from tests.factories.selection import camp, candidate, proposed, reviewers, scored, scores

pytestmark = pytest.mark.django_db


@pytest.fixture
def a_camp(now: datetime) -> TrainingClass:
    return camp(now=now)


def stage(row: Enrolment, by: object, now: datetime) -> Stage:
    (seen,) = selection.candidates(training_class=row.training_class, by=by, now=now)  # type: ignore[arg-type]
    assert seen.enrolment == row
    return seen.stage


def test_project_papers_are_kept_in_versions_and_the_last_one_holds(a_camp: TrainingClass, now: datetime) -> None:
    row = candidate(camp=a_camp, now=now)
    assert row.learner.user is not None
    selection.hand_in(enrolment=row, title="海带 面条", summary="新的", jobs=7, by=row.learner.user, now=now)
    assert [one.version for one in Pitch.objects.order_by("version")] == [1, 2]
    held = selection.pitch_of(enrolment=row)
    assert held is not None
    assert (held.title, held.jobs) == ("海带 面条", 7)


def test_papers_without_words_are_refused_and_so_are_papers_after_the_first_sheet(
    a_camp: TrainingClass, now: datetime
) -> None:
    row = candidate(camp=a_camp, now=now)
    own = row.learner.user
    assert own is not None
    with pytest.raises(SelectionRefused, match="pitch_incomplete"):
        selection.hand_in(enrolment=row, title=" ", summary="有", jobs=1, by=own, now=now)
    scored(row, 8, by=reviewers(1), now=now)
    with pytest.raises(SelectionRefused, match="pitch_scored"):
        selection.hand_in(enrolment=row, title="改", summary="改", jobs=1, by=own, now=now)


def test_who_took_the_papers_down_at_the_counter_does_not_score_them_and_others_do(
    a_camp: TrainingClass, now: datetime
) -> None:
    row, (clerk, first, second) = candidate(camp=a_camp, now=now, pitch=False), reviewers(3)
    made = selection.hand_in(enrolment=row, title="海带", summary="晒干。", jobs=2, by=clerk, now=now)
    assert made.by == clerk
    assert (stage(row, clerk, now), stage(row, first, now)) == (Stage.ENTERED, Stage.TO_SCORE)
    with pytest.raises(SelectionRefused, match="entered_it"):
        scored(row, 8, by=[clerk], now=now)
    scored(row, 9, 7, by=[first, second], now=now)
    assert (stage(row, clerk, now), stage(row, people.user(), now)) == (Stage.ENTERED, Stage.THIRD)
    with pytest.raises(SelectionRefused, match="entered_it"):
        scored(row, 8, by=[clerk], now=now)
    assert ScoreSheet.objects.count() == 2


def test_what_the_applicant_wrote_is_written_over_by_nobody_else(a_camp: TrainingClass, now: datetime) -> None:
    row, (clerk,) = candidate(camp=a_camp, now=now), reviewers(1)
    with pytest.raises(SelectionRefused, match="pitch_own"):
        selection.hand_in(enrolment=row, title="海带", summary="晒干。", jobs=2, by=clerk, now=now)
    assert Pitch.objects.get(enrolment=row).title == "海产加工"


def test_who_took_an_earlier_version_down_does_not_score_a_later_one(a_camp: TrainingClass, now: datetime) -> None:
    row, (clerk,) = candidate(camp=a_camp, now=now, pitch=False), reviewers(1)
    assert row.learner.user is not None
    for by in (clerk, row.learner.user):
        selection.hand_in(enrolment=row, title="海带", summary="晒干。", jobs=2, by=by, now=now)
    assert stage(row, clerk, now) == Stage.ENTERED
    with pytest.raises(SelectionRefused, match="entered_it"):
        scored(row, 8, by=[clerk], now=now)


def test_two_different_people_score_and_neither_sees_the_other_before_both_are_done(
    a_camp: TrainingClass, now: datetime
) -> None:
    row, (first, second) = candidate(camp=a_camp, now=now), reviewers()
    scored(row, 9, by=[first], now=now)
    (seen,) = selection.candidates(training_class=a_camp, by=second, now=now)
    assert (seen.stage, seen.points, seen.mine, seen.given) == (Stage.TO_SCORE, None, None, ())
    (own,) = selection.candidates(training_class=a_camp, by=first, now=now)
    assert (own.stage, own.points, own.mine.points if own.mine else 0) == (Stage.WAITS, None, 9000)
    scored(row, 8, by=[second], now=now)
    (seen,) = selection.candidates(training_class=a_camp, by=second, now=now)
    assert (seen.stage, seen.points) == (Stage.COMPLETE, 8500)


def test_two_that_agree_are_enough_and_a_third_is_refused(a_camp: TrainingClass, now: datetime) -> None:
    row, (first, second, third) = candidate(camp=a_camp, now=now), reviewers(3)
    scored(row, 8, 8, by=[first, second], now=now)
    with pytest.raises(SelectionRefused, match="enough_sheets"):
        scored(row, 8, by=[third], now=now)


def test_two_far_apart_ask_for_a_third_who_is_neither(a_camp: TrainingClass, now: datetime) -> None:
    row, (first, second, third) = candidate(camp=a_camp, now=now), reviewers(3)
    scored(row, 9, 7, by=[first, second], now=now)
    assert (stage(row, third, now), stage(row, first, now)) == (Stage.THIRD, Stage.WAITS)
    with pytest.raises(SelectionRefused, match="reason_missing"):
        scored(row, 9, by=[first], now=now)
    scored(row, 8, by=[third], now=now)
    (seen,) = selection.candidates(training_class=a_camp, by=first, now=now)
    assert (seen.stage, seen.points) == (Stage.COMPLETE, 8000)


def test_a_correction_is_a_new_version_with_its_reason_and_the_old_one_stays(
    a_camp: TrainingClass, now: datetime
) -> None:
    row, (first, second) = candidate(camp=a_camp, now=now), reviewers()
    scored(row, 5, 8, by=[first, second], now=now)
    selection.score(by=first, enrolment=row, scores=scores(7), now=now, reason="看错了一项")
    assert list(ScoreSheet.objects.values_list("slot", "version", "points", "reason")) == [
        (1, 1, 5000, ""),
        (1, 2, 7000, "看错了一项"),
        (2, 1, 8000, ""),
    ]
    (seen,) = selection.candidates(training_class=a_camp, by=second, now=now)
    assert seen.points == 7500


def told(a_camp: TrainingClass) -> list[tuple[int, int | None, int, bool]]:
    """Slot, points before and after, and whether the others' were in sight."""
    return [
        (one.sheet.slot, one.before.points if one.before else None, one.sheet.points, one.seen)
        for one in selection.changes(training_class=a_camp)
    ]


def test_a_correction_says_whether_the_other_points_were_in_sight(a_camp: TrainingClass, now: datetime) -> None:
    row, (first, second) = candidate(camp=a_camp, now=now), reviewers()
    scored(row, 5, by=[first], now=now)
    selection.score(by=first, enrolment=row, scores=scores(6), now=now, reason="看错了一项")
    # Before the other sheet is in, nobody reads what anybody gave, not even as a correction.
    assert told(a_camp) == []
    scored(row, 7, by=[second], now=now)
    assert told(a_camp) == [(1, 5000, 6000, False)]
    with pytest.raises(SelectionRefused, match="reason_missing"):
        selection.score(by=second, enrolment=row, scores=scores(6), now=now)
    selection.score(by=second, enrolment=row, scores=scores(6), now=now, reason="漏看附件")
    assert told(a_camp) == [(1, 5000, 6000, False), (2, 7000, 6000, True)]
    seen = AuditEvent.objects.filter(verb="application_scored").order_by("pk").values_list("detail__seen", flat=True)
    assert list(seen) == [False, False, False, True]


def test_a_third_sheet_that_a_late_correction_calls_for_was_given_in_sight_too(
    a_camp: TrainingClass, now: datetime
) -> None:
    row, (first, second, third) = candidate(camp=a_camp, now=now), reviewers(3)
    scored(row, 8, 8, by=[first, second], now=now)
    selection.score(by=first, enrolment=row, scores=scores(5), now=now, reason="项目已停办")
    assert (stage(row, third, now), told(a_camp)) == (Stage.THIRD, [])
    scored(row, 7, by=[third], now=now)
    assert told(a_camp) == [(1, 8000, 5000, True), (3, None, 7000, True)]


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"venture": 5, "growth": 5, "team": 5},
        {"venture": 11, "growth": 5, "team": 5, "jobs": 5},
        {"venture": -1, "growth": 5, "team": 5, "jobs": 5},
    ],
)
def test_every_criterion_gets_a_number_within_its_range(
    a_camp: TrainingClass, now: datetime, given: dict[str, int]
) -> None:
    row = candidate(camp=a_camp, now=now)
    with pytest.raises(SelectionRefused, match="wrong_scores"):
        selection.score(by=people.user(), enrolment=row, scores=given, now=now)


def test_who_works_for_the_institution_teaches_the_class_or_applied_scores_nothing(
    a_camp: TrainingClass, now: datetime
) -> None:
    row = candidate(camp=a_camp, now=now)
    colleague = people.staff(role=Post.Role.TRAINER, now=now, institution=a_camp.institution)
    teacher = a_camp.trainers.get()
    for user in (colleague, teacher, row.learner.user):
        with pytest.raises(SelectionRefused, match="own_interest"):
            selection.score(by=user, enrolment=row, scores=scores(9), now=now)  # type: ignore[arg-type]
    elsewhere = catalogue.institution(number="J999", name="别的学校")
    stranger = people.staff(role=Post.Role.TRAINER, now=now, institution=elsewhere)
    assert selection.score(by=stranger, enrolment=row, scores=scores(9), now=now).slot == 1


def test_without_papers_nothing_is_scored(a_camp: TrainingClass, now: datetime) -> None:
    row = candidate(camp=a_camp, now=now, pitch=False)
    assert stage(row, people.user(), now) == Stage.NO_PITCH
    with pytest.raises(SelectionRefused, match="no_pitch"):
        scored(row, 8, by=reviewers(1), now=now)


def test_once_a_result_stands_nothing_is_scored_or_handed_in(a_camp: TrainingClass, now: datetime) -> None:
    proposed(camp=a_camp, now=now, points=(8,))
    row = Enrolment.objects.get()
    reviewer = ScoreSheet.objects.order_by("slot")[0].reviewer
    with pytest.raises(SelectionRefused, match="result_stands"):
        selection.score(by=reviewer, enrolment=row, scores=scores(9), now=now, reason="想改")


def test_the_database_lets_in_no_fourth_and_no_second_sheet_in_a_place(a_camp: TrainingClass, now: datetime) -> None:
    row = candidate(camp=a_camp, now=now)
    first, second = reviewers()
    scored(row, 8, by=[first], now=now)
    for reviewer, slot in ((second, 4), (second, 1), (first, 2)):
        with pytest.raises(IntegrityError), transaction.atomic():
            ScoreSheet.objects.create(enrolment=row, reviewer=reviewer, slot=slot, scores={}, points=1, at=now)


def test_reading_the_applications_of_a_class_takes_three_statements_whatever_their_number(
    a_camp: TrainingClass, now: datetime, django_assert_num_queries: object
) -> None:
    by = people.user()
    pair = reviewers()
    for _ in range(5):
        scored(candidate(camp=a_camp, now=now), 8, 8, by=pair, now=now)
    selection.candidates(training_class=a_camp, by=by, now=now)
    with django_assert_num_queries(3):  # type: ignore[operator]
        assert len(selection.candidates(training_class=a_camp, by=by, now=now)) == 5
