"""A change of an approved class on the desk: the institution asks, the district finds it in its queue and decides."""

from datetime import datetime, timedelta

import pytest
from django.urls import reverse

from courses import enrolment, seating
from courses.attendance.checkin import Who, check_in
from courses.attendance.tickets import new_ticket
from courses.models import ChangeRequest, Direction, Lesson, OutboxMessage, TrainingClass
from courses.policy import CITY_TIME
from tests.courses.web.desk.conftest import Cast, Open, soup, words
from tests.factories import catalogue
from tests.factories.classes import enrolled, first_lesson, training_class
from tests.factories.institutions import registered

pytestmark = pytest.mark.django_db
GRANTED = {"decision": "grant"}


def test_a_change_is_asked_for_found_in_the_queue_and_granted(now: datetime, cast: Cast, sign_in: Open) -> None:
    made = training_class(now=now, first=now + timedelta(days=9), trainers=[cast.trainer])
    enrolled(training_class=made, now=now)
    OutboxMessage.objects.all().delete()
    lesson = first_lesson(made)
    address = reverse("desk_changes", args=[made.number])
    school = sign_in(cast.institution)
    asked = school.post(address, {"lesson": lesson.pk, "room": "305 教室", "reason": "教室检修"}, follow=True)
    assert "已提交变更申请，等区市审核。" in words(asked)
    district = sign_in(cast.district)
    assert "1 份变更申请" in words(district.get(reverse("desk")))
    row = ChangeRequest.objects.get()
    decide = reverse("desk_change_decide", args=[made.number, row.number])
    assert school.post(decide, {"decision": "grant"}).status_code == 403
    assert "已同意变更" in words(district.post(decide, {"decision": "grant"}, follow=True))
    assert "这份申请已经办过" in words(district.post(decide, {"decision": "grant"}, follow=True))
    lesson.refresh_from_db()
    assert (lesson.room, lesson.starts_at) == ("305 教室", now + timedelta(days=9))
    told = OutboxMessage.objects.order_by("kind").values_list("kind", "channel", "user__username")
    assert list(told) == [
        ("change_granted", "site", "cast-i"),
        ("lesson_changed", "sms", None),
        ("lesson_changed_trainer", "site", "cast-t"),
    ]
    assert "1 份变更申请" not in words(district.get(reverse("desk")))


def test_a_request_without_a_change_is_answered_on_the_form(now: datetime, cast: Cast, sign_in: Open) -> None:
    made = training_class(now=now)
    address = reverse("desk_changes", args=[made.number])
    answer = sign_in(cast.institution).post(address, {"lesson": first_lesson(made).pk, "reason": "x"})
    assert answer.status_code == 422
    assert "与原来的安排一样，未保存。" in words(answer)
    assert sign_in(cast.district).post(address, {}).status_code == 404


def test_an_officer_reads_what_a_change_would_clash_with_before_granting_it(
    now: datetime, cast: Cast, sign_in: Open
) -> None:
    first = now + timedelta(days=9)
    other = training_class(now=now, first=first + timedelta(hours=3))
    afar = training_class(
        now=now, first=first + timedelta(hours=3), trainers=[cast.trainer],
        district=catalogue.district("fushan", "福山区", "370611"), institution=catalogue.institution("J002", "福山学校"),
    )  # fmt: skip
    made = training_class(now=now, first=first, trainers=[cast.trainer])
    lesson = first_lesson(made)
    address = reverse("desk_changes", args=[made.number])
    sent = {"lesson": lesson.pk, "starts": "12:00", "ends": "15:00", "reason": "教室检修"}
    assert "已提交变更申请" in words(sign_in(cast.institution).post(address, sent, follow=True))
    page = sign_in(cast.district).get(address)
    text = words(page)
    assert "第 1 次课的教室同一时间已有其他班。" in text
    assert "第 1 次课的教师同一时间在其他班上课。" in text
    assert [link.get_text(" ", strip=True) for link in soup(page).select(".change p a")] == [
        f"{other.course.label} {other.number}"
    ]
    assert "还与 1 个班冲突，不在您的管理范围" in text
    assert afar.number not in text
    assert "同意以后" not in words(sign_in(cast.institution).get(address))


def test_a_lesson_of_another_class_cannot_be_named(now: datetime, cast: Cast, sign_in: Open) -> None:
    mine = training_class(now=now)
    other = training_class(now=now, institution=catalogue.institution("J002", "莱山学校"))
    answer = sign_in(cast.institution).post(
        reverse("desk_changes", args=[mine.number]), {"lesson": first_lesson(other).pk, "room": "9", "reason": "x"}
    )
    assert answer.status_code == 422
    assert not ChangeRequest.objects.exists()
    assert sign_in(cast.institution).get(reverse("desk_changes", args=[other.number])).status_code == 404


