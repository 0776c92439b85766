"""考评员: who is named from outside to examine a class, what they see of it, and that nobody else records its scores."""

from datetime import date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from courses import access, policy, scores
from courses.access import Role
from courses.models import (
    AuditEvent,
    ClassExaminer,
    Completion,
    Enrolment,
    OutboxMessage,
    Post,
    Score,
    TrainingClass,
    User,
)
from courses.policy import DEFAULTS
from courses.scores import ExaminerRefusal, ExaminerRefused, ScoreRefusal, ScoreRefused, examiners
from tests.factories import catalogue, people
from tests.factories.classes import enrolled, training_class

pytestmark = pytest.mark.django_db


@pytest.fixture
def own(now: datetime) -> Enrolment:
    made = training_class(now=now, institution=catalogue.institution())
    document = {**DEFAULTS, "assessments": {made.kind_key: ["theory"]}}
    made.policy = policy.publish(by=None, number="v2", effective_on=date(2026, 1, 1), document=document)
    made.save()
    return enrolled(training_class=made, now=now)


def expert(now: datetime, **fields: str) -> User:
    return people.staff(role=Role.EXPERT, now=now - timedelta(days=9), **fields)


def name(own: Enrolment, who: User, now: datetime, *, by: User | None = None) -> ClassExaminer:
    return examiners.name(
        by=by or people.user(), training_class=own.training_class, examiner=User.objects.get(pk=who.pk), now=now
    )


def refusal(own: Enrolment, who: User, now: datetime, *, by: User | None = None) -> str:
    with pytest.raises(ExaminerRefused) as refused:
        name(own, who, now, by=by)
    return str(refused.value.code)


def record(own: Enrolment, by: User, now: datetime, *, points: int = 800, reason: str = "") -> list[Score]:
    # Read anew, as the next request does.
    return scores.record(
        by=User.objects.get(pk=by.pk), enrolment=own, points={"theory": points}, reason=reason, now=now
    )


def turned_down(own: Enrolment, by: User, now: datetime) -> str:
    with pytest.raises(ScoreRefused) as refused:
        record(own, by, now)
    return str(refused.value.code)


def seen(by: User, now: datetime) -> set[TrainingClass]:
    return set(access.visible_examined(user=User.objects.get(pk=by.pk), now=now))


def test_who_is_named_records_the_scores_and_from_then_on_nobody_else(own: Enrolment, now: datetime) -> None:
    school, who, other = people.user(), expert(now), expert(now)
    assert [row.points for row in record(own, school, now, points=500)] == [500]
    name(own, who, now)
    assert turned_down(own, school, now) == ScoreRefusal.EXAMINER_NAMED
    assert turned_down(own, other, now) == ScoreRefusal.EXAMINER_NAMED
    assert [(row.points, row.by) for row in record(own, who, now)] == [(800, who)]
    assert scores.standing(enrolments=[own])[own.pk] == {"theory": 800}


def test_a_class_may_have_two_who_examine_it(own: Enrolment, now: datetime) -> None:
    first, second = expert(now), expert(now)
    for who in (first, second):
        name(own, who, now)
    assert [record(own, who, now, points=points)[0].points for who, points in ((first, 700), (second, 710))] == [
        700,
        710,
    ]
    assert [row.examiner for row in examiners.named(training_class=own.training_class)] == [first, second]


def test_what_they_change_after_the_submission_waits_for_a_second_person(own: Enrolment, now: datetime) -> None:
    who = expert(now)
    name(own, who, now)
    record(own, who, now)
    Completion.objects.create(
        number="Z1", enrolment=own, status=Completion.Status.SUBMITTED, proposed_by=people.user(), proposed_at=now,
        proposed_reasoning={}, submitted_by=people.user(), submitted_at=now,
    )  # fmt: skip
    [asked] = record(own, who, now, points=850, reason="漏加 5 分")
    assert (asked.status, scores.standing(enrolments=[own])[own.pk]) == (Score.Status.ASKED, {"theory": 800})
    with pytest.raises(ScoreRefused) as same:
        scores.decide(by=who, score=asked, agree=True, now=now)
    assert same.value.code == ScoreRefusal.SAME_PERSON
    scores.decide(by=people.user(), score=asked, agree=True, now=now)
    assert scores.standing(enrolments=[own])[own.pk] == {"theory": 850}


