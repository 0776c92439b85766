"""A result on its way: put forward, confirmed by another, published, settled into seats by rank."""

from datetime import date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from courses import classes, enrolment, seating, selection
from courses.classes import ClassRefused
from courses.enrolment import EnrolmentRefused
from courses.models import (
    Enrolment,
    Holiday,
    OutboxMessage,
    Pitch,
    Post,
    ScoreSheet,
    Selection,
    SelectionLine,
    TrainingClass,
)
from courses.notices.texts import text_of
from courses.seating import SeatingRefused
from courses.selection import SelectionRefused
from tests.factories import catalogue, people
from tests.factories.classes import training_class
from tests.factories.selection import camp, candidate, proposed, reviewers, scored

pytestmark = pytest.mark.django_db
Status = Enrolment.Status


@pytest.fixture
def a_camp(now: datetime) -> TrainingClass:
    return camp(now=now)


def counters(a_class: TrainingClass) -> tuple[int, int, int]:
    a_class.refresh_from_db()
    return a_class.taken, a_class.waiting, a_class.arrivals


def settled(result: Selection, now: datetime) -> None:
    selection.confirm(by=people.user(), selection=result, now=now)
    selection.settle(selection=result, now=now + timedelta(days=8))


def test_approval_makes_a_camp_selective_and_nothing_else(now: datetime, a_camp: TrainingClass) -> None:
    assert a_camp.mode == TrainingClass.Mode.SELECTED
    other = training_class(now=now, mode=TrainingClass.Mode.SELECTED)
    assert other.mode == TrainingClass.Mode.REVIEWED


def test_a_version_without_a_sheet_leaves_the_camp_as_it_was_asked_for(now: datetime) -> None:
    off = {"check_hours": "off", "check_trainers": "off"}
    before = catalogue.policy("no-sheet", selection_sheets={}, **off)
    asked = camp(now=now, approved=False)
    classes.submit(by=people.user(), training_class=asked, now=now, policy_version=before)
    classes.approve(by=people.user(), training_class=asked, now=now, policy_version=before)
    assert asked.mode == TrainingClass.Mode.FIRST_COME


def test_an_application_to_a_camp_holds_no_seat_and_stands_in_no_queue(a_camp: TrainingClass, now: datetime) -> None:
    rows = [candidate(camp=a_camp, now=now) for _ in range(4)]
    assert {row.status for row in rows} == {Status.CANDIDATE}
    assert [row.arrival_no for row in rows] == [1, 2, 3, 4]
    assert counters(a_camp) == (0, 0, 4)
    assert enrolment.occupancy_differences() == []
    assert rows[0].learner.user is not None
    enrolment.withdraw(by=rows[0].learner.user, enrolment=rows[0], reason="", now=now)
    assert counters(a_camp) == (0, 0, 4)
    assert enrolment.occupancy_differences() == []


def test_nobody_admits_a_candidate_by_hand_or_by_a_list(a_camp: TrainingClass, now: datetime) -> None:
    row = candidate(camp=a_camp, now=now)
    with pytest.raises(EnrolmentRefused, match="wrong_status"):
        enrolment.admit(by=people.user(), enrolment=row, now=now)
    with pytest.raises(EnrolmentRefused, match="wrong_status"):
        enrolment.refuse(by=people.user(), enrolment=row, reason="不合适", now=now)
    seat = seating.Seat(people.learner(now=now), None)
    with pytest.raises(SeatingRefused, match="by_rank"):
        seating.give_many(seats=[seat], training_class=a_camp, source="import", by=None, now=now)


def test_a_class_does_not_start_while_its_applicants_wait_for_the_result(a_camp: TrainingClass, now: datetime) -> None:
    result = proposed(camp=a_camp, now=now)
    running, first_day = TrainingClass.Status.RUNNING, now + timedelta(days=30)
    with pytest.raises(ClassRefused, match="selection_open"):
        classes.advance(by=None, training_class=a_camp, to=running, now=first_day)
    settled(result, now)
    classes.advance(by=None, training_class=a_camp, to=running, now=first_day)


