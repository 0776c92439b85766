"""Changes of an approved class: asked for, decided by another, told to exactly those concerned."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from courses import classes, enrolment, notices, policy, scores
from courses.classes import ChangeRefusal, ChangeRefused
from courses.models import (
    AuditEvent,
    ChangeRequest,
    Lesson,
    OutboxMessage,
    PolicyVersion,
    Post,
    TrainingClass,
    User,
)
from courses.notices.texts import text_of
from tests.factories import catalogue, people
from tests.factories.classes import course_of, enrolled, first_lesson, training_class
from tests.factories.institutions import registered

pytestmark = pytest.mark.django_db


def ask(lesson: Lesson, now: datetime, *, by: User | None = None, **changes: Any) -> ChangeRequest:
    wanted = {
        "starts_at": lesson.starts_at + timedelta(hours=3),
        "ends_at": lesson.ends_at + timedelta(hours=3),
        "room": "305 教室",
        "trainer": lesson.trainer,
        "reason": "教室检修",
        **changes,
    }
    return classes.ask_change(by=by or people.user(), lesson=lesson, now=now, **wanted)


def grant(request: ChangeRequest, now: datetime) -> None:
    classes.decide_change(by=people.user(), request=request, grant=True, answer="", now=now)


def test_a_request_moves_nothing_until_another_person_grants_it(now: datetime) -> None:
    lesson = first_lesson(training_class(now=now))
    school = people.user()
    before = (lesson.starts_at, lesson.room)
    request = ask(lesson, now, by=school)
    lesson.refresh_from_db()
    assert (lesson.starts_at, lesson.room) == before
    with pytest.raises(ChangeRefused) as refused:
        classes.decide_change(by=school, request=request, grant=True, answer="", now=now)
    assert refused.value.code == ChangeRefusal.SAME_PERSON
    grant(request, now)
    lesson.refresh_from_db()
    assert (lesson.starts_at, lesson.room) == (before[0] + timedelta(hours=3), "305 教室")
    told = list(AuditEvent.objects.filter(target=request.number).values_list("verb", flat=True))
    assert told == ["change_asked", "change_granted"]
    assert (request.was_starts_at, request.was_room) == before


def test_exactly_those_concerned_are_told_once(now: datetime) -> None:
    made = training_class(now=now, seats=2)
    here = [enrolled(training_class=made, now=now) for _ in range(3)]
    gone = here.pop(0)
    enrolment.withdraw(by=people.user(), enrolment=gone, reason="换班", now=now)
    enrolled(training_class=training_class(now=now, first=now + timedelta(days=9)), now=now)
    lesson = first_lesson(made)
    old = lesson.trainer
    assert old is not None
    old.phone = "19900000001"
    old.save()
    new = people.staff(role=Post.Role.TRAINER, now=now, institution=catalogue.institution(), name="李老师")
    new.phone = "19900000002"
    new.save()
    made.trainers.add(new)
    registered(made, now=now)
    made.trainers.remove(new)
    OutboxMessage.objects.all().delete()
    grant(ask(lesson, now, trainer=new), now)
    rows = OutboxMessage.objects.all()
    seated = made.enrolments.filter(status__in=("applied", "admitted", "offered")).values_list("learner", flat=True)
    told = [row.learner_id for row in rows if row.kind == "lesson_changed"]
    assert sorted(map(str, told)) == sorted(map(str, seated))
    assert {row.to for row in rows if row.kind == "lesson_changed_trainer"} == {old.phone, new.phone}
    assert rows.count() == len(seated) + 2
    assert new in made.trainers.all()
    message = next(row for row in rows if row.kind == "lesson_changed")
    assert text_of(kind=message.kind, params=message.params, language="zh-hans") == (
        "「中式烹调师（四级）」第 1 次课有变更：原定 9 月 15 日 9:00，改为 9 月 15 日 12:00 至 15:00，教室 305 教室。"
        "原因：教室检修。请按新安排到课。"
    )
    english = text_of(kind=message.kind, params=message.params, language="en")
    assert "15 Sep 9:00" in english
    assert "15 Sep 12:00" in english


def test_a_trainer_without_a_phone_and_the_institution_that_asked_read_it_on_the_site(now: datetime) -> None:
    made = training_class(now=now, trainers=[people.user()])
    school = people.staff(role=Post.Role.INSTITUTION, now=now, institution=made.institution)
    former = people.staff(role=Post.Role.INSTITUTION, now=now, institution=made.institution)
    former.posts.update(until=now)
    other = people.staff(role=Post.Role.INSTITUTION, now=now, institution=catalogue.institution("J002", "别家学校"))
    lesson = first_lesson(made)
    assert lesson.trainer
    granted = ask(lesson, now, by=school)
    grant(granted, now)
    refused = ask(first_lesson(made), now, by=school, room="401 教室")
    later = now + timedelta(minutes=1)
    classes.decide_change(by=people.user(), request=refused, grant=False, answer="与考试冲突", now=later)
    assert [one.text for one in notices.told_staff(user=lesson.trainer)] == [
        (
            "您任课的「中式烹调师（四级）」第 1 次课有变更：原定 9 月 15 日 9:00，改为 9 月 15 日 12:00 至 15:00，教室 305 教室。"
            "请以课程表上的教师为准。"
        )
    ]
    assert [one.text for one in notices.told_staff(user=school)] == [
        (
            f"「中式烹调师（四级）」的变更申请没有同意，班次 {made.number}，申请编号 {refused.number}，原因：与考试冲突。"
            "原来的安排不变，改好后可以重新申请。"
        ),
        (
            f"「中式烹调师（四级）」的变更申请已同意，班次 {made.number}，申请编号 {granted.number}。"
            "新的安排已经生效，有关学员和教师另行通知。"
        ),
    ]
    assert [len(notices.told_staff(user=one)) for one in (former, other)] == [0, 0]


def test_a_refusal_needs_its_reason_and_tells_no_learner(now: datetime) -> None:
    made = training_class(now=now)
    enrolled(training_class=made, now=now)
    request = ask(first_lesson(made), now)
    OutboxMessage.objects.all().delete()
    with pytest.raises(ChangeRefused):
        classes.decide_change(by=people.user(), request=request, grant=False, answer=" ", now=now)
    classes.decide_change(by=people.user(), request=request, grant=False, answer="与考试冲突", now=now)
    assert (request.status, request.answer) == ("refused", "与考试冲突")
    assert not OutboxMessage.objects.exists()
    with pytest.raises(ChangeRefused) as refused:
        grant(request, now)
    assert refused.value.code == ChangeRefusal.ALREADY_DECIDED


def test_a_lesson_has_one_open_request(now: datetime) -> None:
    lesson = first_lesson(training_class(now=now))
    ask(lesson, now)
    with pytest.raises(ChangeRefused) as refused:
        ask(lesson, now, room="306 教室")
    assert refused.value.code == ChangeRefusal.ALREADY_ASKED


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"reason": " "}, ChangeRefusal.REASON_MISSING),
        ({"ends_at": datetime(2026, 9, 14).astimezone()}, ChangeRefusal.WRONG_TIMES),
        ({"trainer": "stranger"}, ChangeRefusal.TRAINER_UNKNOWN),
        ({"same": True}, ChangeRefusal.NOTHING_CHANGED),
    ],
)
def test_what_cannot_be_asked_for_is_refused(changes: dict[str, Any], code: ChangeRefusal, now: datetime) -> None:
    lesson = first_lesson(training_class(now=now))
    if changes.pop("same", False):
        changes = {"starts_at": lesson.starts_at, "ends_at": lesson.ends_at, "room": lesson.room}
    if changes.get("trainer"):
        changes = {"trainer": people.user()}
    with pytest.raises(ChangeRefused) as refused:
        ask(lesson, now, **changes)
    assert refused.value.code == code
    assert not ChangeRequest.objects.exists()


def test_drafts_and_lessons_that_have_begun_are_not_changed_by_request(now: datetime) -> None:
    codes = []
    lesson = first_lesson(training_class(now=now))
    request = ask(lesson, now, starts_at=now + timedelta(days=3), ends_at=now + timedelta(days=3, hours=2))
    for attempt in (
        lambda: ask(first_lesson(training_class(now=now, approved=False)), now),
        lambda: ask(first_lesson(training_class(now=now)), now + timedelta(days=1)),
        lambda: grant(request, now + timedelta(days=1)),
    ):
        with pytest.raises(ChangeRefused) as refused:
            attempt()
        codes.append(refused.value.code)
    assert codes == [ChangeRefusal.NOT_CHANGEABLE, ChangeRefusal.LESSON_BEGUN, ChangeRefusal.LESSON_BEGUN]
    request.refresh_from_db()
    assert request.status == "asked"


def test_a_change_into_a_clash_that_the_policy_blocks_is_refused_whole(now: datetime) -> None:
    strict = policy.publish(
        by=None, number="strict", effective_on=now.date(), is_exception=True,
        document={**policy.DEFAULTS, "check_room_clash": "block"},
    )  # fmt: skip
    first = now + timedelta(days=1)
    training_class(now=now, first=first + timedelta(hours=3))
    made = training_class(now=now, first=first, policy=strict)
    enrolled(training_class=made, now=now)
    OutboxMessage.objects.all().delete()
    lesson = first_lesson(made)
    request = ask(lesson, now, room="203 教室")
    with pytest.raises(ChangeRefused) as refused:
        grant(request, now)
    assert refused.value.sentence == "变更后有冲突，未保存。第 1 次课的教室同一时间已有其他班。"
    lesson.refresh_from_db()
    assert lesson.starts_at == first
    assert not OutboxMessage.objects.exists()


def own_version(**changes: str) -> PolicyVersion:
    return policy.publish(
        by=None, number="own", effective_on=date(2026, 1, 1), is_exception=True, document={**policy.DEFAULTS, **changes}
    )


def refusal_of_grant(request: ChangeRequest, now: datetime) -> ChangeRefused:
    with pytest.raises(ChangeRefused) as refused:
        grant(request, now)
    request.lesson.refresh_from_db()
    assert request.lesson.starts_at == request.was_starts_at, "a refusal moves nothing"
    return refused.value


def test_a_change_that_takes_hours_from_the_class_is_refused(now: datetime) -> None:
    made = training_class(now=now, course=course_of(360), policy=own_version())
    lesson = first_lesson(made)
    refused = refusal_of_grant(ask(lesson, now, ends_at=lesson.starts_at + timedelta(hours=5)), now)
    assert refused.code == ChangeRefusal.CHECKS_FAILED
    assert refused.sentence == (
        "变更后的课程表检查没有通过，未保存。课程表共 6.7 学时，批准的是 8 学时。请调整课程表。"
    )


def test_a_change_that_makes_a_day_too_long_is_refused_with_the_day_in_words(now: datetime) -> None:
    made = training_class(now=now, lessons=2, minutes=270, course=course_of(540), policy=own_version())
    first, second = made.lessons.order_by("number")
    onto = {"starts_at": second.ends_at, "ends_at": second.ends_at + timedelta(minutes=270)}
    refused = refusal_of_grant(ask(first, now, **onto), now)
    assert refused.code == ChangeRefusal.CHECKS_FAILED
    assert "9 月 16 日 排了 12 学时，超过每天 8 学时。" in refused.sentence


def test_the_policy_of_the_class_says_whether_hours_hold_a_change_up(now: datetime) -> None:
    made = training_class(now=now, course=course_of(360), policy=own_version(check_hours="warn"))
    lesson = first_lesson(made)
    request = ask(lesson, now, ends_at=lesson.starts_at + timedelta(hours=5))
    grant(request, now)
    assert request.status == "granted"


def test_what_was_wrong_before_does_not_hold_up_a_change_that_leaves_it(now: datetime) -> None:
    """The course has 40 hours, the timetable 8: not this change's doing."""
    request = ask(first_lesson(training_class(now=now)), now, room="306 教室")
    grant(request, now)
    assert request.status == "granted"


