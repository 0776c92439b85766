"""Who may open a class, who teaches it, where, and for which district it counts."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from courses import classes, institutions, policy
from courses.classes import CheckCode, ClassFacts, ClassRefusal, ClassRefused, LessonPlan
from courses.models import (
    AuditEvent,
    Course,
    Institution,
    Project,
    RegisteredTrade,
    RegisteredTrainer,
    Room,
    TrainingClass,
    User,
    Venue,
)
from courses.policy import Policy
from tests.factories import cards, catalogue, people
from tests.factories.classes import course_of, plans, training_class
from tests.factories.institutions import registered

pytestmark = pytest.mark.django_db
Status = TrainingClass.Status


def draft(now: datetime, **fields: Any) -> TrainingClass:
    return training_class(now=now, approved=False, **fields)


def failed(training_class: TrainingClass, now: datetime, **levels: str) -> dict[str, str]:
    """Code and sentence of each check that fails; shares are another test's matter."""
    held = Policy(**{"check_shares": "off", **levels})  # type: ignore[arg-type]
    found = classes.checks(training_class=training_class, now=now, policy=held)
    return {finding.code: finding.sentence for finding in found if not finding.passed}


def suspend(school: Institution, now: datetime, to: Institution.Status = Institution.Status.SUSPENDED) -> None:
    institutions.set_status(by=people.user(), institution=school, to=to, reason="整改", now=now)


def island() -> Venue:
    return catalogue.venue("C016", catalogue.district("changdao", "长岛", "370614"))


# The institution


def test_a_suspended_institution_hands_in_no_class(now: datetime) -> None:
    made = draft(now)
    suspend(made.institution, now)
    with pytest.raises(ClassRefused) as refused:
        classes.submit(by=people.user(), training_class=made, now=now)
    assert refused.value.sentence == (
        "检查没有通过，未提交。机构现在是「暂停」，不能开新班。请联系主管部门，恢复正常后再办。"
    )


@pytest.mark.parametrize(
    ("to", "code", "next_step"),
    [
        (Institution.Status.SUSPENDED, ClassRefusal.INSTITUTION_SUSPENDED, "机构恢复后再批准"),
        (Institution.Status.REMOVED, ClassRefusal.INSTITUTION_REMOVED, "请退回机构，写明不能开班的原因"),
    ],
)
def test_a_class_of_an_institution_that_was_barred_meanwhile_is_not_approved_and_nobody_is_asked_to_mend_it(
    to: Institution.Status, code: ClassRefusal, next_step: str, now: datetime
) -> None:
    made = draft(now)
    classes.submit(by=people.user(), training_class=made, now=now)
    suspend(made.institution, now, to)
    with pytest.raises(ClassRefused) as refused:
        classes.approve(by=people.user(), training_class=made, now=now)
    assert refused.value.code == code
    assert next_step in refused.value.sentence
    assert "修改" not in refused.value.sentence
    assert TrainingClass.objects.get().status == Status.SUBMITTED


def test_a_class_of_an_institution_that_was_shown_two_red_cards_meanwhile_waits_until_the_block_is_over(
    now: datetime,
) -> None:
    made = draft(now)
    classes.submit(by=people.user(), training_class=made, now=now)
    for _ in range(2):
        cards.shown(institution=made.institution, on=policy.local_date(now), now=now)
    with pytest.raises(ClassRefused) as refused:
        classes.approve(by=people.user(), training_class=made, now=now)
    assert refused.value.code == ClassRefusal.INSTITUTION_BLOCKED
    assert "红牌 2 张" in refused.value.sentence
    assert "班次未批准，仍在待审" in refused.value.sentence


# The district


def planned(now: datetime, **fields: Any) -> TrainingClass:
    catalogue.policy()
    held = {
        "course": course_of(360), "venue": None, "district": catalogue.district("fushan", "福山区", "370611"),
        "room": "203", "seats": 20,
    }  # fmt: skip
    lessons = fields.pop("lessons", None) or plans(first=now + timedelta(days=20))
    facts = ClassFacts(**{**held, **fields})
    return classes.plan(by=people.user(), institution=catalogue.institution(), facts=facts, lessons=lessons, now=now)


def test_a_class_is_of_the_district_of_its_venue_whatever_was_chosen(now: datetime) -> None:
    made = planned(now, venue=island())
    assert (made.district.key, made.number[:2]) == ("changdao", "14")


def test_until_a_class_has_a_venue_it_is_of_the_chosen_district(now: datetime) -> None:
    assert planned(now).district.key == "fushan"
    with pytest.raises(ClassRefused) as refused:
        planned(now, district=None)
    assert refused.value.code == ClassRefusal.DISTRICT_MISSING


