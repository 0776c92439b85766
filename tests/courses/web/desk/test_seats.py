"""An offer ended from the page of its class, and 转班 from choice to receipt."""

from datetime import datetime, timedelta

import pytest
from bs4 import BeautifulSoup
from django.test import Client

from courses import enrolment
from courses.models import AuditEvent, Course, Enrolment, Institution, Learner, TrainingClass
from tests.courses.web.desk.conftest import Cast, Open
from tests.factories import catalogue
from tests.factories.classes import enrolled, training_class

pytestmark = pytest.mark.django_db
Status = Enrolment.Status


@pytest.fixture
def course() -> Course:
    return catalogue.course()


@pytest.fixture
def here(now: datetime, school: Institution, course: Course) -> TrainingClass:
    return training_class(now=now, institution=school, course=course, seats=1, first=now + timedelta(days=5))


@pytest.fixture
def there(now: datetime, school: Institution, course: Course) -> TrainingClass:
    return training_class(now=now, institution=school, course=course, first=now + timedelta(days=15))


def read(client: Client, path: str) -> BeautifulSoup:
    return BeautifulSoup(client.get(path).content, "lxml")


def address(row: Enrolment, what: str) -> str:
    return f"/desk/class/{row.training_class.number}/enrolment/{row.number}/{what}/"


def test_the_waiting_list_shows_until_when_a_seat_is_kept_and_staff_end_that_with_a_reason(
    now: datetime, here: TrainingClass, cast: Cast, sign_in: Open
) -> None:
    first, second, third = (enrolled(training_class=here, now=now) for _ in range(3))
    enrolment.withdraw(by=cast.institution, enrolment=first, reason="换班", now=now)
    client = sign_in(cast.institution)
    shown = read(client, f"/desk/class/{here.number}/").main.text
    assert "待本人确认" in shown
    assert "保留到 9 月 15 日 9:00" in shown or "保留到" in shown
    refused = client.post(address(second, "offer/void"), {"reason": " "}, follow=True).content.decode()
    assert "请写明原因，未保存。" in refused
    client.post(address(second, "offer/void"), {"reason": "电话里说来不了"})
    second.refresh_from_db()
    third.refresh_from_db()
    assert (second.status, second.why, third.status) == (
        Status.WITHDRAWN,
        Enrolment.Why.OFFER_VOIDED,
        Status.OFFERED,
    )


def test_past_the_cut_off_staff_admit_who_said_yes_on_the_phone(
    now: datetime, here: TrainingClass, cast: Cast, sign_in: Open
) -> None:
    first, second = (enrolled(training_class=here, now=now) for _ in range(2))
    cut_off = enrolment.cut_off(training_class=here, now=now)
    enrolment.withdraw(by=cast.institution, enrolment=first, reason="换班", now=cut_off)
    client = sign_in(cast.institution)
    shown = read(client, f"/desk/class/{here.number}/")
    assert "有空位，临近开班，没有递补，由工作人员安排" in shown.main.text
    assert shown.select_one(f'form[action="{address(second, "call")}"]') is not None
    said = client.post(address(second, "call"), follow=True).content.decode()
    assert "已录取，并通知本人。" in said
    second.refresh_from_db()
    assert (second.status, second.decided_by) == (Status.ADMITTED, cast.institution)


def test_a_learner_is_transferred_in_three_steps_and_the_same_address_is_the_receipt(
    now: datetime, here: TrainingClass, there: TrainingClass, cast: Cast, sign_in: Open
) -> None:
    row = enrolled(training_class=here, now=now, name="孙小海")
    client = sign_in(cast.institution)
    link = read(client, f"/desk/class/{here.number}/").select_one(f'a[href="{address(row, "transfer")}"]')
    assert link is not None
    choice = read(client, address(row, "transfer"))
    assert [radio["value"] for radio in choice.select("input[type=radio]")] == [there.number]
    assert "孙小海" not in str(choice)
    empty = client.post(address(row, "transfer"), {"to": "", "reason": ""})
    assert empty.status_code == 422
    assert "请选一个班。" in empty.content.decode()
    asked = {"to": there.number, "reason": "上班冲突"}
    preview = client.post(address(row, "transfer"), asked).content.decode()
    assert "确认转班" in preview
    row.refresh_from_db()
    assert row.status == Status.ADMITTED
    receipt = client.post(address(row, "transfer"), asked | {"confirmed": "1"}, follow=True).content.decode()
    row.refresh_from_db()
    assert row.status == Status.TRANSFERRED
    assert row.transferred_to is not None
    assert "转班回执" in receipt
    assert row.transferred_to.number in receipt
    assert f"转到 {there.number}" in read(client, f"/desk/class/{here.number}/").main.text


def test_what_the_rules_say_against_it_stands_on_the_page(
    now: datetime, here: TrainingClass, there: TrainingClass, cast: Cast, sign_in: Open
) -> None:
    row = enrolled(training_class=here, now=now)
    enrolled(training_class=there, now=now, learner=row.learner)
    asked = {"to": there.number, "reason": "上班冲突", "confirmed": "1"}
    response = sign_in(cast.institution).post(address(row, "transfer"), asked)
    assert response.status_code == 422
    assert "学员已经报了那个班，未转班。" in response.content.decode()