def test_the_period_of_the_class_follows_its_lessons(now: datetime) -> None:
    made = training_class(now=now, lessons=1)
    later = now + timedelta(days=30)
    grant(ask(first_lesson(made), now, starts_at=later, ends_at=later + timedelta(hours=3)), now)
    stored = TrainingClass.objects.get(pk=made.pk)
    assert (stored.starts_on, stored.ends_on) == (policy.local_date(later), policy.local_date(later))


def test_a_lesson_is_cancelled_by_two_people_and_its_people_are_told(now: datetime) -> None:
    made = training_class(now=now, lessons=2)
    enrolled(training_class=made, now=now)
    last = made.lessons.select_related("training_class__course").get(number=2)
    request = classes.ask_cancel(by=people.user(), lesson=last, reason="教师生病", now=now)
    grant(request, now)
    last.refresh_from_db()
    made.refresh_from_db()
    assert last.status == Lesson.Status.CANCELLED
    assert made.ends_on == policy.local_date(first_lesson(made).starts_at)
    assert OutboxMessage.objects.filter(kind="lesson_cancelled").count() == 1


@pytest.mark.parametrize(
    ("lessons", "reason", "code"), [(1, "停电", ChangeRefusal.LAST_LESSON), (2, " ", ChangeRefusal.REASON_MISSING)]
)
def test_the_last_lesson_is_not_cancelled_and_none_without_a_reason(
    now: datetime, lessons: int, reason: str, code: ChangeRefusal
) -> None:
    lesson = first_lesson(training_class(now=now, lessons=lessons))
    with pytest.raises(ChangeRefused) as refused:
        classes.ask_cancel(by=people.user(), lesson=lesson, reason=reason, now=now)
    assert refused.value.code == code
    assert not ChangeRequest.objects.exists()


