"""A number that rested: the code alone opens nothing and shows nothing of the old owner."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.test import Client

from courses.models import Learner, User
from tests.factories import people

pytestmark = pytest.mark.django_db
Code = Callable[[], str]
DOCUMENT = people.resident_number(serial=8)


@pytest.fixture
def sleeper(moment: datetime) -> Learner:
    made = people.learner(now=moment - timedelta(days=300), name="王小强", document=DOCUMENT)
    User.objects.update(date_joined=moment - timedelta(days=300))
    return made


@pytest.fixture
def proved(client: Client, sleeper: Learner, last_code: Code, django_capture_on_commit_callbacks: object) -> Client:
    """The code was right, in a browser that nobody knows."""
    client.post("/account/", {"phone": sleeper.phone})
    answer = client.post("/account/code/", {"code": last_code()})
    assert answer["Location"] == "/account/owner/"
    return client


def test_the_code_alone_opens_nothing_and_shows_nobody(proved: Client) -> None:
    page = proved.get("/account/owner/").content.decode()
    assert ("王" in page.replace("为防号码换了主人", ""), DOCUMENT[-4:] in page) == (False, False)
    assert proved.get("/my/").status_code == 302


def test_name_and_last_four_open_the_account(proved: Client, sleeper: Learner) -> None:
    assert proved.post("/account/owner/", {"name": "王小强", "last4": "0000"}).status_code == 422
    answer = proved.post("/account/owner/", {"name": "王小强", "last4": DOCUMENT[-4:]})
    assert (answer["Location"], proved.session["_auth_user_id"]) == ("/my/", str(sleeper.user_id))


def test_the_new_owner_of_the_number_gets_an_empty_account(proved: Client, sleeper: Learner) -> None:
    assert proved.post("/account/owner/new/")["Location"] == "/my/"
    fresh = Learner.objects.get(user_id=proved.session["_auth_user_id"])
    assert (fresh == sleeper, fresh.name) == (False, "")
    assert "王小强" not in proved.get("/my/data/").content.decode()


def test_without_a_proved_number_there_is_nothing_to_answer(client: Client) -> None:
    for answer in (client.get("/account/owner/"), client.post("/account/owner/new/")):
        assert answer["Location"] == "/account/"
