"""At the desk: signed sheets wait for another person, kiosks are started, and a used-up day of browsers is opened."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from pytest_django import Settings

from courses import turns
from courses.attendance import paper
from courses.attendance.paper import Signed
from courses.models import AuditEvent, DeviceAllowance, Kiosk, Lesson, PaperEntry, PaperSheet, TrainingClass, User
from courses.people import devices
from courses.turns import Turn
from tests.courses.web.desk.conftest import Cast, Open, soup, words
from tests.courses.web.desk.test_turns import handled, rows, tabs, waits_for, waits_for_others
from tests.factories import papers, people
from tests.factories.classes import enrolled, training_class

pytestmark = pytest.mark.django_db
Make = Callable[..., TrainingClass]


@pytest.fixture(autouse=True)
def _private(settings: Settings, tmp_path: Any) -> None:
    backend = "django.core.files.storage.FileSystemStorage"
    private = {"BACKEND": backend, "OPTIONS": {"location": str(tmp_path), "base_url": None}}
    settings.STORAGES = {**settings.STORAGES, "private": private}


@pytest.fixture
def over(now: datetime, cast: Cast) -> TrainingClass:
    """One lesson this morning, over for an hour; two learners, nobody scanned."""
    made = training_class(
        now=now - timedelta(days=20), first=now - timedelta(hours=4), lessons=1, trainers=[cast.trainer]
    )
    for name in ("王一", "王二"):
        enrolled(training_class=made, now=now - timedelta(days=5), name=name)
    return made


def lesson_of(a_class: TrainingClass) -> Lesson:
    return Lesson.objects.select_related("training_class").get(training_class=a_class)


def entered(a_class: TrainingClass, *, by: User, now: datetime) -> PaperEntry:
    sheet = paper.print_sign_in(by=by, lesson=lesson_of(a_class), now=now)
    signed = [Signed(1, came=True, left=True), Signed(2)]
    return paper.enter(by=by, sheet=sheet, signed=signed, photos=[ContentFile(papers.photo())], why="", now=now)


def test_what_the_trainer_entered_waits_for_the_institution(now: datetime, cast: Cast, over: TrainingClass) -> None:
    entered(over, by=cast.trainer, now=now)
    assert waits_for(cast.institution, now) == {(over.number, Turn.SHEET_CONFIRM), (over.number, Turn.NO_SHOW)}
    assert waits_for_others(cast.institution, now) == set()
    assert turns.count_mine(user=cast.institution, now=now) == 2
    assert waits_for_others(cast.district, now) == {(over.number, Turn.SHEET_CONFIRM, 0)}


def test_what_one_entered_oneself_waits_for_others(now: datetime, cast: Cast, over: TrainingClass) -> None:
    entered(over, by=cast.institution, now=now)
    assert waits_for(cast.institution, now) == {(over.number, Turn.NO_SHOW)}
    assert waits_for_others(cast.institution, now) == {(over.number, Turn.SHEET_CONFIRM, 0)}
    assert handled(cast.institution, now) == [(over.number, "entered", 0)]


def test_the_queue_leads_to_the_sheet_and_the_deed_is_remembered(
    now: datetime, cast: Cast, sign_in: Open, over: TrainingClass
) -> None:
    entry = entered(over, by=cast.trainer, now=now)
    desk = sign_in(cast.institution)
    found = soup(desk.get(reverse("desk"))).select(".queue tbody tr")
    [row] = [each for each in found if "1 张签到表" in each.get_text()]
    assert [link["href"] for link in row.select("td:last-child a")] == [reverse("desk_sheets", args=[over.number])]
    page = reverse("desk_sheet_entry", args=[entry.sheet.number, entry.number])
    assert page in [link["href"] for link in soup(desk.get(reverse("desk_sheets", args=[over.number]))).select("a")]
    shown = words(desk.get(page))
    assert ("王*" in shown, "王一" in shown) == (True, False)
    desk.post(page, {"decision": "confirm", "row": ["1", "2"]})
    assert handled(cast.institution, now) == [(over.number, "confirmed", 0)]
    [told] = rows(desk.get(reverse("desk_handled")))
    assert ("签到表" in told, "已确认" in told) == (True, True)
    assert tabs(desk.get(reverse("desk")))[0] == "待我办 1", "one of the two did not sign"


def test_the_institution_prints_and_enters_with_masked_names(
    now: datetime, cast: Cast, sign_in: Open, over: TrainingClass
) -> None:
    desk = sign_in(cast.institution)
    answer = desk.post(reverse("desk_sheets", args=[over.number]), {"lesson": "1"})
    sheet = PaperSheet.objects.get()
    assert answer.headers["Location"] == reverse("desk_sheet_show", args=[sheet.number])
    assert "王一" in words(desk.get(answer.headers["Location"]))
    enter = reverse("desk_sheet_enter", args=[sheet.number])
    assert "王一" not in words(desk.get(enter))
    photo = SimpleUploadedFile("a.jpg", papers.photo(), "image/jpeg")
    made = desk.post(enter, {"in-1": "1", "out-1": "1", "photo": photo})
    entry = PaperEntry.objects.get()
    assert made.headers["Location"] == reverse("desk_sheet_entry", args=[sheet.number, entry.number])
    desk.post(made.headers["Location"], {"decision": "confirm", "row": "1"})
    entry.refresh_from_db()
    assert entry.status == "entered"
    page = reverse("desk_sheet_photo", args=[sheet.number, entry.photos.get().code])
    assert desk.post(page).content[:2] == b"\xff\xd8"
    assert "学员出勤簿" in words(desk.post(reverse("desk_summary", args=[over.number])))


def test_who_signed_by_hand_on_a_blank_line_is_chosen_from_those_whom_the_print_lacks(
    now: datetime, cast: Cast, sign_in: Open, over: TrainingClass
) -> None:
    desk = sign_in(cast.institution)
    desk.post(reverse("desk_sheets", args=[over.number]), {"lesson": "1"})
    sheet = PaperSheet.objects.get()
    enter = reverse("desk_sheet_enter", args=[sheet.number])
    assert soup(desk.get(enter)).select("[data-row] select") == []
    assert "签到表不能代替报名" in words(desk.get(enter))
    late = enrolled(training_class=over, now=now - timedelta(days=5), name="赵六")
    late.__class__.objects.filter(pk=late.pk).update(admitted_at=now - timedelta(hours=3))
    [choice] = soup(desk.get(enter)).select("[data-row] select")
    assert [option["value"] for option in choice.select("option")] == ["", late.number]
    photo = SimpleUploadedFile("a.jpg", papers.photo(), "image/jpeg")
    refused = desk.post(enter, {"in-3": "1", "photo": photo})
    assert (refused.status_code, "第 3 行是手写的" in words(refused)) == (422, True)
    photo = SimpleUploadedFile("a.jpg", papers.photo(), "image/jpeg")
    made = desk.post(enter, {"in-3": "1", "who-3": late.number, "photo": photo})
    assert "赵* 手写" in words(desk.get(made.headers["Location"]))


def test_the_list_of_sheets_costs_the_same_for_one_lesson_and_for_four(
    now: datetime, cast: Cast, sign_in: Open, over: TrainingClass, django_assert_num_queries: Any
) -> None:
    desk, page = sign_in(cast.institution), reverse("desk_sheets", args=[over.number])
    entered(over, by=cast.trainer, now=now)
    desk.get(page)
    with django_assert_num_queries(8):
        desk.get(page)
    for number in range(2, 5):
        start = now + timedelta(days=number)
        over.lessons.create(number=number, code=number, title="课", starts_at=start, ends_at=start + timedelta(hours=1))
        paper.print_sign_in(by=cast.trainer, lesson=lesson_of_number(over, number), now=now)
    with django_assert_num_queries(8):
        desk.get(page)


def lesson_of_number(a_class: TrainingClass, number: int) -> Lesson:
    return Lesson.objects.select_related("training_class").get(training_class=a_class, number=number)


def test_the_office_starts_a_kiosk_for_a_room_and_ends_it(now: datetime, cast: Cast, sign_in: Open) -> None:
    made = training_class(now=now, trainers=[cast.trainer])
    desk, page = sign_in(cast.institution), reverse("desk_kiosks", args=[made.number])
    assert "没有在用的扫码台" in words(desk.get(page))
    assert not Kiosk.objects.exists()
    answer = desk.post(page, {"lesson": "1", "for": "room"})
    kiosk = Kiosk.objects.get()
    assert (kiosk.room, kiosk.lesson_id, kiosk.started_by) == ("203 教室", None, cast.institution)
    assert len(soup(answer).select(".kiosk-code")[0].get_text().replace(" ", "")) == 8
    assert kiosk.number in words(desk.get(page))
    desk.post(reverse("desk_kiosk_end", args=[made.number, kiosk.number]))
    kiosk.refresh_from_db()
    assert kiosk.ended_by == cast.institution
    assert desk.post(page, {"lesson": "9", "for": "lesson"}).status_code == 404


def test_a_used_up_day_of_browsers_is_opened_for_a_reason_that_is_kept(
    now: datetime, cast: Cast, sign_in: Open, over: TrainingClass
) -> None:
    own = over.enrolments.order_by("arrival_no")[0]
    desk = sign_in(cast.institution)
    page = reverse("desk_receipt", args=[over.number, own.number])
    allow = reverse("desk_browsers_allow", args=[over.number, own.number])
    assert "今天的次数已用完" not in words(desk.get(page))
    assert "不用放开" in words(desk.post(allow, {"reason": "换手机"}, follow=True))
    for label in ("旧手机", "微信"):
        devices.bind(learner=own.learner, label=label, now=now)
    assert "今天的次数已用完" in words(desk.get(page))
    assert "请写明原因" in words(desk.post(allow, {"reason": " "}, follow=True))
    assert not DeviceAllowance.objects.exists()
    assert "已放开" in words(desk.post(allow, {"reason": "手机丢了，已核对证件"}, follow=True))
    assert AuditEvent.objects.filter(verb="devices_allowed", target=own.learner.number).count() == 1
    later = now + timedelta(minutes=1)
    assert devices.bind(learner=own.learner, label="新手机", now=later).pk
    assert devices.bound(learner=own.learner, now=later).count() == 2


def test_nobody_opens_their_own_day(now: datetime, cast: Cast) -> None:
    learner = people.learner(now=now)
    assert learner.user is not None
    for label in ("一", "二"):
        devices.bind(learner=learner, label=label, now=now)
    with pytest.raises(devices.DeviceRefused) as caught:
        devices.allow_again(by=learner.user, learner=learner, reason="我要", now=now)
    assert caught.value.code == devices.DeviceRefusal.OWN_RECORD
