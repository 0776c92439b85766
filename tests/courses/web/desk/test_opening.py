"""Opening papers on the desk: what is missing, filed, promised, checked, allowed and printed."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.urls import reverse

from courses import classes
from courses.models import Commitment, Lesson, OpeningPapers, SizeOverride, TrainingClass
from courses.policy import CITY_TIME
from tests.append_only import lifted
from tests.courses.classes.test_timetable import row, workbook
from tests.courses.web.desk.conftest import Cast, Open, soup, words
from tests.factories import catalogue
from tests.factories.classes import training_class

pytestmark = pytest.mark.django_db


def draft(now: datetime, cast: Cast, **fields: Any) -> TrainingClass:
    return training_class(now=now, first=now + timedelta(days=20), approved=False, trainers=[cast.trainer], **fields)


def test_a_bare_draft_is_told_what_it_lacks_filed_and_handed_in(now: datetime, cast: Cast, sign_in: Open) -> None:
    made = draft(now, cast)
    OpeningPapers.objects.all().delete()
    with lifted(connection):
        Commitment.objects.all().delete()
    browser = sign_in(cast.institution)
    address = reverse("desk_opening", args=[made.number])
    listed = [item.get_text() for item in soup(browser.get(address)).select(".notice-warn li")]
    assert listed == ["教材", "考核方案", "联系人和电话", "机构承诺"]
    refused = browser.post(reverse("desk_class_submit", args=[made.number]), follow=True)
    assert "还缺：教材、考核方案、联系人和电话、机构承诺" in words(refused)

    filed = {
        "materials": "书", "assessment": "考", "head": "姜文海", "contact_name": "陈明", "contact_phone": "05356600001",
    }  # fmt: skip
    short = browser.post(address, filed)
    assert (short.status_code, "请写全书名和出版社，例如：《中式烹调师（四级）》" in words(short)) == (422, True)
    filed["materials"] = "《烹调》，大连出版社"
    assert "考核方案写得太少，未保存。" in words(browser.post(address, filed))
    assert not OpeningPapers.objects.exists()
    filed["assessment"] = "笔试，60 分合格"
    assert "已保存开班材料。" in words(browser.post(address, filed, follow=True))
    text = soup(browser.get(address)).select_one("input[name=text]")["value"]
    answer = browser.post(reverse("desk_commitment", args=[made.number]), {"text": text}, follow=True)
    assert "材料齐全" in words(answer)
    answer = browser.post(reverse("desk_class_submit", args=[made.number]), follow=True)
    assert "已提交，等区市审核。" in words(answer)
    assert "审核还剩 3 个工作日" in words(answer)


def test_a_returned_class_says_why_where_it_is_dealt_with_and_is_handed_in_from_either_page_once_it_is_complete(
    now: datetime, cast: Cast, sign_in: Open
) -> None:
    made = draft(now, cast)
    classes.submit(by=cast.institution, training_class=made, now=now)
    classes.send_back(by=cast.district, training_class=made, reason="教材要写明版次", now=now)
    browser, submit = sign_in(cast.institution), reverse("desk_class_submit", args=[made.number])
    pages = [reverse(name, args=[made.number]) for name in ("desk_class", "desk_opening")]
    steps = soup(browser.get(pages[0])).select_one("[aria-labelledby=steps]")
    assert steps.select_one(".notice-warn").get_text(" ", strip=True) == "退回原因 教材要写明版次"
    assert "理论占 100%，实操占 0%" in steps.get_text()
    assert [submit in browser.get(page).content.decode() for page in pages] == [True, True]
    OpeningPapers.objects.update(materials="")
    assert [submit in browser.get(page).content.decode() for page in pages] == [False, False]
    lacking = soup(browser.get(pages[0])).select("[aria-labelledby=steps] .notice-warn")[1]
    assert lacking.get_text(" ", strip=True) == "还缺 1 项，补齐后提交 教材"
    seen = soup(sign_in(cast.inspector).get(pages[0])).select_one("[aria-labelledby=steps]").get_text()
    assert ("教材要写明版次" in seen, "还缺" in seen) == (True, False)


def test_the_timetable_is_taken_home_changed_and_brought_back(now: datetime, cast: Cast, sign_in: Open) -> None:
    made = draft(now, cast)
    browser = sign_in(cast.institution)
    address = reverse("desk_timetable_file", args=[made.number])
    assert address in browser.get(reverse("desk_opening", args=[made.number])).content.decode()
    file = browser.get(address)
    assert file.headers["Content-Disposition"].endswith(f"{made.number}.xlsx")
    sent = {"file": SimpleUploadedFile("a.xlsx", b"".join(file.streaming_content))}
    answer = browser.post(reverse("desk_timetable", args=[made.number]), sent, follow=True)
    assert "已导入 2 次课，原课程表已换掉。" in words(answer)
    assert sign_in(cast.district).get(address).status_code == 403


def test_a_check_that_failed_is_named_by_its_failure(now: datetime, cast: Cast, sign_in: Open) -> None:
    page = soup(sign_in(cast.institution).get(reverse("desk_opening", args=[draft(now, cast).number])))
    named = {item.b.get_text() for item in page.select(".opening-checks li")}  # type: ignore[union-attr]
    assert {"理论实操比例不足", "总学时与批准学时一致"} <= named
    assert not {"理论和实操比例", "学时不符"} & named


def test_papers_are_filed_by_the_institution_alone(now: datetime, cast: Cast, sign_in: Open) -> None:
    made = draft(now, cast)
    address = reverse("desk_opening", args=[made.number])
    assert sign_in(cast.district).post(address, {"materials": "x"}).status_code == 404
    assert sign_in(cast.district).post(reverse("desk_commitment", args=[made.number])).status_code == 403
    assert sign_in(cast.district).get(address).status_code == 200
    assert OpeningPapers.objects.get().materials != "x"


def test_a_district_gives_leave_with_a_reason_and_an_institution_cannot(
    now: datetime, cast: Cast, sign_in: Open
) -> None:
    made = draft(now, cast)
    address = reverse("desk_size_allow", args=[made.number])
    assert sign_in(cast.institution).post(address, {"seats": 90, "reason": "x"}).status_code == 403
    assert "请写明原因" in words(sign_in(cast.district).post(address, {"seats": 90, "reason": ""}, follow=True))
    assert "准许 90 人" in words(sign_in(cast.district).post(address, {"seats": 90, "reason": "大赛"}, follow=True))
    assert SizeOverride.objects.get().by == cast.district


def test_the_queue_shows_failed_checks_and_late_reviews(now: datetime, cast: Cast, sign_in: Open) -> None:
    made = draft(now, cast)
    classes.submit(by=cast.institution, training_class=made, now=now - timedelta(days=7))
    classes.escalate_overdue(now=now)
    in_time = training_class(now=now, first=now + timedelta(days=40), approved=False, trainers=[cast.trainer])
    classes.submit(by=cast.institution, training_class=in_time, now=now)
    city = sign_in(cast.city)
    text = words(city.get(reverse("desk")))
    assert "逾期未审，已上报市级" in text
    late = words(city.get(reverse("desk"), {"check": "late"}))
    assert (made.number in late, in_time.number in late) == (True, False)
    assert "的开班申请逾期未审" in words(city.get(reverse("desk_inbox")))
    assert "的开班申请逾期未审" not in words(sign_in(cast.district).get(reverse("desk_inbox")))
    assert "理论占 100%，实操占 0%" in text


def test_form_d_holds_what_was_filed_and_is_for_those_who_handle_it(now: datetime, cast: Cast, sign_in: Open) -> None:
    made = draft(now, cast)
    address = reverse("desk_opening_sheet", args=[made.number])
    Lesson.objects.filter(number=1).update(part="practice", materials="《刀工》，某出版社")
    Lesson.objects.filter(number=2).update(status="cancelled")
    page = sign_in(cast.institution).get(address)
    text = words(page)
    papers = OpeningPapers.objects.get()
    expected = (
        made.number, "市技师学院", made.institution.credit_code, papers.contact_phone, "芝罘区", "中式烹调师",
        "负责人 姜文海",
        "8 学时（理论 8，实操 0，线上 0）", "王老师", papers.materials, papers.assessment, "文本版本 2020-1", "区市意见",
    )  # fmt: skip
    assert [part for part in expected if part not in text] == []
    table = [[cell.get_text() for cell in line.select("th, td")] for line in soup(page).select(".form-lessons tr")]
    starts = made.lessons.get(number=1).starts_at.astimezone(CITY_TIME)
    assert table == [
        ["次", "上课日期", "时间", "内容", "课别", "授课方式", "课时", "教室", "教师", "教材"],
        ["1", f"{starts:%Y-%m-%d}", "9:00–12:00", "第 1 次课", "实操", "线下", "4", "203 教室", "王老师",
         "《刀工》，某出版社"],
    ]  # fmt: skip
    assert sign_in(cast.district).get(address).status_code == 200
    assert sign_in(cast.inspector).get(address).status_code == 404


def test_another_institutions_papers_are_not_found(now: datetime, cast: Cast, sign_in: Open) -> None:
    made = draft(now, cast, institution=catalogue.institution("J002", "莱山学校"))
    for name in ("desk_opening", "desk_opening_sheet"):
        assert sign_in(cast.institution).get(reverse(name, args=[made.number])).status_code == 404


def test_a_timetable_comes_in_by_file_or_is_sent_back_with_its_bad_cells(
    now: datetime, cast: Cast, sign_in: Open
) -> None:
    made = draft(now, cast)
    browser, address = sign_in(cast.institution), reverse("desk_timetable", args=[made.number])
    bad = browser.post(address, {"file": SimpleUploadedFile("a.xlsx", workbook(row(), row(date="")))})
    assert bad.status_code == 422
    assert "有 1 处要改，一行也没有导入" in words(bad)
    assert "第 3 行「上课日期」：没有填" in words(bad)
    assert made.lessons.count() == 2
    good = browser.post(address, {"file": SimpleUploadedFile("a.xlsx", workbook(row()))}, follow=True)
    assert "已导入 1 次课，原课程表已换掉。" in words(good)
    assert made.lessons.get().title == "刀工"
    assert "这个文件打不开，未导入" in words(browser.post(address, follow=True))
    assert sign_in(cast.district).post(address).status_code == 403