def test_they_see_exactly_the_classes_that_they_are_named_for(own: Enrolment, now: datetime) -> None:
    who, other = expert(now), expert(now)
    training_class(now=now)
    name(own, who, now)
    assert (seen(who, now), seen(other, now)) == ({own.training_class}, set())
    for scope in (access.visible_classes, access.visible_learners, access.visible_enrolments, access.visible_works):
        assert not scope(user=User.objects.get(pk=who.pk), now=now).exists()


def test_what_the_institution_recorded_before_is_recorded_anew_under_their_name(own: Enrolment, now: datetime) -> None:
    who, school = expert(now), people.user()
    record(own, school, now)
    name(own, who, now)
    assert [(row.points, row.by) for row in record(own, who, now)] == [(800, who)]
    assert record(own, who, now) == []


def test_a_class_that_is_closed_is_still_theirs_to_put_right(own: Enrolment, now: datetime) -> None:
    who = expert(now)
    TrainingClass.objects.filter(pk=own.training_class_id).update(status="closed")
    own.training_class.refresh_from_db()
    name(own, who, now)
    assert (seen(who, now), len(record(own, who, now))) == ({own.training_class}, 1)


@pytest.mark.parametrize("status", ["archived", "cancelled"])
def test_a_class_that_is_cancelled_or_archived_is_seen_no_more(status: str, own: Enrolment, now: datetime) -> None:
    who = expert(now)
    name(own, who, now)
    TrainingClass.objects.filter(pk=own.training_class_id).update(status=status)
    assert seen(who, now) == set()


def test_whose_post_has_run_out_sees_no_class_and_keeps_nobody_from_recording(own: Enrolment, now: datetime) -> None:
    who, school = expert(now), people.user()
    name(own, who, now)
    Post.objects.filter(user=who).update(until=now)
    assert seen(who, now) == set()
    assert len(record(own, school, now)) == 1
    assert [row.examiner for row in examiners.named(training_class=own.training_class)] == [who]


def test_who_came_to_the_institution_since_records_no_more(own: Enrolment, now: datetime) -> None:
    who = expert(now)
    name(own, who, now)
    Post.objects.create(user=who, role=Role.INSTITUTION, since=now, institution=own.training_class.institution)
    assert turned_down(own, who, now) == ScoreRefusal.EXAMINER_INSIDE
    own.training_class.trainers.add(who)
    assert turned_down(own, who, now) == ScoreRefusal.EXAMINER_TEACHES


def test_nobody_of_the_institution_no_trainer_and_no_learner_of_the_class_is_named(
    own: Enrolment, now: datetime
) -> None:
    teaches, inside, outside = own.training_class.trainers.get(), expert(now), expert(now)
    learns = own.learner.user
    assert learns is not None
    for who in (teaches, learns):
        Post.objects.create(user=who, role=Role.EXPERT, since=now)
    Post.objects.create(user=inside, role=Role.TRAINER, since=now, institution=own.training_class.institution)
    other = catalogue.institution("J002", "莱山学校", catalogue.district("laishan"))
    Post.objects.create(user=outside, role=Role.TRAINER, since=now, institution=other)
    assert set(examiners.choices(training_class=own.training_class, now=now)) == {outside}
    for who in (teaches, inside, learns, people.user()):
        assert refusal(own, who, now) == ExaminerRefusal.NOT_OUTSIDE
    assert name(own, outside, now).examiner == outside


def test_nobody_names_themselves_and_nobody_is_named_twice(own: Enrolment, now: datetime) -> None:
    who = expert(now)
    assert refusal(own, who, now, by=who) == ExaminerRefusal.SAME_PERSON
    name(own, who, now)
    assert refusal(own, who, now) == ExaminerRefusal.NAMED_ALREADY
    assert ClassExaminer.objects.count() == 1