def test_a_lesson_is_cancelled_on_the_same_form(now: datetime, cast: Cast, sign_in: Open) -> None:
    made = training_class(now=now, first=now + timedelta(days=9), trainers=[cast.trainer])
    lesson = first_lesson(made)
    address = reverse("desk_changes", args=[made.number])
    sign_in(cast.institution).post(address, {"lesson": lesson.pk, "cancels": "on", "reason": "教师生病"})
    row = ChangeRequest.objects.get()
    district = sign_in(cast.district)
    assert "取消，不计入应到学时" in words(district.get(address))
    district.post(reverse("desk_change_decide", args=[made.number, row.number]), {"decision": "grant"})
    lesson.refresh_from_db()
    assert (row.cancels, lesson.status) == (True, "cancelled")


def test_a_cancelled_lesson_is_made_up_for_at_another_venue_on_the_same_page(
    now: datetime, cast: Cast, sign_in: Open
) -> None:
    made = training_class(now=now, first=now + timedelta(days=9), trainers=[cast.trainer])
    registered(made, now=now)
    hall = catalogue.venue("C050")
    Lesson.objects.filter(training_class=made, number=2).update(status="cancelled")
    gone, address = made.lessons.get(number=2), reverse("desk_changes", args=[made.number])
    school, district = sign_in(cast.institution), sign_in(cast.district)
    sent = {"ask": "replace", "replace-lesson": gone.pk, "replace-venue": hall.number, "replace-reason": "教师病愈"}
    unsaid = school.post(address, sent)
    assert (unsaid.status_code, len(soup(unsaid).select(".error-summary"))) == (422, 1)
    planned = made.lessons.get(number=1)
    wrong = school.post(address, {**sent, "replace-lesson": planned.pk, "replace-day": "2026-09-30"})
    assert wrong.status_code == 422
    asked = school.post(address, {**sent, "replace-day": "2026-09-30"}, follow=True)
    assert "已提交变更申请，等区市审核。" in words(asked)
    text = words(district.get(address))
    assert "原来 9 月 24 日" in text.replace("（周四）", "")
    assert "补上" in text
    district.post(reverse("desk_change_decide", args=[made.number, ChangeRequest.objects.get().number]), GRANTED)
    new = made.lessons.get(number=3)
    assert (new.place, new.title, f"{new.starts_at.astimezone(CITY_TIME):%m-%d %H:%M}") == (
        hall, gone.title, "09-30 09:00",
    )  # fmt: skip
    assert "，为第 3 次课" in words(district.get(address))


def test_more_seats_are_asked_for_found_in_the_queue_and_given_with_a_reason(
    now: datetime, cast: Cast, sign_in: Open
) -> None:
    made = training_class(now=now, first=now + timedelta(days=9), trainers=[cast.trainer], seats=1)
    for _ in range(2):
        enrolled(training_class=made, now=now)
    address = reverse("desk_changes", args=[made.number])
    school, district = sign_in(cast.institution), sign_in(cast.district)
    few = school.post(address, {"ask": "seats", "seats-seats": "0", "seats-reason": "x"})
    assert few.status_code == 422
    assert "与现在的名额一样" in words(school.post(address, {"ask": "seats", "seats-seats": "1", "seats-reason": "x"}))
    sent = {"ask": "seats", "seats-seats": "2", "seats-reason": "报名的人多"}
    assert "已提交变更申请" in words(school.post(address, sent, follow=True))
    assert "1 份变更申请" in words(district.get(reverse("desk")))
    decide = reverse("desk_change_decide", args=[made.number, ChangeRequest.objects.get().number])
    answer = words(district.post(decide, GRANTED, follow=True))
    assert "已同意，名额已改。" in answer
    assert "1 人递补，已通知。" in answer
    made.refresh_from_db()
    assert (made.seats, made.taken) == (2, 2)
    assert "改为 2 个名额" in words(school.get(address))


