"""我的课次: a status and why for each lesson, in plain words; leave and disputes from there."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries, Settings

from courses import attendance
from courses.attendance import Outcome, disputes, leave, paper
from courses.attendance.paper import Signed
from courses.models import Dispute, Enrolment, Evidence, Learner, LeaveRequest, PersonMerge
from tests.courses.attendance.conftest import Room, open_room, scan
from tests.courses.attendance.conftest import leave as scan_out
from tests.factories import catalogue, people
from tests.factories.classes import training_class
from tests.factories.papers import pdf, photo

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock(now: datetime) -> Iterator[time_machine.Traveller]:
    with time_machine.travel(now, tick=False) as moved:
        yield moved


@pytest.fixture
def room(now: datetime) -> Room:
    return open_room(now=now)


@pytest.fixture
def learner(client: Client, room: Room) -> Learner:
    made = room.learner()
    assert made.user
    client.force_login(made.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return made


@pytest.fixture
def own(learner: Learner) -> Enrolment:
    return Enrolment.objects.select_related("training_class__course", "learner").get(learner=learner)


def soup(response: object) -> BeautifulSoup:
    return BeautifulSoup(response.content, "lxml")  # type: ignore[attr-defined]


def lines(client: Client, own: Enrolment) -> list[str]:
    page = soup(client.get(reverse("my_lessons", args=[own.number])))
    return [" ".join(row.get_text(" ").split()) for row in page.select(".lesson-lines > li")]


def test_each_lesson_says_what_was_recorded_and_why_minutes_are_missing(
    client: Client, room: Room, learner: Learner, own: Enrolment, clock: time_machine.Traveller
) -> None:
    scan(room, learner, 30)
    scan_out(room, learner, 100)
    clock.move_to(room.at(200))
    one, other = lines(client, own)
    assert "早退" in one
    assert "记 1.5 学时，本次共 4 学时。" in one
    assert "迟到，少记 30 分钟" in one
    assert "早退，少记 80 分钟" in one
    assert "记录不对？提异议" in one
    assert "还没上" in other
    assert "少记" not in other


def test_a_signature_that_waits_for_its_check_is_no_absence(
    client: Client, room: Room, own: Enrolment, clock: time_machine.Traveller, settings: Settings, tmp_path: Path
) -> None:
    """Neither the word for it nor the offer to hear the lesson elsewhere, until somebody finds that it is none."""
    backend = "django.core.files.storage.FileSystemStorage"
    private = {"BACKEND": backend, "OPTIONS": {"location": str(tmp_path)}}
    settings.STORAGES = {**settings.STORAGES, "private": private}
    training_class(now=room.at(-20000), first=room.at(3 * 24 * 60), course=room.a_class.course)
    sheet = paper.print_sign_in(by=room.trainer, lesson=room.lesson, now=room.at(0))
    entry = paper.enter(
        by=room.trainer, sheet=sheet, signed=[Signed(1, came=True, left=True)], photos=[ContentFile(photo())], why="",
        now=room.at(190),
    )  # fmt: skip
    clock.move_to(room.at(200))
    told = lines(client, own)[0]
    assert ("待确认" in told, "已录入，等另一位" in told) == (True, True)
    assert [word for word in ("未登记", "没有签到", "别的班还会讲") if word in told] == []
    paper.send_back(by=people.user(), entry=entry, answer="不是本人签的", now=room.at(201))
    told = lines(client, own)[0]
    assert [word for word in ("未登记", "没有签到", "别的班还会讲") if word not in told] == []


def test_whether_completion_is_still_possible_stands_above(
    client: Client, room: Room, own: Enrolment, clock: time_machine.Traveller
) -> None:
    def standing() -> str:
        found = soup(client.get(reverse("my_lessons", args=[own.number]))).select_one(".standing")
        return " ".join(found.get_text(" ").split()) if found else ""

    clock.move_to(room.at(-60))
    assert standing() == "还差 6.4 学时，可以结业：剩 2 次课，至少再上 2 次，最多可缺 0 次。"
    clock.move_to(room.at(10))
    assert standing() == "正在上课，下课后再看还差多少。"
    page = soup(client.get(reverse("my_lessons", args=[own.number])))
    parts = {row.dt.get_text(): row.dd.get_text(" ", strip=True) for row in page.select("#parts + dl div")}
    assert parts["出勤达到要求的分钟数"] == "正在上课，下课后再看"
    on_now = page.select_one("input[name=attend][value='1'] + span")
    assert on_now is not None
    assert "（正在上课，按上到下课试算）" in on_now.get_text()
    clock.move_to(room.at(200))
    assert standing().startswith("还差 6.4 学时，剩下的课次已经不够结业。")


def test_leave_is_asked_for_with_a_file_and_taken_back(client: Client, own: Enrolment) -> None:
    address = reverse("my_leave", args=[own.number])
    choice = soup(client.get(address)).select("input[name=lessons]")
    assert len(choice) == 2
    wrong = client.post(address, {"kind": "sick", "reason": "发烧"})
    assert (wrong.status_code, "还没有选课次" in wrong.content.decode()) == (422, True)
    file = SimpleUploadedFile("note.pdf", pdf(), "application/pdf")
    sent = client.post(
        address, {"lessons": [choice[1]["value"]], "kind": "sick", "reason": "发烧", "file": file}, follow=True
    )
    assert "请假已提交" in sent.content.decode()
    row = LeaveRequest.objects.get()
    assert ([cover.lesson.number for cover in row.covers.all()], row.reason) == ([2], "发烧")
    assert row.proof is not None
    client.post(reverse("my_leave_withdraw", args=[row.code]))
    row.refresh_from_db()
    assert row.status == LeaveRequest.Status.WITHDRAWN


def test_a_dispute_is_raised_and_both_answers_are_read(
    client: Client, room: Room, own: Enrolment, clock: time_machine.Traveller
) -> None:
    address = reverse("my_dispute", args=[own.number, 1])
    assert client.get(address).status_code == 404
    clock.move_to(room.at(200))
    assert client.post(address, {"text": ""}).status_code == 422
    client.post(address, {"text": "我全程都在"})
    row = Dispute.objects.select_related("lesson", "enrolment__learner", "enrolment__training_class__course").get()
    disputes.answer(by=room.trainer, dispute=row, support=True, text="他坐第一排", now=room.at(210))
    disputes.decide(
        by=people.user(), dispute=row, outcome=Outcome.KEEP, hours=None, text="没有别的证明", now=room.at(220)
    )
    page = soup(client.get(address)).get_text(" ")
    assert ("他坐第一排" in page, "没有别的证明" in page, "维持原记录" in page) == (True, True, True)


def test_a_strangers_lessons_are_not_found(client: Client, learner: Learner, room: Room) -> None:
    other = Enrolment.objects.select_related("training_class", "learner").get(learner=room.learner("李梅"))
    request = leave.ask(
        enrolment=other, lessons=[room.lesson], kind="sick", reason="发烧", content=None, by=None, now=room.at(0)
    )
    contested = attendance.raise_dispute(
        enrolment=other, lesson=room.lesson, text="我在", content=None, by=None, now=room.at(200)
    )
    for name, key in (("my_lessons", other.number), ("my_leave", other.number)):
        assert client.get(reverse(name, args=[key])).status_code == 404
    for name, code in (("my_leave_withdraw", request.code), ("my_dispute_withdraw", contested.code)):
        assert client.post(reverse(name, args=[code])).status_code == 404


def test_the_page_costs_the_same_however_many_lessons_there_are(
    client: Client, learner: Learner, own: Enrolment, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    lines(client, own)
    with django_assert_num_queries(11):
        lines(client, own)


def test_lessons_of_a_merged_record_keep_their_evidence_and_can_be_contested(
    client: Client, room: Room, learner: Learner, own: Enrolment, clock: time_machine.Traveller
) -> None:
    scan(room, learner, 0)
    clock.move_to(room.at(300))
    before = lines(client, own)
    kept = people.learner(now=room.at(-600))
    PersonMerge.objects.create(kept=kept, merged=learner, by=people.user(), at=room.at(300), reason="核对")
    assert kept.user
    Learner.objects.filter(pk=learner.pk).update(user=None)
    client.force_login(kept.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert lines(client, own) == before
    client.post(reverse("my_dispute", args=[own.number, room.lesson.number]), {"text": "我签退了"})
    raised = Dispute.objects.get(enrolment=own)
    assert raised.status == Dispute.Status.RAISED
    client.post(reverse("my_dispute_withdraw", args=[raised.code]))
    raised.refresh_from_db()
    assert raised.status == Dispute.Status.WITHDRAWN


def test_what_if_is_asked_by_a_link_and_answered_without_a_row(
    client: Client, own: Enrolment, room: Room, clock: time_machine.Traveller
) -> None:
    """Two lessons of three hours to come: with both the hours are enough, with one they are not."""
    clock.move_to(room.at(-60))
    address = reverse("my_lessons", args=[own.number])
    page = soup(client.get(address))
    assert [box["value"] for box in page.select("input[name=attend][checked]")] == ["1", "2"]
    parts = {row.dt.get_text(): row.dd.get_text(" ", strip=True) for row in page.select("#parts + dl div")}
    assert parts["出勤达到要求的分钟数"] == "按时到课就能达到"
    answers = [
        soup(client.get(address, asked)).select_one(".supposed")
        for asked in ({"if": 1, "attend": [1, 2]}, {"if": 1, "attend": 1})
    ]
    said = [" ".join(answer.get_text(" ").split()) for answer in answers if answer]
    assert "共 8 学时，满 6.4 合格。 可以结业" in said[0]
    assert "还不能结业，还缺： 出勤达到要求的分钟数" in said[1]
    assert not Evidence.objects.exists()


def test_hours_are_those_of_the_pinned_policy(client: Client, now: datetime) -> None:
    """Where an hour of training has 60 minutes, two lessons of three hours have 6 and not 8."""
    made = open_room(now=now, policy=catalogue.policy("sixty", hour_minutes=60))
    who = made.learner()
    assert who.user
    client.force_login(who.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    row = Enrolment.objects.get(learner=who)
    page = soup(client.get(reverse("my_lessons", args=[row.number])))
    assert "全班 6 学时，满 4.8 合格" in " ".join(page.select_one(".hours").get_text(" ").split())  # type: ignore[union-attr]
