"""窗口报名 on the desk: who finds it, what it shows of a person, one press, and the two prints."""

from datetime import date, datetime
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from courses.models import AuditEvent, CounterEntry, Enrolment, Learner, Post, TrainingClass
from courses.people import cards
from tests.courses.web.desk.conftest import Cast, Open, soup, words
from tests.factories import catalogue, people, sheets
from tests.factories.classes import enrolled, training_class

pytestmark = pytest.mark.django_db

NUMBER = people.resident_number(born_on=date(1968, 3, 5), serial=711)
MASKED = f"37*************{NUMBER[-3:]}"
SAID = {
    "name": "于桂芳",
    "kind": "resident",
    "number": NUMBER,
    "category": "unemp",
    "education": "71",
    "district": "zhifu",
    "consent": "on",
}


@pytest.fixture
def a_class(now: datetime, cast: Cast) -> TrainingClass:
    sheets.lists()
    return training_class(now=now, seats=2)


def enter(browser: Client, a_class: TrainingClass, **change: Any) -> HttpResponse:
    address = reverse("desk_counter", args=[a_class.number])
    return browser.post(address, {**SAID, **change})  # type: ignore[return-value]


def confirmed(browser: Client, a_class: TrainingClass, **change: Any) -> Enrolment:
    address = enter(browser, a_class, **change).headers["Location"]
    browser.post(address, {"acknowledged": "on"})
    made = CounterEntry.objects.latest("pk").enrolment
    assert made is not None
    return made


def page(browser: Client, name: str, made: Enrolment) -> HttpResponse:
    return browser.get(reverse(name, args=[made.training_class.number, made.number]))  # type: ignore[return-value]


def press(browser: Client, name: str, made: Enrolment, **data: str) -> HttpResponse:
    address = reverse(name, args=[made.training_class.number, made.number])
    return browser.post(address, data, follow=True)  # type: ignore[return-value]


def test_the_person_vouches_for_what_they_state_at_the_counter(
    cast: Cast, sign_in: Open, a_class: TrainingClass
) -> None:
    text = catalogue.consent_notice("truth-of-status")
    browser = sign_in(cast.institution)
    assert text.text in words(browser.get(reverse("desk_counter", args=[a_class.number])))
    unsaid = enter(browser, a_class)
    assert (unsaid.status_code, "请先请本人确认所报情况属实，再勾选" in words(unsaid)) == (422, True)
    answer = enter(browser, a_class, truth="on")
    browser.post(answer.headers["Location"])
    assert Enrolment.objects.get().truth == "1.0"


def test_from_the_class_page_to_the_receipt(cast: Cast, sign_in: Open, a_class: TrainingClass) -> None:
    browser = sign_in(cast.institution)
    form = reverse("desk_counter", args=[a_class.number])
    assert soup(browser.get(reverse("desk_class", args=[a_class.number]))).find("a", href=form)
    assert "已报 0 / 2，候补 0" in words(browser.get(form))

    answer = enter(browser, a_class)
    assert (answer.status_code, Enrolment.objects.count()) == (302, 0)
    check = browser.get(answer.headers["Location"])
    assert {"确认后直接录取。", "没有手机号，不发短信，凭打印的回执", "新登记，不开通账号", MASKED} <= said(check)
    assert NUMBER not in check.content.decode()

    receipt = browser.post(answer.headers["Location"], follow=True)
    assert "没有手机号，不会收到短信。请把回执打印给本人。" in words(receipt)
    assert {"于*芳", MASKED, a_class.number, "没有手机号"} <= said(receipt)
    assert "于桂芳" not in receipt.content.decode()
    assert "窗口登记" in words(receipt)


def said(response: Any) -> set[str]:
    return {" ".join(part.split()) for part in soup(response).stripped_strings}