def test_without_a_class_to_choose_the_page_says_what_is_missing(
    now: datetime, here: TrainingClass, cast: Cast, sign_in: Open
) -> None:
    row = enrolled(training_class=here, now=now)
    assert "没有可以转入的班" in read(sign_in(cast.institution), address(row, "transfer")).main.text


def test_a_class_of_another_institution_is_no_choice_and_its_learners_are_not_found(
    now: datetime, here: TrainingClass, course: Course, cast: Cast, sign_in: Open
) -> None:
    elsewhere = training_class(
        now=now, institution=catalogue.institution("J002", "别家学校"), course=course, first=now + timedelta(days=15)
    )
    row, stranger = enrolled(training_class=here, now=now), enrolled(training_class=elsewhere, now=now)
    client = sign_in(cast.institution)
    asked = {"to": elsewhere.number, "reason": "上班冲突", "confirmed": "1"}
    assert client.post(address(row, "transfer"), asked).status_code == 422
    assert client.get(address(stranger, "transfer")).status_code == 404
    assert client.post(address(stranger, "offer/void"), {"reason": "x"}).status_code == 404
    assert sign_in(cast.inspector).get(address(row, "transfer")).status_code == 404


def test_who_never_came_is_shown_and_given_up_by_a_press_that_can_be_taken_back(
    now: datetime, cast: Cast, sign_in: Open, school: Institution
) -> None:
    here = training_class(now=now - timedelta(days=9), institution=school, seats=2)
    row = enrolled(training_class=here, now=now - timedelta(days=9))
    client, page = sign_in(cast.institution), f"/desk/class/{here.number}/"
    assert "一直没有到课" in read(client, page).main.text
    client.post(address(row, "no-show"))
    row.refresh_from_db()
    assert (row.status, row.why) == (Status.WITHDRAWN, Enrolment.Why.NO_SHOW)
    shown = read(client, page).main.text
    assert "录取后一直没有到课，席位已让出" in shown
    client.post(address(row, "no-show/back"))
    row.refresh_from_db()
    assert row.status == Status.ADMITTED
    assert "学员来过课、请过假" in client.post(address(row, "no-show"), follow=True).content.decode()


def test_what_a_learner_asks_for_stands_in_the_queue_and_is_answered(
    now: datetime, here: TrainingClass, there: TrainingClass, cast: Cast, sign_in: Open
) -> None:
    row = enrolled(training_class=here, now=now)
    assert row.learner.user is not None
    enrolment.ask_for_transfer(enrolment=row, to=there, reason="要出海", by=row.learner.user, now=now)
    client = sign_in(cast.institution)
    assert "1 份转班申请" in read(client, "/desk/").main.text
    page = read(client, address(row, "transfer"))
    assert f"本人申请转到 {there.number} 班" in page.main.text
    assert page.select_one("input[name=to][checked]")["value"] == there.number
    assert page.select_one("input[name=reason]")["value"] == "要出海"
    assert "请写明原因" in client.post(address(row, "transfer/refuse"), {"reason": ""}, follow=True).content.decode()
    client.post(address(row, "transfer/refuse"), {"reason": "那个班要求有基础"})
    assert enrolment.open_request(enrolment=row) is None
    assert "1 份转班申请" not in read(client, "/desk/").main.text


def test_staff_withdraw_somebody_in_two_steps_with_a_reason_and_the_seat_goes_on(
    now: datetime, here: TrainingClass, cast: Cast, sign_in: Open
) -> None:
    first, second = (enrolled(training_class=here, now=now) for _ in range(2))
    client = sign_in(cast.institution)
    path = f"/desk/class/{here.number}/receipt/{first.number}/withdraw/"
    assert read(client, f"/desk/class/{here.number}/").select_one(f'a[href="{path}"]') is not None
    assert (
        read(client, f"/desk/class/{here.number}/receipt/{first.number}/").select_one(f'a[href="{path}"]') is not None
    )
    refused = client.post(path, {"reason": " ", "confirmed": "1"})
    assert (refused.status_code, "请写明退出原因。" in refused.content.decode()) == (422, True)
    asked = client.post(path, {"reason": "本人到窗口说来不了"})
    assert (asked.status_code, "确认退出" in asked.content.decode()) == (200, True)
    first.refresh_from_db()
    assert first.status == Status.ADMITTED, "nothing is done before it is confirmed"
    done = client.post(path, {"reason": "本人到窗口说来不了", "confirmed": "1"}, follow=True).content.decode()
    assert "已办理退出，并通知本人。空位已按顺序让给候补的学员。" in done
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.status, first.decided_by, first.reason) == (
        Status.WITHDRAWN,
        cast.institution,
        "本人到窗口说来不了",
    )
    assert second.status == Status.OFFERED
    assert AuditEvent.objects.get(verb="enrolment_withdrawn").by_name == cast.institution.username
    assert "不用再办退出" in client.get(path).content.decode()


def test_who_has_no_phone_is_withdrawn_as_well_and_must_be_told_in_person(
    now: datetime, here: TrainingClass, cast: Cast, sign_in: Open
) -> None:
    row = enrolled(training_class=here, now=now)
    Learner.objects.filter(pk=row.learner_id).update(phone="", user=None)
    path = f"/desk/class/{here.number}/receipt/{row.number}/withdraw/"
    done = sign_in(cast.institution).post(path, {"reason": "家人代为告知", "confirmed": "1"}, follow=True)
    assert "请当面告知" in done.content.decode()