def test_how_many_have_to_scan_again_is_said_when_a_lesson_moves_after_scans(
    now: datetime, cast: Cast, sign_in: Open
) -> None:
    made = training_class(now=now - timedelta(days=20), first=now + timedelta(minutes=20), trainers=[cast.trainer])
    row = enrolled(training_class=made, now=now - timedelta(days=19))
    lesson = first_lesson(made)
    ticket = new_ticket(lesson_code=lesson.code, direction=Direction.IN, device="", now=now)
    check_in(ticket=ticket, who=Who(user_id=row.learner.user_id), now=now)
    later = {"day": "2026-09-15", "starts": "14:00", "ends": "17:00"}
    address = reverse("desk_changes", args=[made.number])
    sign_in(cast.institution).post(address, {"lesson": lesson.pk, "reason": "停电", **later})
    decide = reverse("desk_change_decide", args=[made.number, ChangeRequest.objects.get().number])
    answer = sign_in(cast.district).post(decide, {"decision": "grant"}, follow=True)
    assert "1 人已按原时间签到，记录保留但不计，须按新时间重新签到。" in words(answer)


def test_a_change_of_a_class_that_stopped_waits_for_nobody_until_it_goes_on(
    now: datetime, cast: Cast, sign_in: Open
) -> None:
    made = training_class(now=now, first=now + timedelta(days=9), trainers=[cast.trainer])
    wish = {"lesson": first_lesson(made).pk, "room": "305 教室", "reason": "教室检修"}
    sign_in(cast.institution).post(reverse("desk_changes", args=[made.number]), wish)
    district = sign_in(cast.district)
    of = TrainingClass.Status
    for to, expected in ((of.SUSPENDED, False), (of.ENROLLING, True), (of.CANCELLED, False)):
        made.refresh_from_db()
        seating.advance(by=cast.city, training_class=made, to=to, now=now, reason="场地停用")
        assert ("1 份变更申请" in words(district.get(reverse("desk")))) is expected


@pytest.mark.parametrize("suspended", [False, True])
def test_other_seats_of_a_class_that_runs_wait_for_nobody_and_are_not_to_be_granted(
    suspended: bool, now: datetime, cast: Cast, sign_in: Open
) -> None:
    """A change of one of its lessons waits as before."""
    made = training_class(now=now, first=now + timedelta(hours=2), trainers=[cast.trainer])
    address = reverse("desk_changes", args=[made.number])
    school, district = sign_in(cast.institution), sign_in(cast.district)
    school.post(address, {"ask": "seats", "seats-seats": 20, "seats-reason": "报名的人多"})
    assert "1 份变更申请" in words(district.get(reverse("desk")))
    seating.advance(by=cast.city, training_class=made, to=TrainingClass.Status.RUNNING, now=now)
    assert "1 份变更申请" not in words(district.get(reverse("desk")))
    school.post(address, {"lesson": made.lessons.last().pk, "room": "305 教室", "reason": "教室检修"})
    assert "1 份变更申请" in words(district.get(reverse("desk")))
    if suspended:
        seating.advance(by=cast.city, training_class=made, to=TrainingClass.Status.SUSPENDED, now=now, reason="停电")
    rows = {each["id"]: each for each in soup(district.get(address)).select("li.change")}
    of_seats = rows[ChangeRequest.objects.get(lesson=None).number]
    of_lesson = rows[ChangeRequest.objects.get(seats=None).number]
    assert ("不再审核" in of_seats.get_text(), of_seats.select("button")) == (True, [])
    offered = ["refuse"] if suspended else ["grant", "refuse"]
    assert [one["value"] for one in of_lesson.select("button")] == offered
    assert ("恢复后才能同意" in of_lesson.get_text()) is suspended


@pytest.mark.parametrize("to", ["assessing", "closed", "archived", "cancelled"])
def test_a_request_that_outlived_its_class_says_so_to_who_asked_and_offers_no_decision(
    to: str, now: datetime, cast: Cast, sign_in: Open
) -> None:
    made = training_class(now=now, first=now + timedelta(days=9), trainers=[cast.trainer])
    address = reverse("desk_changes", args=[made.number])
    wish = {"lesson": first_lesson(made).pk, "room": "305 教室", "reason": "教室检修"}
    school, district = sign_in(cast.institution), sign_in(cast.district)
    school.post(address, wish)
    assert soup(district.get(address)).select('button[value="grant"]')
    TrainingClass.objects.filter(pk=made.pk).update(status=to)
    made.refresh_from_db()
    for browser in (school, district):
        row = soup(browser.get(address)).select_one("li.change")
        assert "待审核" not in row.get_text()
        assert f"班次现在是「{made.get_status_display()}」，这项变更不能再同意，不再审核" in row.get_text()
        assert row.select("button") == []
    decide = reverse("desk_change_decide", args=[made.number, ChangeRequest.objects.get().number])
    assert "未保存" in words(district.post(decide, GRANTED, follow=True))