def test_a_class_without_hours_in_a_room_is_of_the_district_of_its_institution(now: datetime) -> None:
    course = catalogue.course(hours_theory=0, hours_practice=0, hours_online=20)
    assert planned(now, course=course, venue=island()).district.key == "zhifu"


def test_a_district_that_is_not_the_venues_blocks_submission_and_approval(now: datetime) -> None:
    made = draft(now)
    classes.submit(by=people.user(), training_class=made, now=now)
    other = catalogue.district("fushan", "福山区", "370611")
    TrainingClass.objects.update(district=other)
    made.refresh_from_db()
    assert set(failed(made, now)) == {CheckCode.DISTRICT}
    with pytest.raises(ClassRefused) as refused:
        classes.approve(by=people.user(), training_class=made, now=now)
    assert "班次登记在福山区，与上课地点所在区市不符。" in refused.value.sentence
    classes.send_back(by=people.user(), training_class=made, reason="区市不符", now=now)
    with pytest.raises(ClassRefused):
        classes.submit(by=people.user(), training_class=made, now=now)
    classes.correct(by=people.user(), training_class=made, facts=facts_of(made), now=now)
    assert failed(made, now) == {}


# Trainers and their certificates


def test_a_trainer_who_is_not_on_the_institutions_file_is_a_finding_that_blocks(now: datetime) -> None:
    made = draft(now, trainers=[people.user(name="隋德海")])
    assert failed(made, now) == {}
    RegisteredTrainer.objects.all().delete()
    assert failed(made, now) == {
        CheckCode.CERTIFICATES: "教师隋德海的账号不在机构备案里。请先办备案变更，添加证书时选上这个账号，或换一位教师。"
    }
    assert failed(made, now, check_certificates="off") == {}
    with pytest.raises(ClassRefused):
        classes.submit(by=people.user(), training_class=made, now=now)


def test_a_certificate_holds_to_the_last_day_on_which_its_trainer_teaches(now: datetime) -> None:
    made = draft(now, trainers=[people.user(name="隋德海")])
    RegisteredTrainer.objects.update(valid_until=made.ends_on)
    assert failed(made, now) == {}
    RegisteredTrainer.objects.update(valid_until=made.ends_on - timedelta(days=1))
    assert failed(made, now) == {
        CheckCode.CERTIFICATES: "教师隋德海的证书 2026-10-04 到期，10 月 5 日 还有课。"
        "请先更新备案里的证书，或换一位教师。"
    }


def test_a_certificate_of_another_occupation_lets_nobody_teach_this_one(now: datetime) -> None:
    made = draft(now, trainers=[people.user(name="隋德海")])
    RegisteredTrainer.objects.update(occupation=catalogue.occupation("welder", "焊工"))
    assert failed(made, now) == {
        CheckCode.CERTIFICATES: "教师隋德海备案的证书不是「中式烹调师」的。请先办备案变更，或换一位教师。"
    }
    RegisteredTrainer.objects.update(occupation=made.course.occupation)
    assert failed(made, now) == {}
    TrainingClass.objects.update(course=catalogue.course(hours_theory=8, hours_practice=0, occupation=None))
    made.refresh_from_db()
    assert CheckCode.CERTIFICATES not in failed(made, now), "a course without an occupation takes any certificate"


def test_a_certificate_that_is_somebodys_own_stands_for_no_other_of_the_name(now: datetime) -> None:
    one, other = people.user(name="隋德海"), people.user(name="隋德海")
    made = draft(now, trainers=[one])
    RegisteredTrainer.objects.update(login=other)
    assert set(failed(made, now)) == {CheckCode.CERTIFICATES}
    row = RegisteredTrainer.objects.get()
    row.pk, row.login, row.valid_until = None, one, made.starts_on - timedelta(days=1)
    row.save()
    assert "到期" in failed(made, now)[CheckCode.CERTIFICATES]
    RegisteredTrainer.objects.filter(login=one).update(valid_until=made.ends_on)
    assert failed(made, now) == {}


def test_of_two_trainers_of_one_name_neither_teaches_by_a_certificate_that_is_nobodys_account(now: datetime) -> None:
    """The file of the institution holds one certificate under their common name, and nobody has said whose it is."""
    one, other = people.user(name="隋德海"), people.user(name="隋德海")
    for trainer in (one, other):
        made = draft(now, trainers=[trainer])
        RegisteredTrainer.objects.update(login=None)
        assert set(failed(made, now)) == {CheckCode.CERTIFICATES}
        RegisteredTrainer.objects.all().delete()


@pytest.mark.parametrize(("since", "until", "fails"), [(0, 0, False), (1, 0, True), (0, -1, True), (-9, 9, False)])
def test_a_trade_is_registered_from_the_first_day_of_a_class_to_the_last(
    since: int, until: int, fails: bool, now: datetime
) -> None:
    made = draft(now)
    RegisteredTrade.objects.update(
        valid_from=made.starts_on + timedelta(days=since), valid_until=made.ends_on + timedelta(days=until)
    )
    words = "机构档案里没有「中式烹调师（四级）」这一职业和等级，或登记期没有覆盖整个班期。请先办登记。"
    assert failed(made, now).get(CheckCode.TRADE) == (words if fails else None)


