"""递补的空位: the page of the link, the answer, and the same answer from one's own pages."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.test import Client

from courses import enrolment, notices
from courses.models import Enrolment, OutboxMessage, TrainingClass
from tests.factories import people
from tests.factories.classes import enrolled, training_class

pytestmark = pytest.mark.django_db
Status = Enrolment.Status
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _clock(now: datetime) -> Iterator[None]:
    with time_machine.travel(now, tick=False):
        yield


@pytest.fixture
def a_class(now: datetime) -> TrainingClass:
    return training_class(now=now, seats=1, first=now + timedelta(days=10))


@pytest.fixture
def own(a_class: TrainingClass, now: datetime) -> Enrolment:
    """Offered a seat a moment ago; one more waits behind."""
    first = enrolled(training_class=a_class, now=now)
    row = enrolled(training_class=a_class, now=now, name="孙小海")
    enrolled(training_class=a_class, now=now)
    enrolment.withdraw(by=people.user(), enrolment=first, reason="换班", now=now)
    row.refresh_from_db()
    return row


@pytest.fixture
def link(own: Enrolment) -> str:
    message = OutboxMessage.objects.get(kind="enrolment_offered", learner=own.learner_id)
    return "/my/offer/" + str(message.params["link"]).split("/my/offer/")[1]


def page(client: Client, path: str) -> BeautifulSoup:
    return BeautifulSoup(client.get(path).content, "lxml")


def sign_in(client: Client, row: Enrolment) -> None:
    assert row.learner.user is not None
    client.force_login(row.learner.user, backend="allauth.account.auth_backends.AuthenticationBackend")


def test_the_link_shows_the_class_and_until_when_and_changes_nothing(client: Client, own: Enrolment, link: str) -> None:
    shown = page(client, link)
    assert shown.h1.text == "有空位了，请确认"
    assert "为您保留到" in shown.main.text
    assert "9:00" in shown.main.text
    assert "孙*海" in shown.main.text or "孙**" in shown.main.text
    assert "孙小海" not in str(shown)
    assert own.learner.phone not in str(shown)
    assert [button["value"] for button in shown.main.select("form button[name=decision]")] == ["accept", "decline"]
    own.refresh_from_db()
    assert own.status == Status.OFFERED
    assert client.get(link).headers["Cache-Control"].startswith("max-age=0, no-cache, no-store")


def test_who_accepts_by_the_link_is_admitted_without_signing_in(client: Client, own: Enrolment, link: str) -> None:
    shown = BeautifulSoup(client.post(link, {"decision": "accept"}, follow=True).content, "lxml")
    assert shown.h1.text == "已接受，席位是您的了"
    assert "孙" not in shown.main.find("dl").text
    own.refresh_from_db()
    assert (own.status, own.decided_by) == (Status.ADMITTED, None)
    again = client.post(link, {"decision": "decline"}, follow=True).content.decode()
    assert "这条报名现在是「已录取」，未改动。" in again
    own.refresh_from_db()
    assert own.status == Status.ADMITTED


@pytest.mark.parametrize("sent", [{}, {"decision": "perhaps"}])
def test_an_answer_that_says_neither_yes_nor_no_changes_nothing_and_is_asked_for_again(
    sent: dict[str, str], client: Client, own: Enrolment, link: str
) -> None:
    words = "没有收到您的选择，未改动。请再选一次接受或放弃。"
    assert words in client.post(link, sent, follow=True).content.decode()
    sign_in(client, own)
    assert words in client.post(f"/my/enrolment/{own.number}/offer/", sent, follow=True).content.decode()
    own.refresh_from_db()
    assert own.status == Status.OFFERED


def test_who_declines_by_the_link_gives_the_seat_to_the_next_one(client: Client, own: Enrolment, link: str) -> None:
    shown = BeautifulSoup(client.post(link, {"decision": "decline"}, follow=True).content, "lxml")
    assert shown.h1.text == "已放弃这个空位"
    assert [row.status for row in Enrolment.objects.order_by("arrival_no")] == [
        Status.WITHDRAWN,
        Status.WITHDRAWN,
        Status.OFFERED,
    ]


def test_after_its_end_the_link_offers_nothing_and_an_answer_is_refused_with_its_sentence(
    client: Client, own: Enrolment, link: str, now: datetime
) -> None:
    notices.deliver_due(now=now)
    with time_machine.travel(now + DAY, tick=False):
        shown = page(client, link)
        assert (shown.h1.text, shown.main.select("form button[name=decision]")) == ("这个空位不再为您保留", [])
        said = client.post(link, {"decision": "accept"}, follow=True).content.decode()
    assert "确认时间已过，席位已由下一位递补，未保存。可以重新报名，或改报其他班次。" in said
    own.refresh_from_db()
    assert (own.status, own.why) == (Status.WITHDRAWN, Enrolment.Why.OFFER_EXPIRED)


def test_a_link_that_is_nobodys_says_so(client: Client, own: Enrolment, link: str) -> None:
    response = client.get("/my/offer/AAAAAAAAAAAAAAAA/")
    assert response.status_code == 404
    assert "链接不能用" in response.content.decode()
    assert client.post("/my/offer/AAAAAAAAAAAAAAAA/", {"decision": "accept"}).status_code == 404


def test_my_pages_put_the_offer_on_top_with_its_end_and_take_the_answer(client: Client, own: Enrolment) -> None:
    sign_in(client, own)
    shown = page(client, "/my/")
    assert shown.select_one(".card-class h2").text == "有空位了，请确认"
    form = shown.select_one(f'form[action="/my/enrolment/{own.number}/offer/"]')
    assert form is not None
    receipt = page(client, f"/my/enrolment/{own.number}/")
    assert receipt.h1.text == "有空位了，请确认"
    answered = client.post(f"/my/enrolment/{own.number}/offer/", {"decision": "accept"}, follow=True)
    assert BeautifulSoup(answered.content, "lxml").h1.text == "报名成功"
    own.refresh_from_db()
    assert (own.status, own.decided_by) == (Status.ADMITTED, own.learner.user)


def test_anothers_offer_is_not_found(client: Client, own: Enrolment, a_class: TrainingClass) -> None:
    other = Enrolment.objects.select_related("learner__user").get(training_class=a_class, arrival_no=3)
    sign_in(client, other)
    assert client.post(f"/my/enrolment/{own.number}/offer/", {"decision": "accept"}).status_code == 404
    own.refresh_from_db()
    assert own.status == Status.OFFERED
