"""What is missing, whether it can still be reached, and what attending would lead to."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from courses import attendance, completion, policy, scores, works
from courses.completion import Next
from courses.models import Attendance, Enrolment, Evidence, Lesson, TrainingClass
from courses.policy import DEFAULTS
from tests.factories import people
from tests.factories.classes import enrolled, training_class

pytestmark = pytest.mark.django_db


@pytest.fixture
def own(now: datetime) -> Enrolment:
    """Of a class of five lessons that begins tomorrow and asks for a score and a link; 720 of 900 minutes needed."""
    made = training_class(now=now, lessons=5)
    document = {**DEFAULTS, "assessments": {made.kind_key: ["theory", "link"]}}
    made.policy = policy.publish(by=None, number="v2", effective_on=date(2026, 1, 1), document=document)
    made.save()
    row = enrolled(training_class=made, now=now)
    return Enrolment.objects.select_related("learner", "training_class__policy").get(pk=row.pk)


def standing(own: Enrolment, now: datetime) -> dict[str, str]:
    found = completion.reach(enrolment=own, progress=attendance.progress(enrolment=own, now=now), now=now)
    return {str(part.finding.code): str(part.next) for part in found.parts}


def supposed(own: Enrolment, now: datetime, *lessons: int) -> tuple[int, set[str]]:
    found = completion.what_if(
        enrolment=own, progress=attendance.progress(enrolment=own, now=now), attending=lessons, now=now
    )
    return found.minutes_attended, {str(row.code) for row in found.missing}


def test_every_part_says_what_comes_next(own: Enrolment, now: datetime) -> None:
    assert standing(own, now) == {
        "admitted": "nothing",
        "identity": "nothing",
        "lessons_begun": "lessons_to_come",
        "decided": "nothing",
        "attendance": "come",
        "theory": "score_to_come",
        "link": "hand_in",
    }


def test_a_score_and_a_work_go_their_way(own: Enrolment, now: datetime) -> None:
    assert own.learner.user is not None
    scores.record(by=people.user(), enrolment=own, points={"theory": 590}, now=now)
    made = works.hand_in_link(enrolment=own, link="https://shop.example.com/", by=own.learner.user, now=now)
    assert (standing(own, now)["theory"], standing(own, now)["link"]) == ("sit_again", "judged_soon")
    works.judge(by=people.user(), work=made, grade="fail", note="打不开", now=now)
    assert standing(own, now)["link"] == "hand_in_again"


def test_too_few_lessons_left_are_out_of_reach(own: Enrolment, now: datetime) -> None:
    after_two = list(own.training_class.lessons.order_by("number"))[1].ends_at
    found = completion.reach(enrolment=own, progress=attendance.progress(enrolment=own, now=after_two), now=after_two)
    assert {str(part.finding.code) for part in found.parts if not part.is_possible} == {"attendance"}
    assert found.is_possible is False
    assert next(part for part in found.parts if part.next == Next.TOO_FEW_LEFT).words.startswith("剩下的课次已经不够")


def test_a_recorded_nought_is_a_result_and_not_a_score_to_come(own: Enrolment, now: datetime) -> None:
    scores.record(by=people.user(), enrolment=own, points={"theory": 0}, now=now)
    assert standing(own, now)["theory"] == "sit_again"
    [mark] = completion.marks_of(enrolment=own)
    assert (mark.value, mark.known) == (0, True)
    assert set(mark.as_json()) == {"code", "value", "threshold", "met"}


def came_to(own: Enrolment, lesson: Lesson, *, minutes: int, **fields: Any) -> None:
    Attendance.objects.create(lesson=lesson, learner=own.learner, minutes=minutes, changed_at=lesson.ends_at, **fields)


def test_while_the_lesson_that_decides_is_on_nothing_is_out_of_reach(own: Enrolment, now: datetime) -> None:
    """Of five lessons four are needed: the first was missed, the second is on."""
    two = own.training_class.lessons.get(number=2)
    assert standing(own, two.starts_at)["attendance"] == "lesson_on"
    assert standing(own, two.ends_at)["attendance"] == "too_few_left"


def test_who_came_late_has_lost_those_minutes_while_the_lesson_is_on(own: Enrolment, now: datetime) -> None:
    two = own.training_class.lessons.get(number=2)
    gaps = [["late", 20], ["no_checkout", 160]]
    came_to(own, two, minutes=0, status="awaiting", missing=gaps)
    assert standing(own, two.starts_at + timedelta(minutes=30))["attendance"] == "too_few_left"
    assert supposed(own, two.starts_at + timedelta(minutes=30), 2, 3, 4, 5)[0] == 700


def test_a_mark_that_waits_for_the_trainer_may_still_be_enough(own: Enrolment, now: datetime) -> None:
    two = own.training_class.lessons.get(number=2)
    came_to(own, two, minutes=0, status="awaiting", missing=[["no_checkout", 180]])
    assert standing(own, two.ends_at)["attendance"] == "trainer_decides"


def test_a_lesson_that_another_class_gives_again_keeps_it_within_reach(own: Enrolment, now: datetime) -> None:
    after_two = own.training_class.lessons.get(number=2).ends_at
    there = training_class(now=now, lessons=2, course=own.training_class.course, first=after_two + timedelta(days=9))
    told = attendance.account(enrolment=own, now=after_two)
    assert told.to_make_up == 360
    found = completion.reach(enrolment=own, progress=told.progress, now=after_two, to_make_up=told.to_make_up)
    assert {part.next for part in found.parts if part.finding.code == "attendance"} == {Next.MAKE_UP}
    TrainingClass.objects.filter(pk=there.pk).update(status="cancelled")
    assert attendance.account(enrolment=own, now=after_two).to_make_up == 0


def test_a_policy_that_counts_no_make_up_promises_none(own: Enrolment, now: datetime) -> None:
    after_two = own.training_class.lessons.get(number=2).ends_at
    training_class(now=now, lessons=2, course=own.training_class.course, first=after_two + timedelta(days=9))
    document = {**DEFAULTS, "makeup_counts": False}
    own.training_class.policy = policy.publish(by=None, number="v3", effective_on=date(2026, 1, 2), document=document)
    assert attendance.account(enrolment=own, now=after_two).to_make_up == 0


def test_who_gave_the_seat_up_is_gone(own: Enrolment, now: datetime) -> None:
    own.status = Enrolment.Status.WITHDRAWN
    assert standing(own, now)["attendance"] == "gone"


def test_what_if_is_the_assessment_that_decides(own: Enrolment, now: datetime) -> None:
    rest = {"theory", "link"}
    assert supposed(own, now, 1, 2, 3, 4) == (720, rest)
    assert supposed(own, now, 1, 2, 3) == (540, rest | {"attendance"})
    assert supposed(own, now) == (0, rest | {"attendance"})
    assert supposed(own, now, 1, 2, 3, 4, 5, 6, 77) == (900, rest)


def test_a_lesson_that_is_over_is_not_supposed_away(own: Enrolment, now: datetime) -> None:
    after_one = own.training_class.lessons.order_by("number")[0].ends_at
    assert supposed(own, after_one, 1, 2, 3, 4, 5) == (720, {"theory", "link"})


def test_a_lesson_that_is_on_is_supposed_to_its_end_or_left_now(own: Enrolment, now: datetime) -> None:
    one = own.training_class.lessons.get(number=1)
    during = one.starts_at + timedelta(minutes=30)
    assert supposed(own, during, 1, 2, 3, 4) == (720, {"theory", "link"})
    assert supposed(own, during, 2, 3, 4)[0] == 540
    came_to(own, one, minutes=0, status="awaiting", missing=[["no_checkout", 180]])
    assert supposed(own, during, 1, 2, 3, 4) == (720, {"theory", "link"})


def test_asking_writes_nothing_and_costs_a_fixed_number_of_statements(
    own: Enrolment, now: datetime, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    progress = attendance.progress(enrolment=own, now=now)
    with django_assert_num_queries(2):
        completion.what_if(enrolment=own, progress=progress, attending=[1], now=now)
    with django_assert_num_queries(3):
        completion.reach(enrolment=own, progress=progress, now=now + timedelta(hours=1))
    assert not Attendance.objects.exists()
    assert not Evidence.objects.exists()