def test_a_second_press_and_the_way_back_lead_to_the_first_receipt(
    cast: Cast, sign_in: Open, a_class: TrainingClass
) -> None:
    browser = sign_in(cast.institution)
    address = enter(browser, a_class).headers["Location"]
    answers = [browser.post(address), browser.post(address), browser.get(address)]
    made = Enrolment.objects.get()
    receipt = reverse("desk_receipt", args=[a_class.number, made.number])
    assert [(answer.status_code, answer.headers["Location"]) for answer in answers] == [(302, receipt)] * 3
    assert Learner.objects.filter(name="于桂芳").count() == 1


def test_what_is_refused_stands_at_its_field_and_nothing_is_kept(
    cast: Cast, sign_in: Open, a_class: TrainingClass
) -> None:
    people.learner(now=a_class.approved_at, name="曲秀英", document=NUMBER)  # type: ignore[arg-type]
    answer = enter(sign_in(cast.institution), a_class)
    assert answer.status_code == 422
    summary = soup(answer).select_one(".error-summary a")
    assert summary is not None
    assert summary["href"] == "#id_name"
    assert summary.text.startswith("姓名：这个证件号码已登记，姓名与登记的不同，未保存。")
    assert "登记有误的，请在「查学员」里更正" in summary.text
    assert "曲" not in words(answer).replace("曲芳", "")
    assert not CounterEntry.objects.exists()


def test_a_form_with_gaps_names_each_of_them(cast: Cast, sign_in: Open, a_class: TrainingClass) -> None:
    answer = sign_in(cast.institution).post(reverse("desk_counter", args=[a_class.number]), {})
    assert answer.status_code == 422
    assert {link["href"] for link in soup(answer).select(".error-summary a")} == {
        f"#id_{name}" for name in ("name", "kind", "number", "category", "education", "district", "consent")
    }


def test_a_full_class_says_the_place_in_the_queue(
    cast: Cast, sign_in: Open, a_class: TrainingClass, now: datetime
) -> None:
    for _ in range(3):
        enrolled(training_class=a_class, now=now)
    browser = sign_in(cast.institution)
    address = enter(browser, a_class).headers["Location"]
    assert "名额已满，确认后进入候补，排在第 2 位。" in words(browser.get(address))
    receipt = browser.post(address, follow=True)
    assert "已进入候补，排在第 2 位" in words(receipt)
    made = CounterEntry.objects.get().enrolment
    assert made is not None
    paper = words(press(browser, "desk_receipt_print", made))
    assert "请等通知，先不要来上课" in paper
    assert "您没有留手机号，收不到短信。" in paper, "who cannot be sent a message reads where to ask, and until when"


def test_the_remarks_are_read_out_and_acknowledged(cast: Cast, sign_in: Open, a_class: TrainingClass) -> None:
    browser = sign_in(cast.institution)
    woman = people.resident_number(born_on=date(1968, 3, 5), serial=710)
    address = enter(browser, a_class, number=woman).headers["Location"]
    assert "开班时可能已到退休年龄。" in words(browser.get(address))
    refused = browser.post(address)
    assert (refused.status_code, Enrolment.objects.count()) == (422, 0)
    assert "还没有勾选「已向本人说明」，未报名。请先向本人说明，再勾选。" in words(refused)
    assert browser.post(address, {"acknowledged": "on"}).status_code == 302
    assert Enrolment.objects.count() == 1


def test_a_class_that_does_not_enrol_says_so(cast: Cast, sign_in: Open, a_class: TrainingClass) -> None:
    TrainingClass.objects.filter(pk=a_class.pk).update(status=TrainingClass.Status.RUNNING)
    assert "报名中的班次才能在窗口报名。" in words(
        sign_in(cast.institution).get(reverse("desk_counter", args=[a_class.number]))
    )


def test_who_may_enrol_at_a_counter(cast: Cast, sign_in: Open, a_class: TrainingClass) -> None:
    address = reverse("desk_counter", args=[a_class.number])
    answers = {role: sign_in(user).get(address).status_code for role, user in cast.everybody().items()}
    assert {role for role, status in answers.items() if status == 200} == {"institution", "district", "city"}
    assert {status for status in answers.values() if status != 200} == {403}


