"""A lesson at another venue, one that makes up for a cancelled one, and what a cancellation is checked for."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from courses import classes, enrolment, places, policy
from courses.classes import ChangeRefusal, ChangeRefused
from courses.models import (
    ChangeRequest,
    Lesson,
    OutboxMessage,
    Post,
    TrainingBase,
    TrainingClass,
    Venue,
)
from courses.notices.texts import text_of
from courses.policy import DEFAULTS
from tests.factories import catalogue, people
from tests.factories.classes import course_of, enrolled, first_lesson, training_class
from tests.factories.institutions import registered

pytestmark = pytest.mark.django_db


def grant(request: ChangeRequest, now: datetime) -> None:
    classes.decide_change(by=people.user(), request=request, grant=True, answer="", now=now)


def base_hall(*, capacity: int = 60) -> Venue:
    made = catalogue.venue("C050")
    made.name, made.capacity = "市公共实训基地", capacity
    made.save()
    return made


def moved_to(lesson: Lesson, venue: Venue, now: datetime, **changes: Any) -> ChangeRequest:
    wanted = {
        "starts_at": lesson.starts_at, "ends_at": lesson.ends_at, "room": "一号厅", "trainer": lesson.trainer,
        "reason": "场地停电", "venue": venue, **changes,
    }  # fmt: skip
    return classes.ask_change(by=people.user(), lesson=lesson, now=now, **wanted)


def replaced(lesson: Lesson, now: datetime, *, hours: int = 3, **changes: Any) -> ChangeRequest:
    begins = lesson.starts_at + timedelta(days=7)
    wanted = {
        "starts_at": begins, "ends_at": begins + timedelta(hours=hours), "room": "305 教室", "trainer": lesson.trainer,
        "reason": "教师病愈", **changes,
    }  # fmt: skip
    return classes.ask_replacement(by=people.user(), lesson=lesson, now=now, **wanted)


def cancelled(made: TrainingClass, now: datetime, number: int = 2) -> Lesson:
    lesson = made.lessons.select_related("training_class__course").get(number=number)
    grant(classes.ask_cancel(by=people.user(), lesson=lesson, reason="教师生病", now=now), now)
    lesson.refresh_from_db()
    return lesson


def exact(now: datetime, **numbers: object) -> TrainingClass:
    """A class with just the hours that were approved, under a policy that blocks anything else."""
    version = policy.publish(
        by=None, number="own", effective_on=now.date(), is_exception=True, document={**DEFAULTS, **numbers}
    )
    made = training_class(now=now, course=course_of(360), policy=version)
    registered(made, now=now)
    return made


# Another venue


def test_one_lesson_is_held_at_another_venue_and_its_people_are_told_where(now: datetime) -> None:
    made = training_class(now=now)
    enrolled(training_class=made, now=now)
    OutboxMessage.objects.all().delete()
    lesson, hall = first_lesson(made), base_hall()
    request = moved_to(lesson, hall, now)
    grant(request, now)
    lesson.refresh_from_db()
    assert (lesson.place, lesson.where) == (hall, "市公共实训基地 一号厅")
    assert made.lessons.get(number=2).place == made.venue
    (told,) = OutboxMessage.objects.filter(kind="lesson_changed")
    assert "教室 市公共实训基地 一号厅。" in text_of(kind=told.kind, params=told.params, language="zh-hans")
    assert "LOCATION:市公共实训基地 一号厅" in enrolment.calendar(enrolment=made.enrolments.get())
    grant(moved_to(lesson, catalogue.venue(), now, room="203 教室"), now)
    lesson.refresh_from_db()
    assert lesson.venue is None, "the class's own venue is none of the lesson's"


def test_a_venue_of_another_district_is_refused(now: datetime) -> None:
    lesson = first_lesson(training_class(now=now))
    away = catalogue.venue("C060", catalogue.district("laishan", "莱山区", "370613"))
    with pytest.raises(ChangeRefused) as refused:
        moved_to(lesson, away, now)
    assert refused.value.sentence == "场地不在班次登记的芝罘区，未保存。请在本区市里另选场地。"
    assert not ChangeRequest.objects.exists()


def test_the_room_of_the_other_venue_is_what_clashes_and_what_its_calendar_shows(now: datetime) -> None:
    """Both classes name 一号厅 of the hall; the other one left its own 203 教室, which the first then has alone."""
    first, second = training_class(now=now), training_class(now=now)
    hall = base_hall()
    lesson, other = first_lesson(first), first_lesson(second)
    grant(moved_to(other, hall, now), now)
    request = moved_to(lesson, hall, now)
    foreseen = classes.foresee_change(request=request, now=now)
    assert [(clash.kind, clash.other.class_number) for clash in foreseen.clashes] == [("room", second.number)]
    said = {one.code: one.sentence for one in classes.checks(training_class=first, now=now)}
    assert said["room_clash"] == "第 2 次课的教室同一时间已有其他班。"
    Venue.objects.filter(pk=hall.pk).update(
        base=TrainingBase.objects.create(number="S1", name="基地", district=hall.district, operator=first.institution)
    )
    rows = places.calendar(
        base=TrainingBase.objects.get(), start=policy.local_date(lesson.starts_at), days=1,
        visible=TrainingClass.objects.filter(pk=second.pk),
    )  # fmt: skip
    booked = [(row.room, one.training_class) for row in rows for day in row.days for one in day.bookings]
    assert booked == [("一号厅", second)]


def test_a_hall_that_is_too_small_is_foreseen(now: datetime) -> None:
    made = training_class(now=now, seats=30)
    request = moved_to(first_lesson(made), base_hall(capacity=20), now)
    (finding,) = classes.foresee_change(request=request, now=now).findings
    assert finding.sentence == "计划 30 人，市公共实训基地一号厅只容纳 20 人。请减少人数或换教室。"


# A cancelled lesson is made up for


def test_a_cancelled_lesson_is_made_up_for_by_one_more_and_the_hours_are_whole_again(now: datetime) -> None:
    made = exact(now)
    enrolled(training_class=made, now=now)
    gone = cancelled(made, now)
    OutboxMessage.objects.all().delete()
    request = replaced(gone, now)
    assert classes.foresee_change(request=request, now=now).findings == []
    grant(request, now)
    new = made.lessons.get(number=3)
    gone.refresh_from_db()
    made.refresh_from_db()
    assert (request.made, new.title, new.part, new.room) == (new, gone.title, gone.part, "305 教室")
    assert (gone.status, new.status, made.ends_on) == ("cancelled", "planned", policy.local_date(new.starts_at))
    assert {one.code: one.passed for one in classes.checks(training_class=made, now=now)}["hours"]
    (told,) = OutboxMessage.objects.filter(learner__isnull=False)
    assert text_of(kind=told.kind, params=told.params, language="zh-hans") == (
        "「中式烹调师（四级）」原定 9 月 16 日 9:00 的课取消后补上，为第 3 次课：9 月 23 日 9:00 至 12:00，教室 305 教室。"
        "原因：教师病愈。请按时到课。"
    )


def test_a_lesson_that_is_made_up_for_twice_would_be_too_much(now: datetime) -> None:
    gone = cancelled(exact(now), now)
    grant(replaced(gone, now), now)
    later = gone.starts_at + timedelta(days=9)
    again = replaced(gone, now, starts_at=later, ends_at=later + timedelta(hours=3))
    with pytest.raises(ChangeRefused) as refused:
        grant(again, now)
    assert refused.value.code == ChangeRefusal.CHECKS_FAILED
    assert "课程表共 12 学时，批准的是 8 学时。" in refused.value.sentence
    assert Lesson.objects.count() == 3


def test_it_may_be_made_up_for_in_parts_and_whoever_decides_reads_what_is_still_short(now: datetime) -> None:
    gone = cancelled(exact(now), now)
    request = replaced(gone, now, hours=2)
    (short,) = classes.foresee_change(request=request, now=now).findings
    assert (short.code, short.blocks) == ("hours", False)
    grant(request, now)
    assert request.status == "granted"


def test_it_is_checked_for_clashes_and_for_who_gives_it(now: datetime) -> None:
    made = exact(now, check_trainer_clash="block")
    gone = cancelled(made, now)
    begins = gone.starts_at + timedelta(days=7)
    trainer = gone.trainer
    assert trainer is not None
    training_class(now=now, first=begins, trainers=[trainer])
    with pytest.raises(ChangeRefused) as refused:
        grant(replaced(gone, now), now)
    assert refused.value.sentence == "变更后有冲突，未保存。第 3 次课的教师同一时间在其他班上课。"
    stranger = people.staff(role=Post.Role.TRAINER, now=now, institution=made.institution, name="李老师")
    ChangeRequest.objects.filter(status="asked").update(status="refused", decided_by=people.user(), decided_at=now)
    with pytest.raises(ChangeRefused) as refused:
        grant(replaced(gone, now, trainer=stranger), now)
    assert "教师李老师的账号不在机构备案里。" in refused.value.sentence
    assert made.lessons.count() == 2


def test_only_a_cancelled_lesson_is_made_up_for_and_not_in_the_past(now: datetime) -> None:
    made = exact(now)
    with pytest.raises(ChangeRefused) as refused:
        replaced(first_lesson(made), now)
    assert refused.value.code == ChangeRefusal.NOT_CANCELLED
    gone = cancelled(made, now)
    with pytest.raises(ChangeRefused) as refused:
        replaced(gone, now, starts_at=now - timedelta(hours=4), ends_at=now)
    assert refused.value.code == ChangeRefusal.WRONG_TIMES


def test_a_cancellation_is_checked_and_whoever_decides_reads_how_short_the_class_will_be(now: datetime) -> None:
    made = exact(now)
    lesson = made.lessons.select_related("training_class__course").get(number=2)
    request = classes.ask_cancel(by=people.user(), lesson=lesson, reason="停电", now=now)
    (short,) = classes.foresee_change(request=request, now=now).findings
    assert (short.sentence, short.blocks) == ("课程表共 4 学时，批准的是 8 学时。请调整课程表。", False)


def test_a_cancellation_that_leaves_too_few_trainers_is_refused(now: datetime) -> None:
    """The trainer of the last lesson gives no other one."""
    kind = catalogue.kind("syb", line="entrepreneurship", module="syb", letter="C")
    made = training_class(
        now=now, course=catalogue.course(kind=kind, hours_theory=8, hours_practice=0),
        trainers=[people.user(name="王老师"), people.user(name="李老师")],
    )  # fmt: skip
    lesson = made.lessons.select_related("training_class__course").get(number=2)
    request = classes.ask_cancel(by=people.user(), lesson=lesson, reason="停电", now=now)
    with pytest.raises(ChangeRefused) as refused:
        grant(request, now)
    assert "至少要 2 名教师上课，课程表里有 1 名。" in refused.value.sentence
    lesson.refresh_from_db()
    assert lesson.status == "planned"
