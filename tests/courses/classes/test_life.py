"""A class from draft to closing."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from courses import attendance, classes, policy
from courses.attendance import Mark
from courses.classes import ClassRefusal, ClassRefused
from courses.models import (
    Attendance,
    AuditEvent,
    ClassEvent,
    Course,
    Enrolment,
    Lesson,
    PolicyVersion,
    Score,
    TrainingClass,
)
from tests.factories import catalogue, people
from tests.factories.classes import enrolled, first_lesson, training_class

pytestmark = pytest.mark.django_db
Status = TrainingClass.Status


def test_approval_pins_the_policy_and_freezes_the_facts_of_the_course(now: datetime) -> None:
    a_class = training_class(now=now)
    a_class.refresh_from_db()
    assert a_class.status == Status.ENROLLING
    assert (a_class.kind_key, a_class.line, a_class.claim_key) == ("skill", "skills", "occupation:chinese-cook:4")
    assert (a_class.hours_theory, a_class.hours_practice, a_class.policy.number) == (16, 24, "unexamined")
    a_class.course.hours_theory = 99
    a_class.course.save()
    a_class.refresh_from_db()
    assert a_class.hours_theory == 16


def test_who_submits_does_not_approve(now: datetime) -> None:
    draft = training_class(now=now, approved=False)
    officer = people.user()
    classes.submit(by=officer, training_class=draft, now=now)
    with pytest.raises(ClassRefused) as refused:
        classes.approve(by=officer, training_class=draft, now=now)
    assert refused.value.code == ClassRefusal.SAME_PERSON
    assert TrainingClass.objects.get().status == Status.SUBMITTED


def submitted(now: datetime) -> TrainingClass:
    draft = training_class(now=now, approved=False)
    classes.submit(by=people.user(), training_class=draft, now=now)
    return draft


def refusal_of_approval(a_class: TrainingClass, now: datetime, **version: PolicyVersion) -> ClassRefused:
    with pytest.raises(ClassRefused) as refused:
        classes.approve(by=people.user(), training_class=a_class, now=now, **version)
    a_class.refresh_from_db()
    assert (a_class.status, a_class.policy) == (Status.SUBMITTED, None)
    return refused.value


def test_approval_runs_the_checks_again_under_the_version_that_it_pins(now: datetime) -> None:
    a_class = submitted(now)
    policy.publish(
        by=None, number="v2", effective_on=policy.local_date(now), document={**policy.DEFAULTS, "day_hours_max": 1}
    )
    refused = refusal_of_approval(a_class, now)
    assert refused.code == ClassRefusal.CHECKS_FAIL_NOW
    assert refused.sentence == (
        "按批准时适用的规定复查，没有通过，未批准。10 月 4 日 排了 4 学时，超过每天 1 学时。请调整课程表。"
        "请退回机构修改。"
    )
    classes.approve(
        by=people.user(), training_class=a_class, now=now, policy_version=PolicyVersion.objects.get(number="v1")
    )
    assert (a_class.status, a_class.policy.number) == (Status.ENROLLING, "v1")


def test_what_has_come_between_submission_and_approval_is_checked_too(now: datetime) -> None:
    a_class = submitted(now)
    TrainingClass.objects.filter(pk=a_class.pk).update(seats=5000)
    assert refusal_of_approval(a_class, now).code == ClassRefusal.CHECKS_FAIL_NOW


def test_a_class_whose_first_lesson_has_begun_is_not_approved_but_returned_to_move_its_days(now: datetime) -> None:
    a_class = submitted(now)
    begun = first_lesson(a_class).starts_at
    refused = refusal_of_approval(a_class, begun)
    assert refused.sentence == (
        "按批准时适用的规定复查，没有通过，未批准。首次课 10 月 4 日 9:00 已经开始。请改课程表的日期。请退回机构修改。"
    )
    warns = catalogue.policy("warns", check_begun="warn")
    classes.approve(by=people.user(), training_class=a_class, now=begun, policy_version=warns)
    assert a_class.status == Status.ENROLLING


@pytest.mark.parametrize("fact", ["kind", "hours_theory", "hours_practice", "occupation", "level", "brand"])
def test_a_course_that_changed_since_submission_sends_the_class_back(fact: str, now: datetime) -> None:
    a_class = submitted(now)
    another = {
        "kind": lambda: catalogue.kind("mgr", module="mgr"),
        "hours_theory": lambda: a_class.course.hours_theory + 1,
        "hours_practice": lambda: 8,
        "occupation": lambda: catalogue.occupation("welder", "焊工"),
        "level": lambda: catalogue.level("3", 4),
        "brand": lambda: catalogue.brand("offshore", "海工装备"),
    }
    Course.objects.filter(pk=a_class.course_id).update(**{fact: another[fact]()})
    refused = refusal_of_approval(a_class, now, policy_version=catalogue.lenient_policy())
    assert refused.code == ClassRefusal.COURSE_CHANGED
    classes.send_back(by=people.user(), training_class=a_class, reason="课程已改", now=now)
    classes.submit(by=people.user(), training_class=a_class, now=now, policy_version=catalogue.lenient_policy())
    classes.approve(by=people.user(), training_class=a_class, now=now, policy_version=catalogue.lenient_policy())
    assert a_class.status == Status.ENROLLING


def test_every_change_of_status_says_who_when_and_why(now: datetime) -> None:
    draft = training_class(now=now, approved=False)
    school, officer = people.user(), people.user()
    classes.submit(by=school, training_class=draft, now=now)
    classes.send_back(by=officer, training_class=draft, reason="缺教学计划", now=now)
    classes.submit(by=school, training_class=draft, now=now)
    classes.approve(by=officer, training_class=draft, now=now)
    assert list(ClassEvent.objects.order_by("id").values_list("from_status", "to_status", "by", "reason")) == [
        ("draft", "submitted", school.pk, ""),
        ("submitted", "returned", officer.pk, "缺教学计划"),
        ("returned", "submitted", school.pk, ""),
        ("submitted", "approved", officer.pk, ""),
        ("approved", "enrolling", officer.pk, ""),
    ]
    assert AuditEvent.objects.filter(verb="class_returned", target=draft.number).count() == 1


def test_a_class_goes_on_to_the_archive_step_by_step_and_stays_there(now: datetime) -> None:
    made, officer = training_class(now=now), people.user()
    at = first_lesson(made).starts_at
    with pytest.raises(ClassRefused) as refused:
        classes.advance(by=officer, training_class=made, to=Status.ARCHIVED, now=at)
    assert refused.value.code == ClassRefusal.WRONG_STATUS
    steps = (Status.RUNNING, Status.ASSESSING, Status.CLOSED, Status.ARCHIVED)
    for days, step in enumerate(steps):
        classes.advance(by=officer, training_class=made, to=step, now=at + timedelta(days=days))
    said = list(made.events.filter(by=officer).order_by("id").values_list("to_status", "at"))
    assert said == [(step, at + timedelta(days=days)) for days, step in enumerate(steps)]
    for step in set(Status) - {Status.ARCHIVED}:
        with pytest.raises(ClassRefused):
            classes.advance(by=officer, training_class=made, to=step, now=at + timedelta(days=9), reason="查档")
    made.refresh_from_db()
    assert made.status == Status.ARCHIVED


def test_a_move_that_the_class_is_not_ready_for_is_refused(now: datetime) -> None:
    draft = training_class(now=now, approved=False)
    with pytest.raises(ClassRefused) as refused:
        classes.approve(by=people.user(), training_class=draft, now=now)
    assert refused.value.code == ClassRefusal.WRONG_STATUS


def test_two_officers_at_once_move_a_class_once(now: datetime) -> None:
    draft = training_class(now=now, approved=False)
    classes.submit(by=people.user(), training_class=draft, now=now)
    stale = TrainingClass.objects.get(pk=draft.pk)
    classes.approve(by=people.user(), training_class=draft, now=now)
    with pytest.raises(ClassRefused):
        classes.approve(by=people.user(), training_class=stale, now=now)


def test_numbers_are_the_systems_own_and_run_on(now: datetime) -> None:
    course = catalogue.course()
    first = training_class(now=now, course=course)
    second = training_class(now=now, course=course)
    assert (first.number, second.number) == ("02F20260001", "02F20260002")


def test_the_number_of_a_class_that_is_gone_is_not_given_again(now: datetime) -> None:
    course = catalogue.course()
    first = training_class(now=now, course=course, approved=False)
    again = classes.next_number(course=course, district=first.district, year=2026)
    assert (first.number, again) == ("02F20260001", "02F20260002")
    # Nobody used that one; it stays unused all the same.
    assert training_class(now=now, course=course).number == "02F20260003"


def test_a_series_that_rows_are_ahead_of_goes_on_above_them(now: datetime) -> None:
    course = catalogue.course()
    first = training_class(now=now, course=course)
    TrainingClass.objects.filter(pk=first.pk).update(number="02F20260041")
    assert training_class(now=now, course=course).number == "02F20260042"


def test_cancelling_needs_a_reason(now: datetime) -> None:
    a_class = training_class(now=now)
    with pytest.raises(ClassRefused) as refused:
        classes.advance(by=people.user(), training_class=a_class, to=Status.CANCELLED, now=now)
    assert refused.value.code == ClassRefusal.REASON_MISSING


def test_a_class_begins_on_the_day_of_its_first_lesson_and_no_day_earlier(now: datetime) -> None:
    a_class = training_class(now=now, first=now + timedelta(days=21))
    with pytest.raises(ClassRefused) as refused:
        classes.advance(by=people.user(), training_class=a_class, to=Status.RUNNING, now=now + timedelta(days=20))
    assert refused.value.sentence == "首次课是 10 月 5 日，到当天才能截止报名并开班，未保存。请到当天再办。"
    # Midnight in the city; the lesson itself begins at nine.
    midnight = now + timedelta(days=21, hours=-9)
    classes.advance(by=people.user(), training_class=a_class, to=Status.RUNNING, now=midnight)
    assert a_class.status == Status.RUNNING


@pytest.mark.parametrize(("before", "other"), [("running", "enrolling"), ("enrolling", "running")])
def test_a_suspended_class_goes_back_to_where_it_was_and_nowhere_else(before: str, other: str, now: datetime) -> None:
    a_class = training_class(now=now - timedelta(days=3), first=now)
    if before == Status.RUNNING:
        classes.advance(by=None, training_class=a_class, to=Status.RUNNING, now=now)
    classes.advance(by=people.user(), training_class=a_class, to=Status.SUSPENDED, now=now, reason="停电")
    with pytest.raises(ClassRefused) as refused:
        classes.advance(by=people.user(), training_class=a_class, to=Status(other), now=now)
    assert refused.value.code == ClassRefusal.RESUMED_ELSEWHERE
    classes.advance(by=people.user(), training_class=a_class, to=Status(before), now=now)
    assert a_class.status == before


def came(row: Enrolment, lesson: Lesson, now: datetime) -> None:
    attendance.mark(
        by=people.user(), lesson=lesson, learner=row.learner, as_=Mark.PRESENT, reason="no_phone", now=lesson.starts_at
    )


def was_scored(row: Enrolment, _lesson: Lesson, now: datetime) -> None:
    Score.objects.create(enrolment=row, part="total", version=1, points=800, status="held", by=people.user(), at=now)


@pytest.mark.parametrize("held", [came, was_scored])
def test_a_class_in_which_somebody_attended_or_was_scored_is_closed_and_not_cancelled(
    held: Callable[[Enrolment, Lesson, datetime], None], now: datetime
) -> None:
    a_class = training_class(now=now - timedelta(days=3), first=now)
    row = enrolled(training_class=a_class, now=now - timedelta(days=2))
    officer = people.user()
    classes.advance(by=None, training_class=a_class, to=Status.RUNNING, now=now)
    held(row, first_lesson(a_class), now)
    classes.advance(by=officer, training_class=a_class, to=Status.SUSPENDED, now=now, reason="停电")
    with pytest.raises(ClassRefused) as refused:
        classes.advance(by=officer, training_class=a_class, to=Status.CANCELLED, now=now, reason="停办")
    assert refused.value.sentence == (
        "这个班已有考勤或成绩，不能取消，未保存。请先开班（已暂停的先恢复），再办结班次，记录都会保留。"
    )
    assert TrainingClass.objects.get().status == Status.SUSPENDED
    classes.advance(by=officer, training_class=a_class, to=Status.RUNNING, now=now)
    classes.advance(by=officer, training_class=a_class, to=Status.CLOSED, now=now)


def test_leave_that_was_granted_ahead_does_not_keep_a_class_from_being_cancelled(now: datetime) -> None:
    a_class = training_class(now=now)
    row = enrolled(training_class=a_class, now=now)
    Attendance.objects.create(
        lesson=first_lesson(a_class), learner=row.learner, enrolment=row, status="leave", changed_at=now
    )
    classes.advance(by=people.user(), training_class=a_class, to=Status.CANCELLED, now=now, reason="停办")
    assert a_class.status == Status.CANCELLED
