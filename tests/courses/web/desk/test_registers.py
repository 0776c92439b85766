"""考勤文件 at the desk: who runs the class sends it, another one lets it count, nobody else finds it."""

from datetime import datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from courses.models import Attendance, Enrolment, Evidence, Post, TrainingClass
from courses.policy import CITY_TIME
from courses.turns import Turn
from tests.courses.web.desk.conftest import Cast, Open, soup, words
from tests.courses.web.desk.test_turns import handled, waits_for, waits_for_others
from tests.factories import catalogue, people
from tests.factories.classes import enrolled, training_class

pytestmark = pytest.mark.django_db


@pytest.fixture
def over(now: datetime, cast: Cast) -> TrainingClass:
    made = training_class(
        now=now - timedelta(days=20), first=now - timedelta(hours=4), lessons=1, trainers=[cast.trainer]
    )
    enrolled(training_class=made, now=now - timedelta(days=5), name="王小强")
    return made


def send(client: Client, over: TrainingClass, came: str) -> object:
    seat = Enrolment.objects.select_related("learner").get(training_class=over)
    lines = f"班次编号,课次,学员,签到时间,签退时间\n{over.number},1,{seat.learner.number},{came},\n"
    file = SimpleUploadedFile("register.csv", lines.encode())
    return client.post(reverse("desk_registers", args=[over.number]), {"file": file}, follow=True)


def test_a_file_is_sent_by_one_and_confirmed_by_another(
    now: datetime, cast: Cast, over: TrainingClass, sign_in: Open
) -> None:
    one, page = sign_in(cast.institution), reverse("desk_registers", args=[over.number])
    assert page in [link["href"] for link in soup(one.get(reverse("desk_class", args=[over.number]))).select("a[href]")]
    assert "没有等待确认的文件" in words(one.get(page))
    began = over.lessons.get().starts_at.astimezone(CITY_TIME).strftime("%Y-%m-%d %H:%M")
    told = words(send(one, over, began))
    assert "已导入 1 条，等另一人确认后计入考勤。" in told
    assert "等另一位管理员或任课老师确认" in told
    assert "没有重复导入" in words(send(one, over, began))
    [seen] = Evidence.objects.filter(kind="import")
    decide = reverse("desk_register_decide", args=[over.number, seen.note.split()[0]])
    assert "须由另一位老师或机构管理员确认" in words(one.post(decide, {"decision": "agree"}, follow=True))
    second = people.staff(role=Post.Role.INSTITUTION, now=now, institution=over.institution, username="second")
    other = sign_in(second)
    assert decide in [form["action"] for form in soup(other.get(page)).select("form[action]")]
    assert "已确认 1 条，计入考勤。" in words(other.post(decide, {"decision": "agree"}, follow=True))
    assert Attendance.objects.get().in_at is not None
    assert "已经处理过" in words(other.post(decide, {"decision": "drop"}, follow=True))


def test_a_file_that_one_sent_waits_for_another_and_the_queue_leads_to_it(
    now: datetime, cast: Cast, over: TrainingClass, sign_in: Open
) -> None:
    began = over.lessons.get().starts_at.astimezone(CITY_TIME).strftime("%Y-%m-%d %H:%M")
    send(sign_in(cast.institution), over, began)
    second = people.staff(role=Post.Role.INSTITUTION, now=now, institution=over.institution, username="second")
    waits = (over.number, Turn.REGISTER_CONFIRM)
    assert waits in waits_for(second, now)
    assert waits not in waits_for(cast.institution, now)
    assert (*waits, 0) in waits_for_others(cast.institution, now)
    assert (*waits, 0) in waits_for_others(cast.district, now)
    assert handled(cast.institution, now) == [(over.number, "entered", 0)]
    other, page = sign_in(second), reverse("desk_registers", args=[over.number])
    [row] = [
        each for each in soup(other.get(reverse("desk"))).select(".queue tbody tr") if "考勤文件，1 人" in each.text
    ]
    assert [link["href"] for link in row.select("td:last-child a")] == [page]
    [seen] = Evidence.objects.filter(kind="import")
    decide = reverse("desk_register_decide", args=[over.number, seen.note.split()[0]])
    other.post(decide, {"decision": "agree"})
    assert waits not in waits_for(second, now)
    assert handled(second, now) == [(over.number, "confirm", 0)]
    assert "已确认" in words(other.get(reverse("desk_handled")))


def test_a_bad_cell_is_named_with_what_to_do(cast: Cast, over: TrainingClass, sign_in: Open) -> None:
    answer = send(sign_in(cast.institution), over, "some time")
    assert answer.status_code == 422  # type: ignore[attr-defined]
    told = words(answer)
    assert "1 格不对，一行也没有导入" in told
    assert "D2 应是" in told
    assert not Evidence.objects.exists()


def test_without_a_file_the_page_asks_for_one(cast: Cast, over: TrainingClass, sign_in: Open) -> None:
    answer = sign_in(cast.institution).post(reverse("desk_registers", args=[over.number]))
    assert (answer.status_code, "请先选择文件" in words(answer)) == (422, True)


def test_who_does_not_run_the_class_does_not_find_it(cast: Cast, over: TrainingClass, sign_in: Open) -> None:
    addresses = [
        reverse("desk_registers", args=[over.number]),
        reverse("desk_register_decide", args=[over.number, "abc"]),
    ]
    for user in (cast.district, cast.auditor, cast.trainer):
        assert {sign_in(user).post(address).status_code for address in addresses} == {403}
    stranger = sign_in(cast.institution)
    Post.objects.filter(user=cast.institution).update(institution=catalogue.institution("J009"))
    assert {stranger.post(address).status_code for address in addresses} == {404}