def test_a_change_that_was_not_decided_before_its_lesson_says_so_and_is_out_of_the_queue(
    now: datetime, cast: Cast, sign_in: Open
) -> None:
    made = training_class(now=now, first=now + timedelta(days=1), trainers=[cast.trainer])
    address = reverse("desk_changes", args=[made.number])
    wish = {"lesson": first_lesson(made).pk, "room": "305 教室", "reason": "教室检修"}
    school, district = sign_in(cast.institution), sign_in(cast.district)
    school.post(address, wish)
    enrolment.end_outlived(now=now + timedelta(days=1))
    assert "1 份变更申请" not in words(district.get(reverse("desk")))
    for browser in (school, district):
        row = soup(browser.get(address)).select_one("li.change")
        assert "到 2026 年 9 月 15 日 9:00 还没有审核，已经不能再同意" in row.get_text()
        assert row.select("button") == []


def test_another_deadline_is_asked_for_on_the_same_page_and_granted_by_the_district(
    now: datetime, cast: Cast, sign_in: Open
) -> None:
    made = training_class(now=now, first=now + timedelta(days=9), trainers=[cast.trainer], seats=1)
    for _ in range(2):
        enrolled(training_class=made, now=now)
    address = reverse("desk_changes", args=[made.number])
    school, district = sign_in(cast.institution), sign_in(cast.district)
    sent = {"ask": "deadline", "deadline-until": "2026-09-18T17:30", "deadline-reason": "已经满员"}
    assert school.post(address, {**sent, "deadline-until": "2026-09-01T09:00"}).status_code == 422
    assert "已提交变更申请" in words(school.post(address, sent, follow=True))
    row = soup(district.get(address)).select_one("li.change")
    said = row.get_text(" ", strip=True)
    assert "原来 首次课当天 改为 2026 年 9 月 18 日 17:30" in " ".join(said.split())
    decide = reverse("desk_change_decide", args=[made.number, ChangeRequest.objects.get().number])
    assert school.post(decide, GRANTED).status_code == 403
    assert "已同意，报名截止已改。" in words(district.post(decide, GRANTED, follow=True))
    made.refresh_from_db()
    assert made.enrol_until is not None
    assert f"{made.enrol_until.astimezone(CITY_TIME):%m-%d %H:%M}" == "09-18 17:30"
    assert "现在到 2026 年 9 月 18 日 17:30 截止。" in words(school.get(address))
    OutboxMessage.objects.get(kind="enrolment_closes")


def test_who_is_too_early_to_begin_a_class_reads_how_enrolment_ends_sooner(
    now: datetime, cast: Cast, sign_in: Open
) -> None:
    made = training_class(now=now, first=now + timedelta(days=9), trainers=[cast.trainer])
    page = sign_in(cast.institution).get(reverse("desk_class_start", args=[made.number]))
    assert "要提前停止报名，请在「变更申请」里申请改报名截止。" in words(page)
    there = reverse("desk_changes", args=[made.number]) + "#deadline"
    assert there in [link["href"] for link in soup(page).select("a[href]")]


def test_several_lessons_are_one_request_in_the_queue_and_on_the_page_and_one_decision(
    now: datetime, cast: Cast, sign_in: Open
) -> None:
    made = training_class(now=now, first=now + timedelta(days=9), lessons=4, trainers=[cast.trainer])
    enrolled(training_class=made, now=now)
    OutboxMessage.objects.all().delete()
    address = reverse("desk_changes", args=[made.number])
    school, district = sign_in(cast.institution), sign_in(cast.district)
    chosen = [str(lesson.pk) for lesson in made.lessons.filter(number__lt=4)]
    sent = {"ask": "several", "several-lessons": chosen, "several-room": "305 教室", "several-reason": "教室检修"}
    nothing = school.post(address, {**sent, "several-lessons": []})
    assert (nothing.status_code, "请至少选一次课。" in words(nothing)) == (422, True)
    assert "已提交变更申请" in words(school.post(address, sent, follow=True))
    assert "1 份变更申请" in words(district.get(reverse("desk")))
    [row] = soup(district.get(address)).select("li.change")
    assert "第 1、2、3 次课" in row.get_text()
    assert [one["value"] for one in row.select("button")] == ["grant", "refuse"]
    decide = reverse("desk_change_decide", args=[made.number, row["id"]])
    assert "已同意变更，并通知学员和教师。" in words(district.post(decide, GRANTED, follow=True))
    assert list(made.lessons.order_by("number").values_list("room", flat=True)) == ["305 教室"] * 3 + ["203 教室"]
    assert OutboxMessage.objects.filter(learner__isnull=False).count() == 1
