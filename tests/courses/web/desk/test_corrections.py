"""更正 on the desk: asked for at the counter with what is on record masked, confirmed by the city, told on the queue."""

from datetime import datetime, timedelta

import pytest
from django.urls import reverse

from courses.models import Correction, Learner, TrainingClass
from tests.courses.web.desk.conftest import Cast, Open, soup, words
from tests.factories import catalogue, people, sheets
from tests.factories.classes import enrolled, training_class

pytestmark = pytest.mark.django_db
WHY = "名单里写错一个字，已核对原件"


@pytest.fixture
def known(now: datetime, cast: Cast) -> Learner:
    """A learner of the institution's own class, without a login, one character of the name wrong."""
    sheets.lists()
    made: TrainingClass = training_class(now=now)
    learner = people.learner(now=now, name="于佳芳", with_login=False)
    return enrolled(training_class=made, now=now, learner=learner).learner


def test_a_name_is_asked_for_at_the_counter_waits_on_the_queue_and_is_confirmed_by_the_city(
    cast: Cast, sign_in: Open, known: Learner
) -> None:
    browser = sign_in(cast.institution)
    found = browser.post(reverse("desk_learners"), {"name": "于佳芳"})
    at = reverse("desk_correct", args=[known.number])
    assert soup(found).select_one(f'a[href="{at}"]') is not None
    page = words(browser.get(at))
    assert "于佳芳" not in page
    assert "更正" in page
    form = reverse("desk_correct_name", args=[known.number])
    assert "于佳芳" not in words(browser.get(form))
    asked = words(browser.post(form, {"name": "于桂芳", "kind": "resident", "reason": WHY}, follow=True))
    assert "已提出，等另一人确认后更正" in asked
    assert "于佳芳" not in asked
    made = Correction.objects.get()
    assert made.number in words(browser.get(reverse("desk_elsewhere")))
    city = sign_in(cast.city)
    queue = soup(city.get(reverse("desk"))).select_one(".queue tbody")
    assert queue is not None
    assert queue.select_one(f'a[href="{reverse("desk_correction", args=[made.number])}"]') is not None
    shown = words(city.get(reverse("desk_correction", args=[made.number])))
    assert "于佳芳" in shown
    assert "于桂芳" in shown
    done = city.post(reverse("desk_correction_confirm", args=[made.number]), follow=True)
    assert "已更正，并通知本人" in words(done)
    known.refresh_from_db()
    assert known.name == "于桂芳"
    assert "已更正" in words(city.get(reverse("desk_handled")))


def test_of_a_document_the_places_are_told_and_never_the_numbers(cast: Cast, sign_in: Open, known: Learner) -> None:
    number = people.resident_number(serial=912)
    answer = sign_in(cast.district).post(
        reverse("desk_correct_document", args=[known.number]), {"kind": "resident", "number": number, "reason": WHY}
    )
    shown = words(sign_in(cast.city).get(answer.headers["Location"]))
    assert "哪几位不同" in shown
    assert not [one for one in (number, known.documents.get().number) if one in shown]


def test_a_phone_is_corrected_at_once_but_not_that_of_somebody_with_a_login(
    now: datetime, cast: Cast, sign_in: Open, known: Learner
) -> None:
    browser, phone = sign_in(cast.district), people.phone_number()
    said = {"phone": phone, "kind": "resident", "reason": WHY}
    done = browser.post(reverse("desk_correct_phone", args=[known.number]), said, follow=True)
    assert "手机号已更正" in words(done)
    known.refresh_from_db()
    assert known.phone == phone
    other = enrolled(training_class=TrainingClass.objects.get(), now=now).learner
    page = browser.get(reverse("desk_correct", args=[other.number]))
    assert "手机号由本人登录后在报名时自己改" in words(page)
    refused = browser.post(reverse("desk_correct_phone", args=[other.number]), said)
    assert (refused.status_code, "本人有账号" in words(refused)) == (422, True)


def test_a_number_of_another_record_leads_the_city_to_the_merges(
    now: datetime, cast: Cast, sign_in: Open, known: Learner
) -> None:
    other = people.learner(now=now)
    said = {"kind": "resident", "number": other.documents.get().number, "reason": WHY}
    refused = sign_in(cast.city).post(reverse("desk_correct_document", args=[known.number]), said)
    assert refused.status_code == 422
    assert other.number not in refused.content.decode()
    assert soup(refused).select_one(f'main a[href="{reverse("desk_merges")}"]') is not None


def test_nobody_corrects_or_reads_what_is_out_of_sight(
    now: datetime, cast: Cast, sign_in: Open, known: Learner
) -> None:
    laishan = catalogue.district("laishan", "莱山区", "370613")
    stranger = people.staff(role="district", now=now - timedelta(days=9), district=laishan)
    sign_in(cast.institution).post(
        reverse("desk_correct_name", args=[known.number]), {"name": "于桂芳", "kind": "resident", "reason": WHY}
    )
    number = Correction.objects.get().number
    browser = sign_in(stranger)
    for name in ("desk_correct", "desk_correct_name", "desk_correct_document", "desk_correct_phone"):
        assert browser.get(reverse(name, args=[known.number])).status_code == 404
    assert browser.get(reverse("desk_correction", args=[number])).status_code == 404
    assert number not in words(browser.get(reverse("desk_corrections")))
    confirmed = sign_in(cast.district).post(reverse("desk_correction_confirm", args=[number]))
    assert confirmed.status_code == 403


def test_who_asked_may_take_it_back(cast: Cast, sign_in: Open, known: Learner) -> None:
    browser = sign_in(cast.institution)
    said = {"name": "于桂芳", "kind": "resident", "reason": WHY}
    browser.post(reverse("desk_correct_name", args=[known.number]), said)
    made = Correction.objects.get()
    page = words(browser.get(reverse("desk_correction", args=[made.number])))
    assert "由您提出，须他人确认" in page
    browser.post(reverse("desk_correction_drop", args=[made.number]), {"answer": "看错了"})
    made.refresh_from_db()
    assert made.status == Correction.Status.DROPPED
