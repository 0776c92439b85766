"""考勤待确认 at the desk: with one trainer the institution is the second person, and the queue leads there."""

from datetime import datetime, timedelta

import pytest
from django.urls import reverse

from courses import attendance
from courses.attendance import Mark
from courses.models import Attendance, Enrolment, Evidence, Post, TrainingClass
from courses.turns import Turn
from tests.courses.web.desk.conftest import Cast, Open, soup, words
from tests.courses.web.desk.test_turns import handled, waits_for, waits_for_others
from tests.factories import catalogue, people
from tests.factories.classes import enrolled, training_class

pytestmark = pytest.mark.django_db


@pytest.fixture
def over(now: datetime, cast: Cast) -> TrainingClass:
    """A class of one trainer, who added three arrivals an hour after the lesson."""
    made = training_class(
        now=now - timedelta(days=20), first=now - timedelta(hours=4), lessons=1, trainers=[cast.trainer]
    )
    for name in ("王小强", "李梅", "周大海"):
        seat = enrolled(training_class=made, now=now - timedelta(days=5), name=name)
        attendance.mark(
            by=cast.trainer, lesson=made.lessons.get(), learner=seat.learner, as_=Mark.PRESENT, reason="no_network",
            now=now,
        )  # fmt: skip
    return made


def boxes(answer: object) -> list[str]:
    return [str(box["value"]) for box in soup(answer).select("input[name=receipt]:not([disabled])")]


def test_what_the_only_trainer_added_late_the_institution_confirms_in_one_press(
    now: datetime, cast: Cast, over: TrainingClass, sign_in: Open
) -> None:
    office, page = sign_in(cast.institution), reverse("desk_presence", args=[over.number])
    assert page in [link["href"] for link in soup(office.get(reverse("desk_class", args=[over.number]))).select("a")]
    waits = (over.number, Turn.PRESENCE_CONFIRM)
    assert waits in waits_for(cast.institution, now)
    assert (*waits, 0) in waits_for_others(cast.district, now)
    [row] = [
        each for each in soup(office.get(reverse("desk"))).select(".queue tbody tr") if "3 条补签待确认" in each.text
    ]
    assert [link["href"] for link in row.select("td:last-child a")] == [page]
    shown = office.get(page)
    assert "王*强" in words(shown)
    assert "王小强" not in words(shown)
    assert "教室没有网络" in words(shown)
    assert len(soup(office.get(f"{page}?all")).select("input[name=receipt][checked]")) == 3
    told = words(office.post(page, {"receipt": boxes(shown), "decision": "agree"}, follow=True))
    assert "已确认 3 条，计入考勤。" in told
    assert "没有要确认的考勤" in told
    assert waits not in waits_for(cast.institution, now)
    assert (over.number, "confirm", 0) in handled(cast.institution, now)
    assert "已确认" in words(office.get(reverse("desk_handled")))
    assert [row.reasons for row in Attendance.objects.all()] == [["no_checkout"]] * 3


def test_one_is_turned_down_with_its_reason(cast: Cast, over: TrainingClass, sign_in: Open) -> None:
    office, page = sign_in(cast.institution), reverse("desk_presence", args=[over.number])
    first = boxes(office.get(page))[0]
    assert "没有勾选" in words(office.post(page, {"decision": "drop"}, follow=True))
    assert "没有写不认可的原因，未保存" in words(office.post(page, {"receipt": first, "decision": "drop"}, follow=True))
    told = words(office.post(page, {"receipt": first, "decision": "drop", "why": "当天请假"}, follow=True))
    assert "1 条不认可，不计考勤。" in told
    assert Evidence.objects.get(kind="reject").note == "当天请假"
    again = words(office.post(page, {"receipt": first, "decision": "agree"}, follow=True))
    assert "第 1 次课：这条记录已经处理过" in again
    assert office.post(page, {"receipt": first}).status_code == 400


def test_who_added_it_sees_it_wait_for_others_and_may_not_choose_it(
    now: datetime, cast: Cast, over: TrainingClass, sign_in: Open
) -> None:
    Post.objects.create(
        user=cast.trainer, role=Post.Role.INSTITUTION, institution=over.institution, since=now - timedelta(days=9)
    )
    both, page = sign_in(cast.trainer), reverse("desk_presence", args=[over.number])
    assert (over.number, Turn.PRESENCE_CONFIRM) not in waits_for(cast.trainer, now)
    shown = both.get(page)
    assert boxes(shown) == []
    assert "须由本班另一位老师或机构管理员确认" in words(shown)
    [one, *_rest] = Evidence.objects.filter(kind="late").values_list("receipt", flat=True)
    told = words(both.post(page, {"receipt": one, "decision": "agree"}, follow=True))
    assert "补签和导入须由另一位老师或机构管理员确认，未保存。" in told


def test_another_trainer_of_the_class_confirms_as_well(
    now: datetime, cast: Cast, over: TrainingClass, sign_in: Open
) -> None:
    second = people.staff(role=Post.Role.TRAINER, now=now, institution=over.institution, username="second")
    over.trainers.add(second)
    other, page = sign_in(second), reverse("class_presence", args=[over.number])
    shown = other.get(page)
    assert "王小强" in words(shown)
    assert "已确认 3 条" in words(other.post(page, {"receipt": boxes(shown), "decision": "agree"}, follow=True))
    assert boxes(sign_in(cast.trainer).get(page)) == []


def test_who_does_not_run_or_teach_the_class_does_not_find_it(cast: Cast, over: TrainingClass, sign_in: Open) -> None:
    desk, teach = reverse("desk_presence", args=[over.number]), reverse("class_presence", args=[over.number])
    for user in (cast.district, cast.auditor, cast.trainer):
        assert {sign_in(user).get(desk).status_code, sign_in(user).post(desk).status_code} == {403}
    assert sign_in(cast.institution).post(teach).status_code == 403
    stranger = sign_in(cast.institution)
    Post.objects.filter(user=cast.institution).update(institution=catalogue.institution("J009"))
    assert {stranger.get(desk).status_code, stranger.post(desk).status_code} == {404}
    TrainingClass.trainers.through.objects.all().delete()
    trainer = sign_in(cast.trainer)
    assert {trainer.get(teach).status_code, trainer.post(teach).status_code} == {404}
    assert Enrolment.objects.filter(training_class=over).count() == 3
