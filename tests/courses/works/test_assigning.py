"""Works are given to a reviewer from outside, who sees exactly those."""

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from courses import access, works
from courses.models import Enrolment, OutboxMessage, Post, TrainingClass, User, Work, WorkAssignment
from courses.works import WorkRefusal, WorkRefused, assigning
from tests.courses.rosters.conftest import private_folder
from tests.courses.works.test_works import link, own, plan
from tests.factories import catalogue, people
from tests.factories.classes import enrolled

__all__ = ["own", "private_folder"]

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("private_folder")]
Role = Post.Role


def expert(now: datetime, **fields) -> User:
    return people.staff(role=Role.EXPERT, now=now - timedelta(days=9), **fields)


def give(own: Enrolment, to: User, now: datetime) -> int:
    return assigning.assign(by=people.user(), training_class=own.training_class, reviewer=to, now=now)


def seen(by: User, now: datetime) -> set[Work]:
    return set(access.visible_works(user=User.objects.get(pk=by.pk), now=now))


def refusal(own: Enrolment, to: User, now: datetime) -> str:
    with pytest.raises(WorkRefused) as refused:
        give(own, to, now)
    return str(refused.value.code)


def test_a_reviewer_sees_what_was_given_to_them_and_nothing_else(own: Enrolment, now: datetime) -> None:
    first, second = expert(now), expert(now)
    given = plan(own, now)
    assert (seen(first, now), give(own, first, now), seen(first, now)) == (set(), 1, {given})
    link(own, now)
    assert (seen(first, now), seen(second, now)) == ({given}, set())
    assert not access.visible_learners(user=first, now=now).exists()


def test_what_is_given_to_another_is_taken_from_the_one_before(own: Enrolment, now: datetime) -> None:
    first, second = expert(now), expert(now)
    given = plan(own, now)
    give(own, first, now)
    assert give(own, second, now) == 1
    assert (seen(first, now), seen(second, now)) == (set(), {given})
    assert refusal(own, second, now) == WorkRefusal.NOTHING_WAITS
    assert WorkAssignment.objects.count() == 2


def test_what_is_judged_goes_to_nobody_else(own: Enrolment, now: datetime) -> None:
    first, second = expert(now), expert(now)
    give_to = plan(own, now)
    give(own, first, now)
    works.judge(by=first, work=give_to, grade="pass", note="", now=now)
    assert refusal(own, second, now) == WorkRefusal.NOTHING_WAITS
    assert seen(first, now) == {give_to}


def test_nobody_of_the_institution_and_no_trainer_of_the_class_is_given_one(own: Enrolment, now: datetime) -> None:
    plan(own, now)
    teaches, inside, outside = own.training_class.trainers.get(), expert(now), expert(now)
    Post.objects.create(user=teaches, role=Role.EXPERT, since=now)
    Post.objects.create(user=inside, role=Role.TRAINER, since=now, institution=own.training_class.institution)
    other = catalogue.institution("J002", "莱山学校", catalogue.district("laishan"))
    Post.objects.create(user=outside, role=Role.TRAINER, since=now, institution=other)
    assert set(access.experts(training_class=own.training_class, now=now)) == {outside}
    for who in (teaches, inside, people.user()):
        assert refusal(own, User.objects.get(pk=who.pk), now) == WorkRefusal.NO_EXPERT
    assert give(own, User.objects.get(pk=outside.pk), now) == 1


def test_whose_post_ended_sees_none_and_is_given_none(own: Enrolment, now: datetime) -> None:
    who = expert(now)
    plan(own, now)
    give(own, who, now)
    Post.objects.filter(user=who).update(until=now)
    assert seen(who, now) == set()
    assert not access.experts(training_class=own.training_class, now=now).exists()
    assert refusal(own, User.objects.get(pk=who.pk), now) == WorkRefusal.NO_EXPERT


def test_the_database_knows_one_reviewer_of_a_work_and_not_who_chose(own: Enrolment, now: datetime) -> None:
    who, work = expert(now), plan(own, now)
    give(own, who, now)
    with pytest.raises(IntegrityError), transaction.atomic():
        WorkAssignment.objects.create(work=work, reviewer=who, by=people.user(), at=now)
    with pytest.raises(IntegrityError, match="workassignment_two_people"), transaction.atomic():
        WorkAssignment.objects.update(by=who)


def test_a_work_that_the_reviewer_brought_in_stays_where_it_is(own: Enrolment, now: datetime) -> None:
    who = expert(now)
    plan(own, now, by=who)
    other = enrolled(training_class=own.training_class, now=now)
    mine = plan(Enrolment.objects.select_related("learner", "training_class").get(pk=other.pk), now)
    assert give(own, who, now) == 1
    assert seen(who, now) == {mine}


def messages(to: User) -> list[tuple[str, str]]:
    return list(OutboxMessage.objects.filter(user=to).order_by("pk").values_list("kind", "channel"))


def test_a_reviewer_is_told_once_a_day_however_often_something_is_given(own: Enrolment, now: datetime) -> None:
    who, other = expert(now), expert(now)
    plan(own, now)
    assert give(own, who, now) == 1
    assert messages(who) == [("works_assigned", "site")]
    link(own, now)
    evening = now + timedelta(hours=14, minutes=59)
    assert (give(own, who, evening), len(messages(who))) == (1, 1)
    assert (give(own, other, evening), len(messages(other))) == (2, 1)
    midnight = now + timedelta(hours=15)
    assert (give(own, who, midnight), len(messages(who))) == (2, 2)


def test_a_reviewer_with_a_phone_is_told_there_and_reads_no_name_in_it(own: Enrolment, now: datetime) -> None:
    who = expert(now)
    User.objects.filter(pk=who.pk).update(phone="13800000009")
    plan(own, now)
    give(own, User.objects.get(pk=who.pk), now)
    (row,) = OutboxMessage.objects.filter(user=who)
    assert (row.channel, row.to, row.params) == ("sms", "13800000009", {})


def test_nobody_is_told_of_what_was_refused(own: Enrolment, now: datetime) -> None:
    who = expert(now)
    assert (refusal(own, who, now), messages(who)) == (WorkRefusal.NOTHING_WAITS, [])


@pytest.mark.parametrize(
    ("status", "days", "shown"),
    [("closed", 90, False), ("archived", 90, False), ("closed", 89, True), ("assessing", 400, True)],
)
def test_what_was_judged_is_shown_for_a_while_or_as_long_as_its_class_goes_on(
    status: str, days: int, shown: bool, own: Enrolment, now: datetime
) -> None:
    who = expert(now)
    work = plan(own, now)
    give(own, who, now)
    works.judge(by=who, work=work, grade="pass", note="", now=now)
    TrainingClass.objects.filter(pk=own.training_class_id).update(status=status)
    later = now + timedelta(days=days)
    assert list(works.given(user=User.objects.get(pk=who.pk), now=later)) == ([work] if shown else [])


def test_what_waits_is_shown_however_old_it_is(own: Enrolment, now: datetime) -> None:
    who = expert(now)
    work = plan(own, now)
    give(own, who, now)
    TrainingClass.objects.filter(pk=own.training_class_id).update(status="archived")
    assert list(works.given(user=User.objects.get(pk=who.pk), now=now + timedelta(days=400))) == [work]
