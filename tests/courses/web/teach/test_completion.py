import pytest
import time_machine
from bs4 import BeautifulSoup
from django.test import Client
from django.urls import reverse

from courses import attendance
from courses.models import Completion, Learner, Lesson
from tests.courses.attendance.conftest import Room, leave, scan

pytestmark = pytest.mark.django_db


@pytest.fixture
def ended(room: Room, clock: time_machine.Traveller) -> Room:
    """The second lesson is cancelled, so the class has ended with the first."""
    Lesson.objects.filter(training_class=room.a_class).exclude(pk=room.lesson.pk).update(status=Lesson.Status.CANCELLED)
    clock.move_to(room.at(300))
    return room


def came(room: Room, name: str, *, left: float = 180) -> Learner:
    learner = room.learner(name)
    scan(room, learner, 0)
    leave(room, learner, left)
    return learner


def address(room: Room, what: str = "") -> str:
    return f"/teach/class/{room.a_class.number}/completion/{what}"


def opened(teacher: Client, room: Room) -> BeautifulSoup:
    return BeautifulSoup(teacher.get(address(room)).content.decode(), "lxml")


def rows(page: BeautifulSoup) -> list[tuple[str, bool, str]]:
    """Name, whether ticked, and what is missing."""
    return [
        (
            row.select_one(".done-who b").find_all(string=True)[-1].strip(),  # type: ignore[union-attr]
            row.input.has_attr("checked"),  # type: ignore[union-attr]
            "，".join(why.get_text(strip=True) for why in row.select(".done-why li")),
        )
        for row in page.select(".done-row")
    ]


def test_who_meets_the_rule_is_ticked_and_who_does_not_reads_why(ended: Room, teacher: Client) -> None:
    came(ended, "王一")
    came(ended, "王二", left=90)
    scan(ended, ended.learner("王三"), 0)
    page = opened(teacher, ended)
    assert rows(page) == [
        ("王一", True, ""),
        ("王二", False, "还差 1.2 学时"),
        ("王三", False, "1 次课的考勤待确认：第 1 次课，还差 3.2 学时"),
    ]
    link = page.select_one(".done-why a")
    assert link["href"] == reverse("roster", args=[attendance.lesson_name(ended.lesson)])  # type: ignore[index]
    assert [box.has_attr("disabled") for box in page.select(".done-row input")] == [False, True, True]
    assert "到课满 80% 学时" in page.get_text()


def test_a_class_that_goes_on_proposes_nobody(room: Room, teacher: Client, clock: time_machine.Traveller) -> None:
    came(room, "王一")
    clock.move_to(room.at(300))
    page = opened(teacher, room)
    assert "还有 1 次课没上" in rows(page)[0][2]
    assert page.find("button", string="提出结业") is None


def test_where_nobody_is_to_be_proposed_no_nought_is_said(ended: Room, teacher: Client) -> None:
    assert [head.get_text() for head in opened(teacher, ended).select("main h2")] == []
    came(ended, "王一")
    assert opened(teacher, ended).select_one("main h2").get_text() == "1 人已达到条件"  # type: ignore[union-attr]
    teacher.post(address(ended, "propose/"), {"enrolment": [ended_number(ended)]})
    page = opened(teacher, ended)
    assert [head.get_text() for head in page.select("main h2")] == ["本班 1 人", "提错了可以收回"]


def ended_number(room: Room) -> str:
    return str(room.a_class.enrolments.get().number)


def test_proposing_is_one_press_for_all_who_are_ticked(ended: Room, teacher: Client) -> None:
    for name in ("王一", "王二"):
        came(ended, name)
    ticked = [box["value"] for box in opened(teacher, ended).select(".done-row input[checked]")]
    answer = teacher.post(address(ended, "propose/"), {"enrolment": ticked}, follow=True)
    assert "已提出 2 人结业" in answer.content.decode()
    assert Completion.objects.filter(proposed_by=ended.trainer).count() == 2
    assert [row[1] for row in rows(opened(teacher, ended))] == [False, False]


def test_who_was_refused_is_named_with_the_reason(ended: Room, teacher: Client) -> None:
    good, short = came(ended, "王一"), came(ended, "王二", left=90)
    numbers = [learner.enrolments.get().number for learner in (good, short)]
    answer = teacher.post(address(ended, "propose/"), {"enrolment": numbers}, follow=True)
    text = BeautifulSoup(answer.content.decode(), "lxml").get_text()
    assert "已提出 1 人结业" in text
    assert "王二：还没有达到结业条件" in text
    assert Completion.objects.get().enrolment.learner == good


def test_a_wrong_proposal_is_taken_back_from_the_page_until_it_is_handed_in(
    ended: Room, teacher: Client, stranger: Client
) -> None:
    came(ended, "王一")
    teacher.post(address(ended, "propose/"), {"enrolment": [ended_number(ended)]})
    row = Completion.objects.get()
    back = address(ended, f"{row.number}/withdraw/")
    assert opened(teacher, ended).select_one(f'form[action="{back}"]') is not None
    assert stranger.post(back, {"reason": "看错了行"}).status_code == 404
    answer = teacher.post(back, {"reason": "看错了行"}, follow=True)
    text = BeautifulSoup(answer.content.decode(), "lxml").get_text()
    assert "已收回" in text
    assert "老师收回：看错了行" in text
    row.refresh_from_db()
    assert row.status == "returned"
    assert opened(teacher, ended).select_one(f'form[action="{back}"]') is None


def test_nobody_ticked_is_said(ended: Room, teacher: Client) -> None:
    answer = teacher.post(address(ended, "propose/"), follow=True)
    assert "没有勾选学员" in answer.content.decode()


def test_a_stranger_proposes_nobody(ended: Room, stranger: Client) -> None:
    learner = came(ended, "王一")
    asked = {"enrolment": learner.enrolments.get().number}
    assert stranger.get(address(ended)).status_code == 404
    assert stranger.post(address(ended, "propose/"), asked).status_code == 404
    assert not Completion.objects.exists()
