"""导入名单 on the desk: send, see what is wrong, confirm, take back; nobody else's, and no person on any page."""

from datetime import date, datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from courses.models import AuditEvent, Enrolment, RosterImport, TrainingClass
from courses.policy import local_date
from courses.rosters.verdicts import LINES_OF_A_PHONE
from tests.courses.rosters.conftest import private_folder  # noqa: F401  (used by every test here)
from tests.courses.web.desk.conftest import Cast, Open, words
from tests.factories import catalogue, people, sheets
from tests.factories.classes import training_class

pytestmark = pytest.mark.django_db


@pytest.fixture
def a_class(now: datetime, cast: Cast) -> TrainingClass:
    sheets.lists()
    return training_class(now=now, seats=5)


def send(browser, a_class: TrainingClass, content: bytes, **fields: str) -> HttpResponse:
    file = SimpleUploadedFile("名单.xlsx", content)
    address = reverse("desk_roster_send", args=[a_class.number])
    return browser.post(address, {"file": file, "consent": "on", **fields}, follow=True)


def test_an_institution_imports_and_takes_back(cast: Cast, sign_in: Open, a_class: TrainingClass) -> None:
    browser = sign_in(cast.institution)
    before = words(browser.get(reverse("desk_roster_send", args=[a_class.number])))
    assert ("还剩 5 个名额" in before, f"一个手机号最多填 {LINES_OF_A_PHONE} 行，没有的留空。" in before) == (
        True,
        True,
    )
    checked = words(send(browser, a_class, sheets.xlsx([sheets.person(1), sheets.person(2)])))
    assert "将报名 2 人" in checked
    roster = RosterImport.objects.get()
    done = words(browser.post(reverse("desk_roster_commit", args=[roster.number]), follow=True))
    assert "已报名 2 人" in done
    undone = words(browser.post(reverse("desk_roster_undo", args=[roster.number]), follow=True))
    assert "已撤销，退出 2 人" in undone
    assert set(Enrolment.objects.values_list("status", flat=True)) == {"withdrawn"}


def test_on_the_first_day_a_list_stays_and_the_page_does_not_call_the_class_begun(
    cast: Cast, sign_in: Open, a_class: TrainingClass, now: datetime
) -> None:
    browser = sign_in(cast.institution)
    send(browser, a_class, sheets.xlsx([sheets.person(1)]))
    address = reverse("desk_roster", args=[RosterImport.objects.get().number])
    browser.post(f"{address}commit/", follow=True)
    TrainingClass.objects.filter(pk=a_class.pk).update(starts_on=local_date(now))
    page = words(browser.get(address))
    assert ("已到开课日期或已停止报名，不能整批撤销。" in page, "已经开班" in page) == (True, False)


def test_a_near_name_is_proposed_by_row_and_cell_and_the_answer_is_kept(
    cast: Cast, sign_in: Open, a_class: TrainingClass, now: datetime
) -> None:
    browser = sign_in(cast.institution)
    known = people.learner(now=now, name="劉曉強", born_on=date(1990, 1, 1))
    number = known.documents.get().number
    response = send(
        browser, a_class, sheets.xlsx([sheets.person(1, name="刘晓强", number=number, born_on=known.born_on)])
    )
    page = words(response)
    told = (
        "请您决定",
        "第 2 行，B2 姓名",
        "字形不同",
        "是同一人，按登记的姓名报名",
        "不是同一人",
        "还有 1 行要改或要决定",
    )
    assert [one in page for one in told] == [True, True, True, True, False, True]
    assert ("劉" in response.content.decode(), number in response.content.decode()) == (False, False)
    roster = RosterImport.objects.get()
    decide = reverse("desk_roster_decide", args=[roster.number])
    assert "没有这个选项，未保存" in words(browser.post(decide, {"row-2": "new"}, follow=True))
    assert "待您决定 1 行" in page
    assert "不导入 1 行 第 2 行" in words(browser.post(decide, {"row-2": "skip"}, follow=True))
    same = words(browser.post(decide, {"row-2": "same"}, follow=True))
    told = ("将报名 1 人", "已登记的学员 1 人", "待您决定", "不导入 1 行")
    assert [one in same for one in told] == [True, True, False, False]
    told = AuditEvent.objects.filter(verb="roster_decided").order_by("id").values_list("by_id", "detail__rows")
    assert list(told) == [(cast.institution.pk, {answer: [2]}) for answer in ("skip", "same")]
    assert "已报名 1 人" in words(browser.post(reverse("desk_roster_commit", args=[roster.number]), follow=True))
    assert Enrolment.objects.get().learner == known


