"""纸质签到表 before the trainer: printed by a press, entered row by row, confirmed by somebody else."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries, Settings

from courses import attendance
from courses.attendance import paper
from courses.models import Attendance, AuditEvent, PaperEntry, PaperSheet, User
from tests.courses.attendance.conftest import Room, scan
from tests.courses.web.teach.conftest import post_of, sign_in
from tests.courses.web.teach.test_wall import drawn
from tests.factories import papers, people

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _private(settings: Settings, tmp_path: Any) -> None:
    backend = "django.core.files.storage.FileSystemStorage"
    private = {"BACKEND": backend, "OPTIONS": {"location": str(tmp_path), "base_url": None}}
    settings.STORAGES = {**settings.STORAGES, "private": private}


@pytest.fixture
def colleague(room: Room) -> User:
    """A second trainer of the class."""
    other = post_of(people.user(name="李老师"), now=room.at(0))
    room.a_class.trainers.add(other)
    return other


def after_class(room: Room, clock: time_machine.Traveller, user: User | None = None) -> Client:
    """A browser that signs in when the lesson is over; one of before has idled too long."""
    clock.move_to(room.at(190))
    return sign_in(user or room.trainer)


def soup(answer: Any) -> BeautifulSoup:
    return BeautifulSoup(answer.content.decode(), "lxml")


def printed(room: Room, teacher: Client) -> PaperSheet:
    teacher.post(reverse("roster_sheet", args=[attendance.lesson_name(room.lesson)]))
    return PaperSheet.objects.latest("pk")


def typed(**fields: Any) -> dict[str, Any]:
    return {"photo": SimpleUploadedFile("a.jpg", papers.photo(), "image/jpeg"), **fields}


def test_looking_prints_nothing_and_a_press_prints_one(room: Room, teacher: Client) -> None:
    room.learner("王一")
    address = reverse("roster_sheet", args=[attendance.lesson_name(room.lesson)])
    assert "还没有打印过" in soup(teacher.get(address)).get_text()
    assert not PaperSheet.objects.exists()
    answer = teacher.post(address)
    sheet = PaperSheet.objects.get()
    assert answer.headers["Location"] == reverse("sheet_show", args=[sheet.number])
    page = soup(teacher.get(answer.headers["Location"]))
    assert [row.get_text(" ", strip=True) for row in page.select("tbody th")] == ["王一"]
    assert len(page.select(".paper-table thead tr")) == 2
    assert [len(row.select(".paper-sign")) for row in page.select("tbody tr")] == [2] * 6
    codes = [f"{sheet.number}-0{place}" for place in range(1, 7)]
    assert [row.get_text(" ", strip=True) for row in page.select("tbody tr:not(:has(th))")] == [
        f"{place} {code}" for place, code in enumerate(codes[1:], start=2)
    ]
    assert [drawn(svg) for svg in page.select(".paper-row-code svg")] == [
        f"HTTP://TESTSERVER/S/{one}/" for one in codes
    ]
    assert [code.get_text() for code in page.select(".paper-code b")] == [f"{sheet.number[:4]} {sheet.number[4:]}"]
    assert PaperSheet.objects.count() == 1


def test_a_print_after_the_lesson_is_filled_for_the_files(
    room: Room, teacher: Client, clock: time_machine.Traveller
) -> None:
    scan(room, room.learner("王一"), 40)
    room.learner("王二")
    teacher = after_class(room, clock)
    page = soup(teacher.get(reverse("sheet_show", args=[printed(room, teacher).number])))
    first = [cell.get_text(strip=True) for cell in page.select("tbody tr")[0].select("td, th")]
    assert first[4:8] == ["9:40", "", "扫码", "待确认"]
    assert "应到 2 人" in page.select_one(".paper-foot").get_text()  # type: ignore[union-attr]


def test_it_is_entered_by_one_and_confirmed_by_another(
    room: Room, teacher: Client, colleague: User, clock: time_machine.Traveller
) -> None:
    one, two = room.learner("王一"), room.learner("王二")
    sheet = printed(room, teacher)
    teacher, other = after_class(room, clock), after_class(room, clock, colleague)
    enter = reverse("sheet_enter", args=[sheet.number])
    assert len(soup(teacher.get(enter)).select("input[type=checkbox][checked]")) == 0
    assert len(soup(teacher.get(enter + "?all")).select("input[type=checkbox][checked]")) == 4
    answer = teacher.post(enter, typed(**{"in-1": "1", "out-1": "1", "in-time-2": "940", "out-2": "1"}))
    entry = PaperEntry.objects.get()
    assert answer.headers["Location"] == reverse("sheet_entry", args=[sheet.number, entry.number])
    own = soup(teacher.get(answer.headers["Location"]))
    assert [button["value"] for button in own.select("button[name=decision]")] == ["withdraw"]
    assert not Attendance.objects.exists()

    waiting = soup(other.get(reverse("teach"))).select(".due a")
    assert [link["href"] for link in waiting] == [answer.headers["Location"]]
    page = soup(other.get(answer.headers["Location"]))
    assert [button["value"] for button in page.select("button[name=decision]")] == ["confirm", "return"]
    assert "有签名，没有扫码" in page.get_text()
    other.post(answer.headers["Location"], {"decision": "confirm", "row": ["1", "2"]})
    found = {row.learner: (row.status, row.minutes) for row in Attendance.objects.select_related("learner")}
    assert found == {one: ("present", 180), two: ("late", 140)}
    done = soup(other.get(answer.headers["Location"]))
    assert [cell.get_text(strip=True) for cell in done.select("tbody td:last-child")] == ["已补录", "已补录"]
    assert soup(other.get(reverse("teach"))).select(".due a") == []


def test_a_refusal_keeps_what_was_typed_and_leads_to_its_row(
    room: Room, teacher: Client, clock: time_machine.Traveller
) -> None:
    room.learner("王一")
    sheet = printed(room, teacher)
    teacher = after_class(room, clock)
    answer = teacher.post(reverse("sheet_enter", args=[sheet.number]), typed(**{"in-time-1": "九点", "out-1": "1"}))
    page = soup(answer)
    assert answer.status_code == 422
    assert page.select_one(".error-summary a")["href"] == "#in-1"  # type: ignore[index]
    assert page.select_one("[name=in-time-1]")["value"] == "九点"  # type: ignore[index]
    assert page.select_one("[name=out-1]").has_attr("checked")  # type: ignore[union-attr]
    answer = teacher.post(reverse("sheet_enter", args=[sheet.number]), {"in-1": "1"})
    assert soup(answer).select_one(".error-summary a")["href"] == "#photo"  # type: ignore[index]
    assert not PaperEntry.objects.exists()


def test_before_the_end_and_while_one_waits_the_form_is_not_shown(
    room: Room, teacher: Client, clock: time_machine.Traveller
) -> None:
    room.learner("王一")
    sheet = printed(room, teacher)
    enter = reverse("sheet_enter", args=[sheet.number])
    assert "还没有下课" in soup(teacher.get(enter)).get_text()
    teacher = after_class(room, clock)
    teacher.post(enter, typed(**{"in-1": "1", "out-1": "1"}))
    page = soup(teacher.get(enter))
    assert page.select("[data-sheet]") == []
    assert reverse("sheet_entry", args=[sheet.number, PaperEntry.objects.get().number]) in str(page)


def test_the_picture_comes_as_a_download_and_the_look_is_kept(
    room: Room, teacher: Client, colleague: User, clock: time_machine.Traveller
) -> None:
    room.learner("王一")
    sheet = printed(room, teacher)
    teacher, other = after_class(room, clock), after_class(room, clock, colleague)
    teacher.post(reverse("sheet_enter", args=[sheet.number]), typed(**{"in-1": "1"}))
    code = PaperEntry.objects.get().photos.get().code
    address = reverse("sheet_photo", args=[sheet.number, code])
    assert other.get(address).status_code == 405
    answer = other.post(address)
    assert (answer.headers["Content-Type"], answer.content[:2]) == ("image/jpeg", b"\xff\xd8")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert AuditEvent.objects.filter(verb="sheet_photo_opened").count() == 1


def test_the_number_of_the_paper_leads_to_its_rows(room: Room, teacher: Client, stranger: Client) -> None:
    room.learner("王一")
    sheet = printed(room, teacher)
    to = reverse("sheet_enter", args=[sheet.number])
    assert teacher.get(reverse("sheet_find"), {"code": sheet.number.lower()}).headers["Location"] == to
    assert teacher.get(f"/s/{sheet.number}/").headers["Location"] == to
    assert teacher.get(reverse("sheet_find"), {"code": f"{sheet.number}-02"}).headers["Location"] == f"{to}#in-2"
    assert teacher.get(f"/S/{sheet.number}-02/").headers["Location"] == f"{to}#in-2"
    assert teacher.get(f"/S/{sheet.number}/").headers["Location"] == to
    assert Client().get(f"/S/{sheet.number}/").headers["Location"].startswith("/account/staff/")
    assert stranger.get(f"/S/{sheet.number}/").status_code == 404
    assert (
        "没有找到这张签到表"
        in stranger.get(reverse("sheet_find"), {"code": sheet.number}, follow=True).content.decode()
    )


def test_nobody_else_finds_a_sheet(room: Room, teacher: Client, stranger: Client) -> None:
    room.learner("王一")
    sheet = printed(room, teacher)
    for name in ("sheet_show", "sheet_enter"):
        assert stranger.get(reverse(name, args=[sheet.number])).status_code == 404


def test_the_summary_is_printed_under_its_own_number(room: Room, teacher: Client) -> None:
    scan(room, room.learner("王一"), 0)
    address = reverse("class_summary", args=[room.a_class.number])
    assert teacher.get(address).status_code == 405
    page = soup(teacher.post(address))
    assert page.h1 is not None
    assert page.h1.get_text() == "学员出勤簿"
    assert page.select("thead th")[-1].get_text() == "学员签名"
    assert [cell.get_text() for cell in page.select("tbody td:last-child.paper-sign")] == [""]
    assert [cell.get_text(strip=True) for cell in page.select("tbody td.mark")] == ["?", ""]
    assert PaperSheet.objects.get().form == PaperSheet.Form.SUMMARY


def test_a_long_class_is_cut_into_tables_that_fit(room: Room, teacher: Client) -> None:
    room.learner("王一")
    first = room.lesson
    for number in range(3, 21):
        start = first.starts_at + timedelta(days=number)
        room.a_class.lessons.create(
            number=number, code=number, title="课", starts_at=start, ends_at=start + timedelta(hours=1)
        )
    page = soup(teacher.post(reverse("class_summary", args=[room.a_class.number])))
    tables = page.select(".paper-summary")
    assert [len(table.select("thead th.mark")) for table in tables] == [14, 6]
    assert [len(table.select("thead th.n")) for table in tables] == [1, 8]


def test_the_page_of_an_entry_costs_the_same_for_one_and_for_five(
    room: Room, teacher: Client, clock: time_machine.Traveller, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    room.learner()
    one = printed(room, teacher)
    for _ in range(4):
        room.learner()
    five = printed(room, teacher)
    teacher = after_class(room, clock)
    for sheet in (one, five):
        made = teacher.post(reverse("sheet_enter", args=[sheet.number]), typed(**{"in-1": "1"}))
        teacher.get(made.headers["Location"])
        with django_assert_num_queries(13):
            teacher.get(made.headers["Location"])
    assert paper.latest(sheet=five) is not None