def test_a_class_of_a_kind_without_occupation_and_level_wants_that_kind_registered(now: datetime) -> None:
    made = draft(now)
    assert failed(made, now) == {}
    syb = catalogue.kind("syb", line="entrepreneurship", name="创办你的企业 SYB")
    Course.objects.filter(pk=made.course_id).update(kind=syb, occupation=None, level=None)
    made = TrainingClass.objects.get()
    words = "机构备案里没有培训类型「创办你的企业 SYB」，或登记期没有覆盖整个班期。请先办备案变更，加上这个培训类型。"
    assert failed(made, now, check_trainers="off") == {CheckCode.TRADE: words}, "the registered trade is another's"
    assert failed(made, now, check_trainers="off", check_trade="off") == {}
    with pytest.raises(ClassRefused) as refused:
        classes.submit(by=people.user(), training_class=made, now=now)
    assert words in refused.value.sentence
    registered(made, now=now)
    assert failed(made, now, check_trainers="off") == {}


def test_who_is_named_and_teaches_nothing_does_not_make_two_trainers(now: datetime) -> None:
    kind = catalogue.kind("syb", line="entrepreneurship")
    made = draft(now, course=catalogue.course(kind=kind, hours_theory=8, hours_practice=0, occupation=None),
                 trainers=[people.user(), people.user()])  # fmt: skip
    assert failed(made, now) == {}
    made.lessons.update(trainer=made.trainers.first())
    assert failed(made, now) == {CheckCode.TRAINERS: "至少要 2 名教师上课，课程表里有 1 名。"}


def test_who_teaches_and_is_not_named_does_not_count_either(now: datetime) -> None:
    made = draft(now)
    made.trainers.clear()
    assert CheckCode.TRAINERS in failed(made, now)


# The room


@pytest.mark.parametrize(("seats", "room", "fails"), [
    (60, "别的教室", False), (61, "别的教室", True), (40, "2号教室", False), (41, "2号教室", True),
])  # fmt: skip
def test_seats_are_held_against_the_room_and_where_no_list_knows_it_the_venue(
    seats: int, room: str, fails: bool, now: datetime
) -> None:
    made = draft(now, seats=seats)
    Room.objects.create(venue=made.venue, name="2 号教室", capacity=40)
    made.lessons.update(room=room)
    assert (CheckCode.CAPACITY in failed(made, now, check_size="off")) is fails


@pytest.mark.parametrize(("seats", "fails"), [(9, True), (10, False)])
def test_a_class_that_is_planned_for_few_is_warned_of_and_still_submitted(seats: int, fails: bool, now) -> None:
    made = draft(now, seats=seats)
    said = {CheckCode.SIZE_MIN: f"计划 {seats} 人，少于下限 10 人。请增加人数或并班，确需小班请在申请材料里说明。"}
    assert failed(made, now) == (said if fails else {})
    assert failed(made, now, check_size_min="off") == {}
    classes.submit(by=people.user(), training_class=made, now=now)


def test_what_a_venue_holds_is_said(now: datetime) -> None:
    made = draft(now, seats=61)
    assert failed(made, now, check_size="off") == {
        CheckCode.CAPACITY: "计划 61 人，市技师学院 3 号楼203 教室只容纳 60 人。请减少人数或换教室。"
    }


# Hours of each part


def test_theory_and_practice_each_have_their_own_hours(now: datetime) -> None:
    course = catalogue.course(hours_theory=4, hours_practice=4)
    made = draft(now, course=course)
    assert failed(made, now) == {CheckCode.HOURS: "课程表里理论共 8 学时，批准的是 4 学时。请调整课程表。"}
    made.lessons.filter(number=2).update(part="practice")
    assert failed(made, now) == {}


# A draft is corrected


def facts_of(made: TrainingClass, **changes: Any) -> ClassFacts:
    held = {
        "course": made.course, "district": made.district, "venue": made.venue, "room": made.room, "seats": made.seats,
        "mode": made.mode, "second_scan": made.second_scan, "trainers": list(made.trainers.all()),
    }  # fmt: skip
    return ClassFacts(**{**held, **changes})


def correct(made: TrainingClass, now: datetime, **changes: Any) -> TrainingClass:
    classes.correct(by=people.user(), training_class=made, facts=facts_of(made, **changes), now=now)
    return TrainingClass.objects.get(pk=made.pk)


def taught(made: TrainingClass) -> list[User | None]:
    return [lesson.trainer for lesson in made.lessons.select_related("trainer").order_by("number")]


