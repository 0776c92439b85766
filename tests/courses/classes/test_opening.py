"""An opening: its papers, its checks with their levels, the leave for a larger class, and reviews that run late."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from courses import classes, notices, policy
from courses.classes import CheckCode, ClassRefusal, ClassRefused
from courses.models import (
    AuditEvent,
    Card,
    Commitment,
    CommitmentText,
    Holiday,
    OpeningPapers,
    Post,
    RegisteredTrade,
    ReviewEscalation,
    SizeOverride,
    TrainingClass,
)
from courses.policy import DEFAULTS, Policy, PolicyRefusal, PolicyRefused
from tests.append_only import lifted
from tests.factories import cards, catalogue, people
from tests.factories.classes import course_of, plans, training_class
from tests.factories.institutions import approved, registered

pytestmark = pytest.mark.django_db
Status = TrainingClass.Status


def draft(now: datetime, **fields: Any) -> TrainingClass:
    return training_class(now=now, approved=False, first=fields.pop("first", now + timedelta(days=20)), **fields)


def failed(training_class: TrainingClass, now: datetime, **numbers: object) -> dict[str, str]:
    held = Policy(**{"check_trade": "off", **numbers})  # type: ignore[arg-type]
    found = classes.checks(training_class=training_class, now=now, policy=held)
    return {finding.code: finding.level for finding in found if not finding.passed}


def submit(training_class: TrainingClass, now: datetime) -> None:
    classes.submit(by=people.user(), training_class=training_class, now=now)


def refusal(training_class: TrainingClass, now: datetime) -> ClassRefused:
    with pytest.raises(ClassRefused) as refused:
        submit(training_class, now)
    assert TrainingClass.objects.get(pk=training_class.pk).status in (Status.DRAFT, Status.RETURNED)
    return refused.value


# Papers


def test_complete_papers_are_handed_in(now: datetime) -> None:
    made = draft(now)
    submit(made, now)
    assert TrainingClass.objects.get().status == Status.SUBMITTED


def test_what_is_missing_is_named_and_nothing_is_handed_in(now: datetime) -> None:
    made = draft(now)
    OpeningPapers.objects.update(materials="")
    with lifted(connection):
        Commitment.objects.all().delete()
    told = refusal(made, now)
    assert told.code == ClassRefusal.PAPERS_INCOMPLETE
    assert told.sentence == "开班材料不齐，未提交。还缺：教材、机构承诺。请补齐后再提交。"


def test_a_bare_draft_lacks_everything_but_its_timetable_trainers_and_rooms(now: datetime) -> None:
    made = draft(now)
    OpeningPapers.objects.all().delete()
    with lifted(connection):
        Commitment.objects.all().delete()
    TrainingClass.objects.update(venue=None)
    made.refresh_from_db()
    missing = {paper.key for paper in classes.papers_of(training_class=made, now=now) if not paper.filed}
    assert missing == {"venue", "materials", "assessment", "contact", "commitment"}


def test_a_new_wording_of_the_commitment_has_to_be_accepted_anew(now: datetime) -> None:
    made = draft(now)
    CommitmentText.objects.create(number="2026-1", effective_on=date(2026, 9, 1), body="新承诺")
    assert refusal(made, now).code == ClassRefusal.PAPERS_INCOMPLETE
    with pytest.raises(ClassRefused) as refused:
        classes.accept_commitment(by=people.user(), training_class=made, number="2020-1", now=now)
    assert refused.value.code == ClassRefusal.COMMITMENT_OUTDATED
    school = people.user()
    for _ in range(2):
        classes.accept_commitment(by=school, training_class=made, number="2026-1", now=now)
    assert made.commitments.filter(text__number="2026-1", by=school).count() == 1
    submit(made, now)


def test_papers_under_review_are_not_edited(now: datetime) -> None:
    made = draft(now)
    submit(made, now)
    with pytest.raises(ClassRefused) as refused:
        classes.keep_papers(
            by=people.user(), training_class=made, materials="另一本", assessment="", contact_name="",
            contact_phone="", now=now,
        )  # fmt: skip
    assert refused.value.code == ClassRefusal.UNDER_REVIEW
    assert OpeningPapers.objects.get().materials != "另一本"


# Checks


def test_a_sound_opening_passes_every_check_and_is_told_so(now: datetime) -> None:
    """All lessons are theory here, which is only a warning."""
    found = classes.checks(training_class=draft(now), now=now)
    assert {finding.code for finding in found} == set(CheckCode)
    assert {finding.code for finding in found if not finding.passed} == {CheckCode.SHARES}


@pytest.mark.parametrize(("minutes", "fails"), [(225, True), (180, False), (135, True)])
def test_the_timetable_has_exactly_the_approved_hours(minutes: int, fails: bool, now: datetime) -> None:
    made = draft(now, course=course_of(2 * 180), minutes=minutes)
    assert (CheckCode.HOURS in failed(made, now)) is fails


def test_hours_that_differ_are_told_with_both_numbers(now: datetime) -> None:
    told = refusal(draft(now, course=course_of(9 * 45)), now)
    assert told.code == ClassRefusal.CHECKS_FAILED
    assert told.sentence == "检查没有通过，未提交。课程表共 8 学时，批准的是 9 学时。请调整课程表。"


@pytest.mark.parametrize(("minutes", "fails"), [(8 * 45, False), (8 * 45 + 1, True)])
def test_a_day_has_at_most_eight_hours(minutes: int, fails: bool, now: datetime) -> None:
    made = draft(now, lessons=1, minutes=minutes)
    assert (CheckCode.DAY_HOURS in failed(made, now)) is fails


@pytest.mark.parametrize(("theory", "fails"), [(1, True), (2, False), (3, False), (4, True)])
def test_skills_classes_have_two_fifths_of_theory_and_of_practice(theory: int, fails: bool, now: datetime) -> None:
    made = draft(now, lessons=5, minutes=90)
    made.lessons.filter(number__gt=theory).update(part="practice")
    assert (CheckCode.SHARES in failed(made, now)) is fails


@pytest.mark.parametrize(("seats", "fails"), [(50, False), (51, True)])
def test_a_class_is_not_larger_than_its_kind_allows(seats: int, fails: bool, now: datetime) -> None:
    kind = catalogue.kind("skill-small", max_size=50)
    made = draft(now, course=catalogue.course(kind=kind), seats=seats)
    assert (CheckCode.SIZE in failed(made, now)) is fails


@pytest.mark.parametrize(("line", "trainers", "fails"), [
    ("entrepreneurship", 1, True), ("entrepreneurship", 2, False), ("skills", 1, False),
])  # fmt: skip
def test_entrepreneurship_takes_two_trainers(line: str, trainers: int, fails: bool, now: datetime) -> None:
    kind = catalogue.kind(f"kind-{line}", line=line)
    made = draft(now, course=catalogue.course(kind=kind), trainers=[people.user() for _ in range(trainers)])
    assert (CheckCode.TRAINERS in failed(made, now)) is fails


def test_five_working_days_before_the_start_count_holidays_and_make_up_days(now: datetime) -> None:
    """Monday 14 September to Monday 21 September are five working days."""
    made = draft(now, first=now + timedelta(days=7))
    assert CheckCode.LEAD not in failed(made, now)
    holiday = Holiday.objects.create(date=date(2026, 9, 18), kind="off", name="调休", name_en="Off")
    assert failed(made, now)[CheckCode.LEAD] == "block"
    Holiday.objects.create(date=date(2026, 9, 19), kind="work", name="调休", name_en="Make-up day")
    assert CheckCode.LEAD not in failed(made, now)
    holiday.delete()
    assert CheckCode.LEAD in failed(made, now + timedelta(days=2))


def sent_back(made: TrainingClass, *, submitted: datetime, returned: datetime) -> None:
    classes.submit(by=people.user(), training_class=made, now=submitted, policy_version=catalogue.lenient_policy())
    classes.send_back(by=people.user(), training_class=made, reason="缺教学计划", now=returned)


def test_what_the_review_took_is_not_the_institutions_delay(now: datetime) -> None:
    """In time on Monday 14 September for Monday 21, returned on Wednesday, handed in again on Thursday, approved."""
    made = draft(now, first=now + timedelta(days=7))
    sent_back(made, submitted=now, returned=now + timedelta(days=2))
    again = now + timedelta(days=3)
    assert CheckCode.LEAD not in failed(made, again)
    classes.submit(by=people.user(), training_class=made, now=again, policy_version=catalogue.lenient_policy())
    assert CheckCode.LEAD not in failed(made, again + timedelta(days=1))
    classes.send_back(by=people.user(), training_class=made, reason="缺教材", now=again + timedelta(days=1))
    assert CheckCode.LEAD not in failed(made, again + timedelta(days=1, hours=2))


def test_a_correction_that_took_its_institution_too_long_counts_by_its_own_day(now: datetime) -> None:
    """Returned on Monday 14 September: the five working days end on Monday 21; from Tuesday on today counts."""
    made = draft(now, first=now + timedelta(days=10))
    sent_back(made, submitted=now, returned=now)
    assert CheckCode.LEAD not in failed(made, now + timedelta(days=7))
    assert failed(made, now + timedelta(days=8))[CheckCode.LEAD] == "block"
    assert CheckCode.LEAD in failed(made, now + timedelta(days=7), correction_days=4)


def test_what_came_late_at_first_is_late_when_it_is_corrected_too(now: datetime) -> None:
    made = draft(now, first=now + timedelta(days=7))
    sent_back(made, submitted=now + timedelta(days=1), returned=now + timedelta(days=2))
    assert CheckCode.LEAD in failed(made, now + timedelta(days=2))


def test_each_check_blocks_warns_or_is_off_as_the_dated_policy_says(now: datetime) -> None:
    made = draft(now, course=course_of(9 * 45))
    assert failed(made, now)[CheckCode.HOURS] == "block"
    assert failed(made, now, check_hours="warn")[CheckCode.HOURS] == "warn"
    assert CheckCode.HOURS not in failed(made, now, check_hours="off")
    policy.publish(by=None, number="v2", effective_on=date(2026, 9, 15), document={**DEFAULTS, "check_hours": "warn"})
    assert refusal(made, now).code == ClassRefusal.CHECKS_FAILED
    submit(made, now + timedelta(days=1))


def test_a_level_that_is_none_is_refused() -> None:
    with pytest.raises(PolicyRefused) as refused:
        policy.validate({**DEFAULTS, "check_hours": "maybe"})
    assert refused.value.code == PolicyRefusal.WRONG_LEVEL


@pytest.mark.parametrize("number", [1, 4])
def test_many_classes_are_checked_in_the_statements_of_one(number: int, now: datetime) -> None:
    made = [draft(now) for _ in range(number)]
    listed = list(TrainingClass.objects.select_related("course__kind").filter(pk__in=[row.pk for row in made]))
    with CaptureQueriesContext(connection) as spent:
        found = classes.checks_of(training_classes=listed, now=now)
    assert set(found) == {row.pk for row in made}
    assert len(spent) == 17


# Leave for a larger class


def test_the_bureau_gives_leave_for_a_larger_class_with_its_reason(now: datetime) -> None:
    kind = catalogue.kind("skill-small", max_size=50)
    made = draft(now, course=catalogue.course(kind=kind, hours_theory=8, hours_practice=0), seats=60)
    officer = people.user()
    assert refusal(made, now).code == ClassRefusal.CHECKS_FAILED
    classes.allow_size(by=officer, training_class=made, seats=60, reason="鲁菜大赛集训，场地容纳 80 人", now=now)
    submit(made, now)
    assert SizeOverride.objects.values_list("seats", "reason", "by").get() == (
        60,
        "鲁菜大赛集训，场地容纳 80 人",
        officer.pk,
    )
    assert AuditEvent.objects.filter(verb="class_size_allowed", target=made.number).count() == 1


def test_leave_needs_a_reason_enough_seats_and_another_person(now: datetime) -> None:
    made = draft(now)
    school = people.user()
    classes.submit(by=school, training_class=made, now=now)
    wrong = [(people.user(), 60, " "), (people.user(), 5, "理由"), (school, 60, "理由")]
    codes = []
    for by, seats, reason in wrong:
        with pytest.raises(ClassRefused) as refused:
            classes.allow_size(by=by, training_class=made, seats=seats, reason=reason, now=now)
        codes.append(refused.value.code)
    assert codes == [ClassRefusal.REASON_MISSING, ClassRefusal.OVERRIDE_BELOW_PLAN, ClassRefusal.SAME_PERSON]
    assert not SizeOverride.objects.exists()


# Reviews


def test_a_review_has_three_working_days(now: datetime) -> None:
    made = draft(now)
    submit(made, now)
    for later, left in [(0, 3), (1, 2), (3, 0), (4, -1), (7, -2)]:
        told = classes.review_deadlines(training_classes=[made], now=now + timedelta(days=later))[made.pk]
        assert (told.due_on, told.days_left) == (date(2026, 9, 17), left)


def test_a_review_that_runs_late_is_written_down_once_a_submission(now: datetime) -> None:
    city, former, later = (people.staff(role=Post.Role.CITY, now=now) for _ in range(3))
    district = people.staff(role=Post.Role.DISTRICT, now=now, district=catalogue.district())
    Post.objects.filter(user=former).update(until=now)
    Post.objects.filter(user=later).update(since=now + timedelta(days=60))
    made = draft(now)
    submit(made, now)
    assert classes.escalate_overdue(now=now + timedelta(days=3)) == 0
    assert [classes.escalate_overdue(now=now + timedelta(days=days)) for days in (4, 5)] == [1, 0]
    fact = ReviewEscalation.objects.get()
    assert (fact.training_class, fact.submitted_at, fact.due_on) == (made, now, date(2026, 9, 17))
    assert notices.told_staff(user=district)[:] == []
    assert [notices.told_staff(user=former)[:], notices.told_staff(user=later)[:]] == [[], []]
    [told] = notices.told_staff(user=city)[:]
    assert told.text == (
        f"「{made.course.name}」的开班申请逾期未审：班次 {made.number}，芝罘区，应在 9 月 17 日 前审完。请督促办理。"
    )
    classes.send_back(by=people.user(), training_class=made, reason="缺教师证书", now=now + timedelta(days=5))
    assert classes.escalate_overdue(now=now + timedelta(days=30)) == 0
    submit(made, now + timedelta(days=8))
    assert classes.escalate_overdue(now=now + timedelta(days=30)) == 1


# The timetable


def test_a_draft_takes_another_timetable_and_a_submitted_class_none(now: datetime) -> None:
    made, another = draft(now), people.user()
    first = now + timedelta(days=30)
    lessons = plans(first=first, lessons=2)
    lessons[1] = classes.LessonPlan("和面", lessons[1].starts_at, lessons[1].ends_at, trainer=another, room="402")
    classes.reschedule(by=people.user(), training_class=made, lessons=lessons, now=now)
    made.refresh_from_db()
    told = list(made.lessons.values_list("number", "title", "room"))
    assert told == [(1, "第 1 次课", "203 教室"), (2, "和面", "402")]
    assert (made.starts_on, made.trainers.count()) == (policy.local_date(first), 2)
    registered(made, now=now)
    submit(made, now)
    with pytest.raises(ClassRefused) as refused:
        classes.reschedule(by=people.user(), training_class=made, lessons=lessons[:1], now=now)
    assert refused.value.code == ClassRefusal.UNDER_REVIEW
    assert made.lessons.count() == 2


# The institution


def test_a_trade_that_is_not_registered_to_the_last_day_is_a_finding(now: datetime) -> None:
    made = draft(now)
    RegisteredTrade.objects.all().delete()
    assert failed(made, now, check_trade="block", check_shares="off") == {CheckCode.TRADE: "block"}
    approved(institution=made.institution, now=now)
    assert failed(made, now, check_trade="block", check_shares="off") == {}
    TrainingClass.objects.filter(pk=made.pk).update(ends_on=made.ends_on + timedelta(days=3650))
    made.refresh_from_db()
    assert failed(made, now, check_trade="block", check_shares="off") == {CheckCode.TRADE: "block"}


def test_an_institution_with_two_red_cards_opens_no_class(now: datetime) -> None:
    made = draft(now)
    for _ in range(2):
        cards.shown(institution=made.institution, on=policy.local_date(now), now=now)
    assert refusal(made, now).code == ClassRefusal.CHECKS_FAILED
    assert failed(made, now, check_shares="off") == {CheckCode.CARDS: "block"}
    for card in Card.objects.all():
        cards.withdrawn(card=card, now=now)
    submit(made, now)
