"""From a counted person-time down to the paper that was signed."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from courses import completion, tally
from courses.attendance import paper
from courses.attendance.paper import Signed
from courses.models import (
    AuditEvent,
    Completion,
    CountEntry,
    Enrolment,
    Lesson,
    PaperEntry,
    PaperPhoto,
    Post,
    RefusedScan,
    Reveal,
    TrainingClass,
    User,
)
from tests.courses.web.desk.conftest import Cast, Open, soup, words
from tests.factories import catalogue, papers, people
from tests.factories.classes import enrolled, training_class
from tests.factories.completion import looked_through

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _private(settings: Settings, tmp_path: Any) -> None:
    backend = "django.core.files.storage.FileSystemStorage"
    private = {"BACKEND": backend, "OPTIONS": {"location": str(tmp_path), "base_url": None}}
    settings.STORAGES = {**settings.STORAGES, "private": private}


def on_paper(now: datetime, trainer: User, rows: int = 1) -> PaperEntry:
    """A lesson of this morning to which everybody signed; entered by the trainer, confirmed by another."""
    made = training_class(now=now - timedelta(days=20), first=now - timedelta(hours=4), lessons=1, trainers=[trainer])
    for _ in range(rows):
        enrolled(training_class=made, now=now - timedelta(days=5))
    lesson = Lesson.objects.select_related("training_class").get(training_class=made)
    sheet = paper.print_sign_in(by=trainer, lesson=lesson, now=now)
    signed = [Signed(place, came=True, left=True) for place in range(1, rows + 1)]
    photos = [ContentFile(papers.photo())]
    entry = paper.enter(by=trainer, sheet=sheet, signed=signed, photos=photos, why="", now=now)
    paper.confirm(by=people.user(), entry=entry, positions=set(range(1, rows + 1)), now=now)
    return entry


def counted(a_class: TrainingClass, cast: Cast, now: datetime) -> CountEntry:
    own = Enrolment.objects.select_related("learner", "training_class__policy").filter(training_class=a_class)[0]
    done = completion.propose(by=cast.trainer, enrolment=own, now=now)
    completion.submit(by=cast.institution, completion=done, now=now)
    looked_through(a_class, at=now + timedelta(minutes=2))
    entry = completion.approve(by=cast.district, completion=done, now=now + timedelta(minutes=2))
    assert entry is not None
    return entry


def test_what_moved_between_two_steps_is_told_in_the_units_of_the_page(
    now: datetime, cast: Cast, sign_in: Open
) -> None:
    entry = counted(on_paper(now, cast.trainer).sheet.training_class, cast, now)
    done = entry.completion
    assert done is not None
    stored = done.approved_reasoning
    moved = {"theory": (850, 900), "plan": (2, 3), "link": (0, 2), "decided": (1, 0), "identity": (0, 1)}
    kept = [row for row in stored["findings"] if row["code"] not in moved]
    thresholds = {"code": "", "threshold": 0, "met": True}
    first = [{**thresholds, "code": code, "value": then} for code, (then, _now) in moved.items()]
    second = [{**thresholds, "code": code, "value": value} for code, (_then, value) in moved.items()]
    less = [{**row, "value": 45} if row["code"] == "attendance" else row for row in kept]
    Completion.objects.filter(pk=done.pk).update(
        proposed_reasoning={**stored, "findings": less + first},
        submitted_reasoning={**stored, "findings": kept + second},
        approved_reasoning={**stored, "findings": kept + second},
    )
    told = words(sign_in(cast.auditor).get(reverse("count_entry", args=[entry.code])))
    for sentence in (
        "出勤达到要求的分钟数：老师提出时为 1 学时（45 分钟），机构提交时为 4 学时（180 分钟）",
        "理论成绩合格：老师提出时为 85 分，机构提交时为 90 分",
        "创业计划书评定合格：老师提出时为 合格，机构提交时为 优秀",
        "网店链接评定合格：老师提出时为 还没有评定，机构提交时为 合格",
        "没有待老师确认的考勤：老师提出时为 1 次课，机构提交时为 0 次课",
        "已完成实名：老师提出时为 否，机构提交时为 是",
    ):
        assert sentence in told


def sheet_address(entry: CountEntry, photo: PaperPhoto) -> str:
    return reverse("count_entry_sheet", args=[entry.code, photo.code])


def test_a_row_read_from_paper_opens_the_signed_sheet_for_a_written_reason_and_the_learner_sees_it(
    now: datetime, cast: Cast, sign_in: Open
) -> None:
    signed = on_paper(now, cast.trainer)
    entry = counted(signed.sheet.training_class, cast, now)
    photo, learner = signed.photos.get(), signed.sheet.rows.get().enrolment.learner
    auditor = sign_in(cast.auditor)
    page = soup(auditor.get(reverse("count_entry", args=[entry.code])))
    assert [form["action"] for form in page.select(".chain table form")] == [sheet_address(entry, photo)] * 2
    said = auditor.post(sheet_address(entry, photo), {"reason": " "}, follow=True)
    assert "请先写明查看原因" in words(said)
    assert not Reveal.objects.exists()
    answer = auditor.post(sheet_address(entry, photo), {"reason": "抽查 9 月"})
    assert answer.content[:2] == b"\xff\xd8"
    assert list(Reveal.objects.values_list("by", "learner", "field", "reason")) == [
        (cast.auditor.pk, learner.pk, "sheet", "抽查 9 月")
    ]
    assert AuditEvent.objects.get(verb="sheet_photo_opened").detail == {"entry": signed.number}
    own = Client()
    own.force_login(learner.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert "签过字的签到表" in words(own.get(reverse("my_data")))


def test_only_the_sheets_that_this_learner_signed_open_and_only_where_the_post_reaches(
    now: datetime, cast: Cast, sign_in: Open
) -> None:
    signed, other = (on_paper(now, people.user()) for _ in range(2))
    entry = counted(signed.sheet.training_class, cast, now)
    photo = signed.photos.get()
    reason = {"reason": "核对"}
    assert sign_in(cast.inspector).post(sheet_address(entry, other.photos.get()), reason).status_code == 404
    elsewhere = people.staff(
        role=Post.Role.DISTRICT, now=now - timedelta(days=9), district=catalogue.district("laishan", "莱山区", "370613")
    )
    assert sign_in(elsewhere).post(sheet_address(entry, photo), reason).status_code == 404
    assert sign_in(cast.trainer).post(sheet_address(entry, photo), reason).status_code == 403
    assert sign_in(cast.district).post(sheet_address(entry, photo), reason).status_code == 200
    paper_gone = PaperPhoto.objects.filter(pk=photo.pk)
    paper_gone.update(deleted_at=now)
    assert sign_in(cast.district).post(sheet_address(entry, photo), reason).status_code == 404
    page = soup(sign_in(cast.district).get(reverse("count_entry", args=[entry.code])))
    assert page.select(".chain table form") == []


def test_the_chain_takes_the_same_statements_for_one_paper_row_and_for_many(
    now: datetime, cast: Cast, sign_in: Open, django_assert_num_queries: Any
) -> None:
    auditor = sign_in(cast.auditor)
    seen = []
    for rows in (1, 3):
        entry = counted(on_paper(now, cast.trainer, rows).sheet.training_class, cast, now)
        auditor.get(reverse("count_entry", args=[entry.code]))
        seen.append(reverse("count_entry", args=[entry.code]))
    for address in seen:
        with django_assert_num_queries(20):
            auditor.get(address)


def test_course_and_target_are_links_of_their_own_and_nothing_is_called_by_its_key(
    now: datetime, cast: Cast, sign_in: Open
) -> None:
    """A class that still takes enrolments is said to be approved: nobody counted is 报名中."""
    signed = on_paper(now, cast.trainer)
    a_class = signed.sheet.training_class
    tally.set_target(
        by=cast.city, year=2026, line=a_class.line, district=None, amount=30000, source="年度计划", now=now
    )
    entry = counted(a_class, cast, now)
    page = soup(sign_in(cast.city).get(reverse("count_entry", args=[entry.code])))
    links = {link.h2.get_text(): link.get_text(" ", strip=True) for link in page.select(".chain > li")}
    assert list(links) == ["目标", "计数", "结业", "报名", "班次", "课程", "课次和到课凭据"]
    assert ("30,000 人次" in links["目标"], "未设目标" in links["目标"]) == (True, True)
    assert a_class.course.name in links["课程"]
    assert ("已批准" in links["班次"], "报名中" in links["班次"]) == (True, False)
    said = page.select_one(".chain").get_text()  # type: ignore[union-attr]
    assert [word for word in (entry.claim_key, "只读", "demo") if word in said] == []
    assert a_class.course.occupation.label in links["计数"]
    TrainingClass.objects.filter(pk=a_class.pk).update(status="suspended")
    again = soup(sign_in(cast.city).get(reverse("count_entry", args=[entry.code])))
    assert "暂停" in again.select(".chain > li")[4].get_text()


def test_an_auditor_reads_in_the_chain_which_scans_of_the_learner_were_refused_and_why(
    now: datetime, cast: Cast, sign_in: Open
) -> None:
    signed = on_paper(now, cast.trainer)
    entry = counted(signed.sheet.training_class, cast, now)
    assert entry.completion is not None
    own = entry.completion.enrolment
    lesson = Lesson.objects.get(training_class=own.training_class)
    for learner, code, direction in (
        (own.learner, "too_late", "in"),
        (own.learner, "expired", ""),
        (people.learner(now=now, name="欧阳海"), "not_enrolled", "in"),
    ):
        RefusedScan.objects.create(
            lesson=lesson, learner=learner, code=code, direction=direction, scanned_at=lesson.starts_at, at=now
        )
    page = soup(sign_in(cast.auditor).get(reverse("count_entry", args=[entry.code])))
    (body,) = page.select(".chain table tbody")
    rows = [[" ".join(cell.get_text(" ").split()) for cell in row.select("td")] for row in body.select("tr")]
    assert rows[2:] == [
        ["签到，扫码", "9-14 05:00:00", "未被接受 已过截止时间"],
        ["扫码", "9-14 05:00:00", "未被接受 码已过时"],
    ]
    assert {cell["rowspan"] for cell in body.select("[rowspan]")} == {"4"}
    assert len(body.select("tr")) == 4