def test_a_foreign_class_its_entries_and_its_receipts_are_not_found(
    cast: Cast, sign_in: Open, a_class: TrainingClass, now: datetime
) -> None:
    ours = sign_in(cast.institution)
    entry = enter(ours, a_class).headers["Location"]
    made = enrolled(training_class=a_class, now=now)
    there = catalogue.district("laishan", "莱山区", "370613")
    other = catalogue.institution("J002", "另一所学校", there)
    for stranger in (
        people.staff(role=Post.Role.INSTITUTION, institution=other, now=now),
        people.staff(role=Post.Role.DISTRICT, district=there, now=now),
    ):
        browser = sign_in(stranger)
        numbers = [a_class.number, made.number]
        assert browser.get(reverse("desk_counter", args=[a_class.number])).status_code == 404
        assert enter(browser, a_class).status_code == 404
        assert [browser.get(entry).status_code, browser.post(entry).status_code] == [404, 404]
        assert browser.get(reverse("desk_receipt", args=numbers)).status_code == 404
        for name in ("desk_receipt_print", "desk_card_print", "desk_card_void"):
            assert browser.post(reverse(name, args=numbers)).status_code == 404
    # A colleague may enrol here, and yet an entry is its own author's only.
    assert sign_in(cast.city).get(entry).status_code == 404


def test_the_printed_receipt_has_the_name_and_a_masked_number_and_is_in_the_audit_book(
    cast: Cast, sign_in: Open, a_class: TrainingClass
) -> None:
    browser = sign_in(cast.institution)
    made = confirmed(browser, a_class)
    paper = press(browser, "desk_receipt_print", made)
    assert {"于桂芳", MASKED, made.number} <= said(paper)
    assert NUMBER not in paper.content.decode()
    assert page(browser, "desk_receipt_print", made).status_code == 405
    event = AuditEvent.objects.get(verb="receipt_printed")
    assert (event.target, event.by_id) == (made.number, cast.institution.pk)


def test_a_card_is_shown_once_and_the_next_one_makes_it_void(cast: Cast, sign_in: Open, a_class: TrainingClass) -> None:
    browser = sign_in(cast.institution)
    made = confirmed(browser, a_class)
    assert "没有在用的学员卡。" in words(page(browser, "desk_receipt", made))
    assert page(browser, "desk_card_print", made).status_code == 405
    paper = press(browser, "desk_card_print", made)
    first = cards.live_card(learner=made.learner)
    assert first is not None
    assert {"于桂芳", f"卡号 {first.number}"} <= said(paper)
    assert soup(paper).select_one("svg.qr") is not None
    assert NUMBER[-4:] not in words(paper)
    assert first.number in words(page(browser, "desk_receipt", made))

    press(browser, "desk_card_print", made)
    second = cards.live_card(learner=made.learner)
    assert second is not None
    assert second != first
    answer = press(browser, "desk_card_void", made, card=second.number)
    assert f"学员卡 {second.number} 已作废。" in words(answer)
    assert f"学员卡 {first.number} 已作废。" not in words(answer)
    again = press(browser, "desk_card_void", made, card=first.number)
    assert "这张学员卡已经作废，未改动。" in words(again)
    assert cards.live_card(learner=made.learner) is None


def test_no_persons_card_is_void_by_another_persons_receipt(
    cast: Cast, sign_in: Open, a_class: TrainingClass, now: datetime
) -> None:
    browser = sign_in(cast.institution)
    made, other = confirmed(browser, a_class), enrolled(training_class=a_class, now=now)
    card = cards.issue(learner=other.learner, by=cast.institution, now=now).card
    assert press(browser, "desk_card_void", made, card=card.number).status_code == 404
    assert cards.live_card(learner=other.learner) == card
