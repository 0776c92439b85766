"""Classes and their attendance over the wire: own rows only, masked names, a constant number of statements."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from courses import attendance
from courses.attendance import Mark
from courses.models import TrainingClass
from courses.people.clients import Scope
from tests.courses.api.conftest import Issue
from tests.factories import catalogue
from tests.factories.classes import enrolled, first_lesson, training_class

pytestmark = pytest.mark.django_db


@pytest.fixture
def elsewhere(now: datetime) -> TrainingClass:
    """A class of another institution in another district."""
    laishan = catalogue.district("laishan", "莱山区", "370613")
    return training_class(now=now, district=laishan, institution=catalogue.institution("J002", "莱山学校", laishan))


def test_a_class_is_told_with_its_seats_and_nobody_in_them(now: datetime, caller: Issue) -> None:
    made = training_class(now=now, seats=30)
    enrolled(training_class=made, now=now)
    answer = caller(Scope.CLASSES).get(f"/classes/{made.number}").json()
    assert answer == {
        "number": made.number,
        "course": "中式烹调师（四级）",
        "district": "zhifu",
        "institution": "J001",
        "status": "enrolling",
        "starts_on": "2026-09-15",
        "ends_on": "2026-09-16",
        "seats": 30,
        "taken": 1,
        "waiting": 0,
    }


def test_an_institution_finds_its_own_classes_only(now: datetime, caller: Issue, elsewhere: TrainingClass) -> None:
    own = training_class(now=now)
    other = caller(Scope.CLASSES, Scope.ATTENDANCE, institution=own.institution)
    assert [row["number"] for row in other.get("/classes").json()["items"]] == [own.number]
    for path in (f"/classes/{elsewhere.number}", f"/classes/{elsewhere.number}/attendance", "/classes/no%00such"):
        response = other.get(path)
        assert (response.status_code, response.json()["code"]) == (404, "not_found")


def test_a_district_finds_its_own_classes_only(now: datetime, caller: Issue, elsewhere: TrainingClass) -> None:
    own = training_class(now=now)
    other = caller(Scope.CLASSES, district=elsewhere.district)
    assert [row["number"] for row in other.get("/classes").json()["items"]] == [elsewhere.number]
    assert other.get(f"/classes/{own.number}").status_code == 404


def test_the_list_is_narrowed_by_district_and_status(now: datetime, caller: Issue, elsewhere: TrainingClass) -> None:
    own = training_class(now=now, status=TrainingClass.Status.RUNNING)
    other = caller(Scope.CLASSES)

    def numbers(**query: str) -> set[str]:
        return {row["number"] for row in other.get("/classes", **query).json()["items"]}

    assert numbers() == {own.number, elsewhere.number}
    assert numbers(district="laishan") == {elsewhere.number}
    assert numbers(status="running") == {own.number}
    assert numbers(status="running", district="laishan") == set()
    assert other.get("/classes", status="no-such").status_code == 422
    assert other.get("/classes", district="zhi\x00fu").status_code == 422


def test_a_draft_is_not_told(now: datetime, caller: Issue) -> None:
    draft = training_class(now=now, approved=False)
    other = caller(Scope.CLASSES)
    assert other.get("/classes").json() == {"count": 0, "items": []}
    assert other.get(f"/classes/{draft.number}").status_code == 404


def test_pages_follow_each_other_without_gap(
    now: datetime, caller: Issue, elsewhere: TrainingClass, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("courses.api.classes.PAGE", 2)
    own = {training_class(now=now).number for _ in range(2)}
    other = caller(Scope.CLASSES)
    first, second, third = (other.get("/classes", page=str(page)).json() for page in (1, 2, 3))
    assert (first["count"], len(first["items"]), len(second["items"]), third["items"]) == (3, 2, 1, [])
    told = [row["number"] for row in first["items"] + second["items"]]
    assert sorted(told) == sorted(own | {elsewhere.number})
    assert other.get("/classes", page="0").status_code == 422


@pytest.fixture
def attended(now: datetime) -> Callable[[int], TrainingClass]:
    """A class of two lessons whose learners came to the first one, the last of them late."""

    def make(people_in: int) -> TrainingClass:
        made = training_class(now=now, first=now + timedelta(hours=2))
        lesson, trainer = first_lesson(made), made.trainers.get()
        for number in range(people_in):
            own = enrolled(training_class=made, now=now)
            late = number == people_in - 1
            at = lesson.starts_at + timedelta(minutes=30 if late else 0)
            word = Mark.LATE if late else Mark.PRESENT
            attendance.mark(by=trainer, lesson=lesson, learner=own.learner, as_=word, reason="no_phone", now=at)
            attendance.mark(
                by=trainer, lesson=lesson, learner=own.learner, as_=Mark.OUT, reason="no_phone", now=lesson.ends_at
            )
        return made

    return make


def test_attendance_is_told_by_lesson_and_arrival_under_masked_names(
    attended: Callable[[int], TrainingClass], caller: Issue
) -> None:
    made = attended(2)
    response = caller(Scope.ATTENDANCE).get(f"/classes/{made.number}/attendance")
    rows = response.json()
    assert [(row["lesson"], row["status"]) for row in rows] == [
        (1, "present"),
        (1, "late"),
        (2, "unmarked"),
        (2, "unmarked"),
    ]
    assert [row["learner"] for row in rows[:2]] == [row["learner"] for row in rows[2:]]
    assert {row["name"] for row in rows} == {"王*强"}
    assert rows[0]["minutes"] > rows[1]["minutes"] > 0 == rows[2]["minutes"]
    assert "王小强" not in response.content.decode()


def test_attendance_agrees_with_the_trainers_roster(attended: Callable[[int], TrainingClass], caller: Issue) -> None:
    made = attended(3)
    told = caller(Scope.ATTENDANCE).get(f"/classes/{made.number}/attendance").json()
    for lesson in made.lessons.all():
        roster = {row.learner_number: (row.status, row.minutes) for row in attendance.roster(lesson=lesson)}
        assert roster == {
            row["learner"]: (row["status"], row["minutes"]) for row in told if row["lesson"] == lesson.number
        }


@pytest.mark.parametrize("rows", [1, 3])
def test_statements_do_not_grow_with_the_rows(
    rows: int,
    now: datetime,
    caller: Issue,
    attended: Callable[[int], TrainingClass],
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    """The token, then: count and page; the class; the class, its lessons, its learners, their states."""
    other = caller(Scope.CLASSES, Scope.ATTENDANCE)
    made = attended(rows)
    for _ in range(rows - 1):
        training_class(now=now)
    with django_assert_num_queries(3):
        other.get("/classes")
    with django_assert_num_queries(2):
        other.get(f"/classes/{made.number}")
    with django_assert_num_queries(5):
        other.get(f"/classes/{made.number}/attendance")


def test_attendance_needs_its_own_scope(now: datetime, caller: Issue) -> None:
    made = training_class(now=now)
    assert caller(Scope.CLASSES).get(f"/classes/{made.number}/attendance").status_code == 403