@pytest.mark.parametrize("status", ["draft", "submitted", "returned", "cancelled", "archived"])
def test_a_class_that_is_not_approved_or_over_gets_no_examiner(status: str, own: Enrolment, now: datetime) -> None:
    TrainingClass.objects.filter(pk=own.training_class_id).update(status=status)
    own.training_class.refresh_from_db()
    assert refusal(own, expert(now), now) == ExaminerRefusal.CLASS_STATUS


def test_a_class_that_asks_for_no_scores_gets_no_examiner(now: datetime) -> None:
    own = enrolled(training_class=training_class(now=now), now=now)
    document = {**DEFAULTS, "assessments": {own.training_class.kind_key: ["plan"]}}
    own.training_class.policy = policy.publish(by=None, number="v2", effective_on=date(2026, 1, 1), document=document)
    assert refusal(own, expert(now), now) == ExaminerRefusal.NO_SCORES


def test_who_is_taken_off_sees_the_class_no_more_and_what_they_recorded_stays(own: Enrolment, now: datetime) -> None:
    who, school, later = expert(now), people.user(), now + timedelta(hours=1)
    made = name(own, who, now)
    record(own, who, now)
    examiners.end(by=people.user(), examiner=made, now=later)
    assert (seen(who, later), scores.standing(enrolments=[own])[own.pk]) == (set(), {"theory": 800})
    with pytest.raises(ScoreRefused, match="reason_missing"):
        record(own, school, later, points=810)
    [asked] = record(own, school, later, points=810, reason="试卷第三题漏加 1 分")
    assert (asked.status, scores.standing(enrolments=[own])[own.pk]) == (Score.Status.ASKED, {"theory": 800})
    with pytest.raises(ExaminerRefused) as late:
        examiners.end(by=people.user(), examiner=made, now=later)
    assert late.value.code == ExaminerRefusal.ENDED
    assert name(own, who, later).pk != made.pk
    assert seen(who, later) == {own.training_class}


def test_naming_and_taking_off_are_on_record_and_who_is_named_is_told_without_a_name(
    own: Enrolment, now: datetime
) -> None:
    who, officer = expert(now, username="zou"), people.user(username="officer")
    User.objects.filter(pk=who.pk).update(phone="13800000009")
    made = name(own, who, now, by=officer)
    examiners.end(by=officer, examiner=made, now=now)
    told = AuditEvent.objects.filter(verb__startswith="examiner_").order_by("pk")
    assert [(row.verb, row.by_id, row.target, row.detail) for row in told] == [
        (verb, officer.pk, own.training_class.number, {"examiner": "zou"})
        for verb in ("examiner_named", "examiner_ended")
    ]
    (message,) = OutboxMessage.objects.filter(user=who)
    assert (message.kind, message.channel, message.params) == ("examiner_named", "sms", {})


def test_the_database_knows_one_open_naming_of_a_person_and_not_by_themselves(own: Enrolment, now: datetime) -> None:
    who = expert(now)
    made = name(own, who, now)
    rows = ClassExaminer.objects.filter(pk=made.pk)
    with pytest.raises(IntegrityError), transaction.atomic():
        ClassExaminer.objects.create(training_class=own.training_class, examiner=who, by=people.user(), at=now)
    with pytest.raises(IntegrityError, match="classexaminer_two_people"), transaction.atomic():
        rows.update(by=who)
    with pytest.raises(IntegrityError, match="classexaminer_ended_by_someone"), transaction.atomic():
        rows.update(ended_at=now)


def test_nobody_records_their_own_score_or_agrees_to_a_change_of_it(own: Enrolment, now: datetime) -> None:
    learns = own.learner.user
    assert learns is not None
    assert turned_down(own, learns, now) == ScoreRefusal.OWN
    record(own, people.user(), now)
    asked = Score.objects.create(
        enrolment=own, part="theory", version=2, points=900, status="asked", reason="漏加", by=people.user(), at=now
    )
    with pytest.raises(ScoreRefused) as refused:
        scores.decide(by=learns, score=asked, agree=True, now=now)
    assert refused.value.code == ScoreRefusal.OWN
    assert scores.standing(enrolments=[own])[own.pk] == {"theory": 800}
