"""请假和异议 before the trainer: on the first page while they wait, decided or answered on one of their own."""

from datetime import datetime

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse

from courses import attendance
from courses.attendance import leave
from courses.models import Attendance, Dispute, Enrolment, LeaveRequest, Reveal
from courses.web import claims
from tests.courses.attendance.conftest import Room
from tests.factories.papers import pdf

pytestmark = pytest.mark.django_db


@pytest.fixture
def own(room: Room) -> Enrolment:
    return Enrolment.objects.select_related("learner", "training_class__course").get(learner=room.learner("王小强"))


@pytest.fixture
def asked(room: Room, own: Enrolment) -> LeaveRequest:
    content = ContentFile(pdf(), name="note.pdf")
    return leave.ask(
        enrolment=own, lessons=[room.lesson], kind="sick", reason="发烧", content=content, by=None, now=room.at(-60)
    )


def first_page(teacher: Client) -> list[str]:
    page = BeautifulSoup(teacher.get(reverse("teach")).content, "lxml")
    return [" ".join(row.get_text(" ").split()) for row in page.select(".due .teach-row") if "请假" in row.get_text()]


def test_what_waits_stands_on_the_first_page_and_is_decided_on_its_own(
    room: Room, teacher: Client, asked: LeaveRequest
) -> None:
    [row] = first_page(teacher)
    assert "请假 1 份，异议 0 份" in row
    page = teacher.get(reverse("class_requests", args=[room.a_class.number])).content.decode()
    assert ("王小强" in page, "发烧" in page) == (True, True)
    teacher.post(reverse("leave_decide", args=[room.a_class.number, asked.code]), {"decision": "grant", "answer": ""})
    assert Attendance.objects.get().status == "sick"
    assert first_page(teacher) == []


def test_a_refusal_without_a_reason_says_so_and_changes_nothing(
    room: Room, teacher: Client, asked: LeaveRequest
) -> None:
    answer = teacher.post(
        reverse("leave_decide", args=[room.a_class.number, asked.code]), {"decision": "refuse"}, follow=True
    )
    assert "请写明原因，未保存。" in answer.content.decode()
    asked.refresh_from_db()
    assert asked.status == "asked"


def test_a_dispute_is_answered_and_stays_open_for_the_institution(
    room: Room, teacher: Client, own: Enrolment, clock: time_machine.Traveller
) -> None:
    row = attendance.raise_dispute(
        enrolment=own, lesson=room.lesson, text="我全程都在", content=None, by=None, now=room.at(181)
    )
    clock.move_to(room.at(200))
    teacher.post(
        reverse("dispute_answer", args=[room.a_class.number, row.code]), {"decision": "support", "answer": "见过他"}
    )
    row.refresh_from_db()
    assert (row.status, row.supported, row.answer, row.decide_from) == ("answered", True, "见过他", room.at(200))
    assert not Attendance.objects.exists()


def test_a_look_at_a_file_is_kept_for_the_learner_to_read(room: Room, teacher: Client, asked: LeaveRequest) -> None:
    assert asked.proof is not None
    answer = teacher.post(reverse("claim_file", args=[room.a_class.number, asked.proof.code]))
    assert (answer.status_code, answer.content) == (200, pdf())
    assert "attachment" in answer.headers["Content-Disposition"]
    assert Reveal.objects.get().learner == asked.enrolment.learner


def test_a_trainer_of_another_class_finds_none_of_it(
    room: Room, stranger: Client, asked: LeaveRequest, own: Enrolment, now: datetime
) -> None:
    row = Dispute.objects.create(
        code="d", enrolment=own, lesson=room.lesson, was_status="unmarked", text="我在", raised_at=now, decide_from=now
    )
    assert asked.proof is not None
    assert stranger.get(reverse("class_requests", args=[room.a_class.number])).status_code == 404
    for name, code in (
        ("leave_decide", asked.code),
        ("dispute_answer", row.code),
        ("claim_file", asked.proof.code),
    ):
        assert stranger.post(reverse(name, args=[room.a_class.number, code])).status_code == 404


def test_what_waits_stays_on_the_page_however_much_was_decided_since(
    room: Room, teacher: Client, asked: LeaveRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(claims, "FEW", 1)
    other = Enrolment.objects.select_related("learner", "training_class__course").get(learner=room.learner("李梅"))
    newer = leave.ask(
        enrolment=other, lessons=[room.lesson], kind="leave", reason="有事", content=None, by=None, now=room.at(-50)
    )
    leave.decide(by=room.trainer, request=newer, grant=True, answer="", now=room.at(-40))
    page = teacher.get(reverse("class_requests", args=[room.a_class.number])).content.decode()
    assert asked.reason in page