def test_a_lesson_over_midnight_is_of_the_day_on_which_it_starts(now: datetime) -> None:
    made = training_class(now=now, first=now + timedelta(days=5, hours=13, minutes=30), lessons=1)
    lesson = first_lesson(made)
    assert policy.local_date(lesson.ends_at) == policy.local_date(lesson.starts_at) + timedelta(days=1)
    assert (made.starts_on, made.ends_on) == (policy.local_date(lesson.starts_at),) * 2


def test_what_a_grant_would_find_is_told_before_it_and_nothing_is_written(now: datetime) -> None:
    """A clash only warns, so that the grant goes through: whoever decides has to have read it."""
    other = training_class(now=now, first=now + timedelta(days=1, hours=3))
    made = training_class(now=now, first=now + timedelta(days=1))
    lesson = first_lesson(made)
    request = ask(lesson, now, room="203教室")
    foreseen = classes.foresee_change(request=request, now=now)
    assert [(one.code, one.blocks) for one in foreseen.findings] == [("room_clash", False)]
    assert [clash.other.class_number for clash in foreseen.clashes] == [other.number]
    starts_at = lesson.starts_at
    lesson.refresh_from_db()
    assert lesson.starts_at == starts_at
    grant(request, now)
    assert request.status == "granted"


def test_what_blocks_is_foreseen_in_the_words_of_its_refusal(now: datetime) -> None:
    made = training_class(now=now, course=course_of(360), policy=own_version(), minutes=180)
    lesson = first_lesson(made)
    request = ask(lesson, now, ends_at=lesson.starts_at + timedelta(hours=5))
    foreseen = classes.foresee_change(request=request, now=now)
    blocking = [one.sentence for one in foreseen.findings if one.blocks]
    assert blocking == ["课程表共 6.7 学时，批准的是 8 学时。请调整课程表。"]
    assert refusal_of_grant(request, now).sentence.endswith(blocking[0])


