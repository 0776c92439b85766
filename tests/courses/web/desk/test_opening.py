"""Opening papers on the desk: what is missing, filed, promised, checked, allowed and printed."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.urls import reverse

from courses import classes
from courses.models import Commitment, OpeningPapers, SizeOverride, TrainingClass
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

    filed = {"materials": "《烹调》", "assessment": "笔试", "contact_name": "陈明", "contact_phone": "05356600001"}
    assert "已保存开班材料。" in words(browser.post(address, filed, follow=True))
    text = soup(browser.get(address)).select_one("input[name=text]")["value"]
    answer = browser.post(reverse("desk_commitment", args=[made.number]), {"text": text}, follow=True)
    assert "材料齐全" in words(answer)
    answer = browser.post(reverse("desk_class_submit", args=[made.number]), follow=True)
    assert "已提交，等区市审核。" in words(answer)
    assert "审核还剩 3 个工作日" in words(answer)


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
    text = words(sign_in(cast.city).get(reverse("desk")))
    assert "逾期未审，已上报市级" in text
    assert "理论占 100%，实操占 0%" in text


def test_form_d_holds_what_was_filed_and_is_for_those_who_handle_it(now: datetime, cast: Cast, sign_in: Open) -> None:
    made = draft(now, cast)
    address = reverse("desk_opening_sheet", args=[made.number])
    text = words(sign_in(cast.institution).get(address))
    papers = OpeningPapers.objects.get()
    expected = (
        made.number, "市技师学院", made.institution.credit_code, papers.contact_phone, "芝罘区", "中式烹调师",
        "8 学时（理论 8，实操 0，线上 0）", "王老师", papers.materials, papers.assessment, "文本版本 2020-1", "区市意见",
    )  # fmt: skip
    assert [part for part in expected if part not in text] == []
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