def test_a_draft_is_stated_anew_and_what_changed_is_written_down(now: datetime) -> None:
    made, other = draft(now), people.user()
    closes = now + timedelta(days=15)
    after = correct(made, now, seats=18, venue=island(), room="渔家教室", trainers=[other], enrol_until=closes)
    assert (after.number, after.seats, after.district.key, after.enrol_until) == (made.number, 18, "changdao", closes)
    assert set(after.lessons.values_list("room", flat=True)) == {"渔家教室"}
    assert taught(after) == [other, other]
    told = AuditEvent.objects.get(verb="class_corrected", target=made.number)
    assert set(told.detail["fields"]) == {"seats", "venue", "room", "district", "enrol_until", "trainers"}


def test_a_trainer_who_stays_keeps_the_own_lessons(now: datetime) -> None:
    stays, goes, comes = people.user(), people.user(), people.user()
    made = draft(now, trainers=[stays, goes])
    assert taught(correct(made, now, trainers=[stays, comes])) == [stays, stays]


def test_a_returned_class_is_corrected_and_one_under_review_is_not(now: datetime) -> None:
    made = draft(now)
    classes.submit(by=people.user(), training_class=made, now=now)
    with pytest.raises(ClassRefused) as refused:
        correct(made, now, seats=5)
    assert refused.value.code == ClassRefusal.UNDER_REVIEW
    classes.send_back(by=people.user(), training_class=made, reason="人数不对", now=now)
    assert correct(made, now, seats=5).seats == 5


def test_enrolment_does_not_end_after_the_last_lesson(now: datetime) -> None:
    made = draft(now)
    late = made.lessons.order_by("-starts_at")[0].ends_at + timedelta(minutes=1)
    for attempt in (lambda: correct(made, now, enrol_until=late), lambda: planned(now, enrol_until=late)):
        with pytest.raises(ClassRefused) as refused:
            attempt()
        assert refused.value.code == ClassRefusal.ENROL_UNTIL_LATE


def test_another_timetable_leaves_no_enrolment_open_and_no_project_unpaid(now: datetime) -> None:
    made = draft(now)
    first = now + timedelta(days=40)
    period = {"starts_on": made.starts_on, "ends_on": made.ends_on}
    made.project = Project.objects.create(number="XM-1", name="专项", sponsor="市人社局", planned=60, **period)
    made.save()
    for code in (ClassRefusal.PROJECT_UNFIT, ClassRefusal.ENROL_UNTIL_LATE):
        with pytest.raises(ClassRefused) as refused:
            classes.reschedule(by=people.user(), training_class=made, lessons=plans(first=first), now=now)
        assert refused.value.code == code
        made.project, made.enrol_until = None, first + timedelta(days=9)


# The project


def test_a_class_that_draws_more_from_its_project_than_is_planned_is_remarked_on(now: datetime) -> None:
    period = {"starts_on": now.date(), "ends_on": now.date() + timedelta(days=90)}
    project = Project.objects.create(number="XM-1", name="专项", sponsor="市人社局", planned=50, **period)
    other = draft(now, seats=30, project=project, first=now + timedelta(days=30))
    made = draft(now, seats=21, project=project)
    assert failed(made, now) == {}, "a draft draws nothing yet"
    TrainingClass.objects.filter(pk=other.pk).update(status=Status.SUBMITTED)
    sentence = "项目「专项」计划 50 人次，连同这个班共安排 51 人。请减少人数，或换一个项目。"
    assert failed(made, now) == {CheckCode.PROJECT: sentence}
    assert failed(made, now, check_project="off") == {}
    made.seats = 20
    assert failed(made, now) == {}
    made.seats = 21
    TrainingClass.objects.filter(pk=other.pk).update(status=Status.CANCELLED)
    assert failed(made, now) == {}
    classes.submit(by=people.user(), training_class=made, now=now)
    assert failed(made, now) == {}, "its own seats are not drawn twice"


# Reviews over a weekend


@pytest.mark.parametrize(("day", "left"), [(16, 2), (18, 0), (19, -1), (20, -1), (21, -1), (22, -2)])
def test_a_review_that_was_due_on_friday_is_late_on_saturday(day: int, left: int) -> None:
    due = date(2026, 9, 18)
    assert policy.working_days_left(today=date(2026, 9, day), due=due, calendar={}) == left


def test_lessons_without_a_trainer_of_their_own_are_given_in_turn(now: datetime) -> None:
    first, second, guest = people.user(), people.user(), people.user()
    lessons = plans(first=now + timedelta(days=20), lessons=4)
    lessons[2] = LessonPlan("嘉宾课", lessons[2].starts_at, lessons[2].ends_at, trainer=guest)
    assert taught(planned(now, trainers=[first, second], lessons=lessons)) == [first, second, guest, first]