def test_a_lesson_is_not_handed_to_a_trainer_without_a_certificate(now: datetime) -> None:
    made = training_class(now=now)
    new = people.staff(role=Post.Role.TRAINER, now=now, institution=made.institution, name="李老师")
    request = ask(first_lesson(made), now, trainer=new)
    refused = refusal_of_grant(request, now)
    assert refused.code == ChangeRefusal.CHECKS_FAILED
    assert "教师李老师的账号不在机构备案里。" in refused.sentence


# ── Several lessons at once ───────────────────────────────────────────────────────────────────────────────────────────


def stand_in(made: TrainingClass, now: datetime) -> User:
    """Another trainer of the same institution."""
    other = people.user(name="李老师", phone=people.phone_number())
    Post.objects.create(user=other, role=Post.Role.TRAINER, institution=made.institution, since=now)
    return other


def ask_several(made: TrainingClass, now: datetime, numbers: list[int], **changes: Any) -> list[ChangeRequest]:
    wanted = {"trainer": None, "room": "", "reason": "教师生病", **changes}
    lessons = made.lessons.filter(number__in=numbers).select_related("training_class", "trainer", "venue")
    return classes.ask_changes(by=people.user(), lessons=list(lessons), now=now, **wanted)


def test_a_sick_trainer_of_many_lessons_is_one_request_one_decision_and_one_message_to_each(now: datetime) -> None:
    sick = people.user(name="王老师", phone=people.phone_number())
    made = training_class(now=now, first=now + timedelta(days=3), lessons=4, trainers=[sick])
    registered(made, now=now)
    seated = [enrolled(training_class=made, now=now) for _ in range(2)]
    other = stand_in(made, now)
    OutboxMessage.objects.all().delete()
    rows = ask_several(made, now, [1, 2, 3], trainer=other)
    assert {row.bundle for row in rows} == {rows[0].number}
    TrainingClass.objects.filter(pk=made.pk).update(policy=catalogue.unchecked_policy())
    grant(rows[1], now)
    given = list(made.lessons.order_by("number").values_list("trainer", flat=True))
    assert given == [other.pk] * 3 + [sick.pk]
    assert set(ChangeRequest.objects.values_list("status", flat=True)) == {"granted"}
    told = list(OutboxMessage.objects.order_by("pk").values_list("kind", "learner"))
    assert told[:2] == [("lessons_changed", row.learner_id) for row in seated]
    assert told[2:] == [("lessons_changed_trainer", None)] * 2
    message = OutboxMessage.objects.first()
    assert message is not None
    assert text_of(kind=message.kind, params=message.params, language="zh-hans") == (
        "「中式烹调师（四级）」第 1、2、3 次课有变更：时间不变，教室 203 教室，教师以课程表为准。"
        "原因：教师生病。请按时到课。"
    )
    verbs = AuditEvent.objects.filter(target__in=[row.number for row in rows]).values_list("verb", flat=True)
    assert sorted(verbs) == ["change_asked"] * 3 + ["change_granted"] * 3