def test_bad_cells_are_listed_and_downloaded_marked_and_no_person_is_shown(
    cast: Cast, sign_in: Open, a_class: TrainingClass
) -> None:
    browser = sign_in(cast.institution)
    rows = [sheets.person(1), [*sheets.person(2)[:8], "123"]]
    response = send(browser, a_class, sheets.xlsx(rows))
    page = words(response)
    assert ("还不能导入" in page, "I3" in page, "联系电话" in page) == (True, True, True)
    shown = response.content.decode()
    assert [value for row in rows for value in (row[1], row[4], row[8]) if len(value) > 3 and value in shown] == []
    roster = RosterImport.objects.get()
    marked = browser.post(reverse("desk_roster_problems", args=[roster.number]))
    assert "no-store" in marked.headers["Cache-Control"]
    assert b"".join(marked.streaming_content)[:2] == b"PK"
    event = AuditEvent.objects.get(verb="exported")
    assert event.detail == {"what": "roster_fix", "rows": 1}


def test_a_near_name_is_decided_on_the_page(cast: Cast, sign_in: Open, a_class: TrainingClass, now: datetime) -> None:
    browser = sign_in(cast.institution)
    known = people.learner(now=now, name="王晓强")
    number = known.documents.get().number
    page = words(
        send(browser, a_class, sheets.xlsx([sheets.person(1, name="王小强", number=number, born_on=known.born_on)]))
    )
    assert ("请您决定" in page, "王晓强" in page) == (True, False)
    roster = RosterImport.objects.get()
    decided = browser.post(reverse("desk_roster_decide", args=[roster.number]), {"row-2": "same"}, follow=True)
    assert "将报名 1 人" in words(decided)


def test_a_file_that_cannot_be_read_and_a_missing_consent_stand_at_their_fields(
    cast: Cast, sign_in: Open, a_class: TrainingClass
) -> None:
    browser = sign_in(cast.institution)
    refused = send(browser, a_class, b"<html>")
    assert (refused.status_code, "网页格式" in words(refused)) == (422, True)
    assert send(browser, a_class, sheets.xlsx([sheets.person(1)]), consent="").status_code == 422
    assert RosterImport.objects.count() == 0


def test_the_template_is_handed_out(cast: Cast, sign_in: Open, a_class: TrainingClass) -> None:
    response = sign_in(cast.institution).get(reverse("desk_roster_template", args=[a_class.number]))
    assert b"".join(response.streaming_content)[:2] == b"PK"


def test_another_institution_and_every_other_role_find_nothing(
    cast: Cast, sign_in: Open, a_class: TrainingClass, now: datetime
) -> None:
    send(sign_in(cast.institution), a_class, sheets.xlsx([sheets.person(1)]))
    roster = RosterImport.objects.get()
    stranger = people.staff(role="institution", now=now, institution=catalogue.institution("J002", "别的学校"))
    gets = [reverse("desk_roster_send", args=[a_class.number]), reverse("desk_roster", args=[roster.number])]
    posts = [
        reverse(name, args=[roster.number])
        for name in ("desk_roster_decide", "desk_roster_commit", "desk_roster_undo", "desk_roster_problems")
    ]
    browser = sign_in(stranger)
    assert {browser.get(address).status_code for address in gets} == {404}
    assert {browser.post(address).status_code for address in posts} == {404}
    others = [cast.learner, cast.trainer, cast.district, cast.city, cast.inspector, cast.auditor, cast.editor]
    seen = {sign_in(user).get(address).status_code for user in others for address in gets}
    assert seen == {403}
    assert Enrolment.objects.count() == 0


def test_a_page_takes_as_many_statements_for_many_rows_as_for_one(
    cast: Cast, sign_in: Open, a_class: TrainingClass
) -> None:
    browser = sign_in(cast.institution)
    counts = []
    for many in (1, 40):
        send(browser, a_class, sheets.xlsx([[*sheets.person(place)[:8], "1"] for place in range(many)]))
        roster = RosterImport.objects.get(status="checked")
        with CaptureQueriesContext(connection) as queries:
            browser.get(reverse("desk_roster", args=[roster.number]))
        counts.append(len(queries))
    assert counts[0] == counts[1]