def test_seats_go_by_rank_and_the_rest_waits_in_order_of_rank(a_camp: TrainingClass, now: datetime) -> None:
    result = proposed(camp=a_camp, now=now, points=(6, 9, 5, 7, 8))
    settled(result, now)
    assert counters(a_camp) == (2, 2, 9)
    assert enrolment.occupancy_differences() == []
    rows = Enrolment.objects.filter(training_class=a_camp)
    points = {line.enrolment_id: line.points // 1000 for line in SelectionLine.objects.all()}
    assert {points[row.pk]: row.status for row in rows} == {
        9: Status.ADMITTED,
        8: Status.ADMITTED,
        7: Status.WAITLISTED,
        6: Status.WAITLISTED,
        5: Status.REFUSED,
    }
    assert [points[row.pk] for row in enrolment.waiting_list(training_class_id=a_camp.pk)] == [7, 6]
    assert rows.get(status=Status.REFUSED).reason == "未达到录取分数线"
    best = rows.filter(status=Status.ADMITTED).order_by("arrival_no")[0]
    enrolment.withdraw(by=best.learner.user, enrolment=best, reason="", now=now)  # type: ignore[arg-type]
    assert {points[row.pk]: row.status for row in rows.exclude(status=Status.REFUSED)} == {
        9: Status.WITHDRAWN,
        8: Status.ADMITTED,
        7: Status.OFFERED,
        6: Status.WAITLISTED,
    }
    assert enrolment.occupancy_differences() == []


def test_who_withdrew_during_the_notice_is_passed_over(a_camp: TrainingClass, now: datetime) -> None:
    result = proposed(camp=a_camp, now=now, points=(9, 8, 7))
    selection.confirm(by=people.user(), selection=result, now=now)
    best = SelectionLine.objects.select_related("enrolment__learner__user").get(rank=1).enrolment
    enrolment.withdraw(by=best.learner.user, enrolment=best, reason="", now=now)  # type: ignore[arg-type]
    selection.settle(selection=result, now=now + timedelta(days=8))
    statuses = list(SelectionLine.objects.order_by("rank").values_list("enrolment__status", flat=True))
    assert statuses == [Status.WITHDRAWN, Status.ADMITTED, Status.ADMITTED]
    assert counters(a_camp)[:2] == (2, 0)


def test_whom_a_rule_blocks_by_then_is_turned_down_with_its_sentence_and_the_next_one_has_the_seat(
    a_camp: TrainingClass, now: datetime
) -> None:
    result = proposed(camp=a_camp, now=now, points=(9, 8, 7))
    Enrolment.objects.filter(selection_lines__rank=1).update(declared=[])
    settled(result, now)
    rows = [line.enrolment for line in SelectionLine.objects.order_by("rank").select_related("enrolment")]
    assert [row.status for row in rows] == [Status.REFUSED, Status.ADMITTED, Status.ADMITTED]
    assert rows[0].reason == "还没有确认这类培训的参加条件。"
    assert enrolment.occupancy_differences() == []


def test_an_incomplete_scoring_is_not_put_forward(a_camp: TrainingClass, now: datetime) -> None:
    with pytest.raises(SelectionRefused, match="nobody"):
        selection.propose(by=people.user(), training_class=a_camp, now=now)
    first, second = candidate(camp=a_camp, now=now), candidate(camp=a_camp, now=now)
    pair = reviewers()
    scored(first, 8, 8, by=pair, now=now)
    scored(second, 9, 7, by=pair, now=now)
    with pytest.raises(SelectionRefused, match="incomplete") as refused:
        selection.propose(by=people.user(), training_class=a_camp, now=now)
    assert "还有 1 份申请没有评完" in refused.value.sentence


def test_the_ranking_waits_for_a_stated_deadline_and_closes_a_class_that_has_none(
    now: datetime, a_camp: TrainingClass
) -> None:
    TrainingClass.objects.filter(pk=a_camp.pk).update(enrol_until=now + timedelta(days=1))
    with pytest.raises(SelectionRefused, match="still_open"):
        proposed(camp=a_camp, now=now)
    TrainingClass.objects.filter(pk=a_camp.pk).update(enrol_until=None)
    selection.propose(by=people.user(), training_class=a_camp, now=now)
    late = people.learner(now=now)
    with pytest.raises(EnrolmentRefused, match="closed"):
        enrolment.apply(
            learner=late,
            training_class=a_camp,
            now=now + timedelta(minutes=1),
            source="counter",
            declared=("venture", "attend"),
        )
    # Also where the page had been opened before: the number itself is refused.
    with pytest.raises(EnrolmentRefused, match="closed"), transaction.atomic():
        enrolment.seats._take_a_number(a_camp, now)
    assert counters(a_camp)[2] == 3


def test_who_put_it_forward_scored_in_it_or_works_there_does_not_confirm(a_camp: TrainingClass, now: datetime) -> None:
    officer = people.user()
    result = proposed(camp=a_camp, now=now, by=officer)
    colleague = people.staff(role=Post.Role.INSTITUTION, now=now, institution=a_camp.institution)
    scorer, clerk = ScoreSheet.objects.order_by("pk")[0].reviewer, people.user()
    row = Enrolment.objects.filter(training_class=a_camp)[0]
    Pitch.objects.create(enrolment=row, version=9, title="海带", summary="晒干。", jobs=2, by=clerk, at=now)
    for user, code in (
        (officer, "same_person"), (scorer, "scored_it"), (clerk, "entered_one"), (colleague, "own_interest"),
    ):  # fmt: skip
        assert not selection.to_confirm(now=now, by=user).exists()
        with pytest.raises(SelectionRefused, match=code):
            selection.confirm(by=user, selection=result, now=now)
    with pytest.raises(IntegrityError), transaction.atomic():
        Selection.objects.update(confirmed_by=officer)
    selection.confirm(by=people.user(), selection=result, now=now)
    assert result.status == Selection.Status.PUBLISHED


def test_a_result_that_somebody_left_since_is_put_forward_anew(a_camp: TrainingClass, now: datetime) -> None:
    result = proposed(camp=a_camp, now=now)
    gone = Enrolment.objects.order_by("pk")[0]
    enrolment.withdraw(by=gone.learner.user, enrolment=gone, reason="", now=now)  # type: ignore[arg-type]
    with pytest.raises(SelectionRefused, match="changed"):
        selection.confirm(by=people.user(), selection=result, now=now)
    selection.send_back(by=people.user(), selection=result, reason="有人退出", now=now)
    again = selection.propose(by=people.user(), training_class=a_camp, now=now)
    selection.confirm(by=people.user(), selection=again, now=now)
    assert again.lines.count() == 2


def test_the_notice_runs_for_the_working_days_of_the_policy(a_camp: TrainingClass, now: datetime) -> None:
    Holiday.objects.create(date=date(2026, 9, 17), kind=Holiday.Kind.OFF, name="放假", name_en="Day off")
    result = proposed(camp=a_camp, now=now)
    selection.confirm(by=people.user(), selection=result, now=now)
    assert (result.published_on, result.notice_until) == (date(2026, 9, 14), date(2026, 9, 22))
    last_day = now + timedelta(days=8)
    with pytest.raises(SelectionRefused, match="notice_runs"):
        selection.settle(selection=result, now=last_day)
    assert selection.settle_due(now=last_day) == 0
    assert selection.settle_due(now=last_day + timedelta(days=1)) == 1
    assert selection.settle_due(now=last_day + timedelta(days=1)) == 0
    assert counters(a_camp)[0] == 2


def test_a_notice_that_outlasts_the_days_before_the_start_is_refused(now: datetime) -> None:
    result = proposed(camp=camp(now=now, days=7), now=now)
    with pytest.raises(SelectionRefused, match="too_late"):
        selection.confirm(by=people.user(), selection=result, now=now)


def test_a_class_that_stopped_keeps_its_candidates_until_it_enrols_again(a_camp: TrainingClass, now: datetime) -> None:
    result = proposed(camp=a_camp, now=now)
    selection.confirm(by=people.user(), selection=result, now=now)
    officer = people.user()
    suspended, enrolling = TrainingClass.Status.SUSPENDED, TrainingClass.Status.ENROLLING
    classes.advance(by=officer, training_class=a_camp, to=suspended, now=now, reason="检修")
    after = now + timedelta(days=8)
    assert selection.settle_due(now=after) == 0
    with pytest.raises(SeatingRefused, match="not_open"):
        selection.settle(selection=result, now=after)
    classes.advance(by=officer, training_class=a_camp, to=enrolling, now=now)
    assert selection.settle_due(now=after) == 1


def test_everybody_is_told_of_their_own_result_once_and_of_its_being_taken_back(
    a_camp: TrainingClass, now: datetime
) -> None:
    result = proposed(camp=a_camp, now=now, points=(9, 8, 7, 5))
    OutboxMessage.objects.all().delete()
    selection.confirm(by=people.user(), selection=result, now=now)
    told = list(OutboxMessage.objects.order_by("pk"))
    assert [one.kind for one in told] == [
        "selection_chosen", "selection_chosen", "selection_reserve", "selection_not_chosen"
    ]  # fmt: skip
    words = [text_of(kind=one.kind, params=one.params, language="zh-hans") for one in told]
    assert "您在拟录取名单中，公示到 09-21" in words[0]
    assert "您候补第 1 位" in words[2]
    selection.send_back(by=people.user(), selection=result, reason="异议成立", now=now)
    assert OutboxMessage.objects.filter(kind="selection_returned").count() == 4


def test_a_settled_result_stays_and_sending_back_needs_a_reason(a_camp: TrainingClass, now: datetime) -> None:
    result = proposed(camp=a_camp, now=now)
    with pytest.raises(SelectionRefused, match="reason_missing"):
        selection.send_back(by=people.user(), selection=result, reason=" ", now=now)
    settled(result, now)
    with pytest.raises(SelectionRefused, match="wrong_status"):
        selection.send_back(by=people.user(), selection=result, reason="晚了", now=now)
    with pytest.raises(SelectionRefused, match="wrong_status"):
        selection.settle(selection=result, now=now + timedelta(days=9))
    with pytest.raises(SelectionRefused, match="result_stands"):
        selection.propose(by=people.user(), training_class=a_camp, now=now + timedelta(days=9))


def test_two_results_of_one_class_do_not_stand_together(a_camp: TrainingClass, now: datetime) -> None:
    first = proposed(camp=a_camp, now=now)
    with pytest.raises(IntegrityError), transaction.atomic():
        Selection.objects.create(
            number="P2", training_class=a_camp, status="proposed", proposed_by=first.proposed_by, proposed_at=now
        )


def test_an_applicant_reads_the_own_result_only_once_it_is_published(a_camp: TrainingClass, now: datetime) -> None:
    result = proposed(camp=a_camp, now=now, points=(9, 7))
    row = Enrolment.objects.select_related("training_class").order_by("pk")[1]
    assert selection.own_result(enrolment=row, now=now) is None
    selection.confirm(by=people.user(), selection=result, now=now)
    own = selection.own_result(enrolment=row, now=now)
    assert own is not None
    assert (own.line.rank, own.line.points, own.pass_points, own.tie) == (2, 7000, 60, "")
    assert [(criterion.key, mean) for criterion, mean in own.means][:1] == [("venture", 7)]


def test_a_camp_that_has_not_chosen_yet_keeps_its_applicants_however_late_it_is(now: datetime) -> None:
    late = now + timedelta(days=40)
    unscored = camp(now=now)
    waits = candidate(camp=unscored, now=now)
    assert seating.end_begun(now=late) == 0
    sent_back = camp(now=now)
    result = proposed(camp=sent_back, now=now)
    selection.send_back(by=people.user(), selection=result, reason="漏评一人", now=now)
    assert seating.end_begun(now=late) == 0
    waits.refresh_from_db()
    assert waits.status == Status.CANDIDATE
    assert set(selection.to_propose(now=late)) == {sent_back}
    assert list(selection.unscored()) == [waits]


def test_a_camp_to_which_nobody_handed_papers_in_is_ended_by_people_and_by_no_sweep(now: datetime) -> None:
    """Until its deadline it waits for papers, then for somebody who brings out a result or cancels it."""
    paperless = camp(now=now, enrol_until=now + timedelta(days=20))
    row = candidate(camp=paperless, now=now, pitch=False)
    assert not selection.to_propose(now=now + timedelta(days=19)).exists()
    late = now + timedelta(days=40)
    assert seating.end_begun(now=late) == 0
    row.refresh_from_db()
    assert row.status == Status.CANDIDATE
    assert not OutboxMessage.objects.filter(kind__startswith="not_reached").exists()
    assert selection.to_propose(now=late).get() == paperless


def test_without_a_deadline_a_camp_without_papers_waits_for_a_decision_from_its_first_day_on(now: datetime) -> None:
    paperless = camp(now=now, days=30)
    candidate(camp=paperless, now=now, pitch=False)
    assert not selection.to_propose(now=now + timedelta(days=29)).exists()
    assert selection.to_propose(now=now + timedelta(days=30)).get() == paperless