def test_another_room_for_several_lessons_leaves_out_those_that_have_it(now: datetime) -> None:
    made = training_class(now=now, first=now + timedelta(days=3), lessons=3)
    made.lessons.filter(number=2).update(room="305 教室")
    rows = ask_several(made, now, [1, 2, 3], room="305 教室")
    assert [row.of_lesson.number for row in rows] == [1, 3]
    with pytest.raises(ChangeRefused) as refused:
        ask_several(made, now, [2], room="305 教室")
    assert refused.value.code == ChangeRefusal.NOTHING_CHANGED


def test_what_stands_against_one_of_several_names_it_and_asks_for_none(now: datetime) -> None:
    made = training_class(now=now, first=now + timedelta(days=3), lessons=3)
    ask(made.lessons.select_related("training_class", "trainer").get(number=2), now)
    with pytest.raises(ChangeRefused) as refused:
        ask_several(made, now, [1, 2, 3], room="305 教室")
    assert refused.value.sentence == "第 2 次课：这次课已有一份变更申请待审核，未保存。"
    assert ChangeRequest.objects.count() == 1
    with pytest.raises(ChangeRefused) as refused:
        classes.ask_changes(by=people.user(), lessons=[], trainer=None, room="9", reason="x", now=now)
    assert refused.value.code == ChangeRefusal.NO_LESSON


def test_a_grant_that_one_lesson_does_not_allow_grants_none_of_them(now: datetime) -> None:
    made = training_class(now=now, first=now + timedelta(days=3), lessons=3)
    rows = ask_several(made, now, [1, 2, 3], room="305 教室")
    Lesson.objects.filter(training_class=made, number=2).update(status="cancelled")
    with pytest.raises(ChangeRefused) as refused:
        grant(rows[0], now)
    assert refused.value.sentence.startswith("第 2 次课：")
    assert set(ChangeRequest.objects.values_list("status", flat=True)) == {"asked"}
    assert set(made.lessons.values_list("room", flat=True)) == {"203 教室"}
    classes.decide_change(by=people.user(), request=rows[2], grant=False, answer="教室已占", now=now)
    assert set(ChangeRequest.objects.values_list("status", "answer")) == {("refused", "教室已占")}


def test_of_lessons_asked_for_together_the_one_that_has_begun_ends_and_the_others_are_decided(now: datetime) -> None:
    made = training_class(now=now, first=now + timedelta(days=1), lessons=3)
    rows = ask_several(made, now, [1, 2, 3], room="305 教室")
    later = now + timedelta(days=1)
    enrolment.end_outlived(now=later)
    with pytest.raises(ChangeRefused) as refused:
        grant(rows[0], later)
    assert refused.value.code == ChangeRefusal.ALREADY_DECIDED
    grant(rows[2], later)
    assert list(ChangeRequest.objects.order_by("pk").values_list("status", flat=True)) == [
        "ended",
        "granted",
        "granted",
    ]


def scored(made: TrainingClass, by: User, now: datetime) -> None:
    own = enrolled(training_class=made, now=now)
    scores.record(by=by, enrolment=own, points={"theory": 700}, now=now)


def test_who_has_recorded_a_score_of_the_class_does_not_come_to_teach_it(now: datetime) -> None:
    made = training_class(now=now)
    examiner, other = stand_in(made, now), stand_in(made, now)
    scored(made, examiner, now)
    with pytest.raises(ChangeRefused) as refused:
        ask(first_lesson(made), now, trainer=examiner)
    assert refused.value.code == ChangeRefusal.TRAINER_EXAMINES
    assert ask(first_lesson(made), now, trainer=other).trainer == other


def test_a_trainer_who_recorded_a_score_before_the_grant_does_not_join_the_class(now: datetime) -> None:
    made = training_class(now=now)
    examiner = stand_in(made, now)
    request = ask(first_lesson(made), now, trainer=examiner)
    scored(made, examiner, now)
    assert refusal_of_grant(request, now).code == ChangeRefusal.TRAINER_EXAMINES
    request.refresh_from_db()
    assert (request.status, made.trainers.filter(pk=examiner.pk).exists()) == ("asked", False)
