"""The doors as a whole: other people's screens, idle time, what must not be touched."""

from datetime import datetime
from typing import Any

import pytest
from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from django.contrib.sessions.backends.base import SessionBase
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from courses.models import User
from courses.web.account.middleware import SEEN
from tests.factories import people

pytestmark = pytest.mark.django_db


def entered(user: User, *, second: bool = True) -> Client:
    client = Client()
    client.force_login(user)
    if second:
        session = client.session
        session[AUTHENTICATION_METHODS_SESSION_KEY] = [{"method": "mfa", "at": 0}]
        session["account_authentication_methods_user"] = str(user.pk)
        session.save()
    return client


@pytest.mark.parametrize("path", ["/cms/login/", "/cms/password_reset/", "/cms/password_reset/confirm/x/y/"])
def test_the_page_editors_own_doors_are_shut(client: Client, path: str) -> None:
    assert client.get(path)["Location"].startswith("/account/staff/")
    assert client.post(path, {"username": "li", "password": "x"}).status_code == 302


@pytest.mark.parametrize("door", ["/desk/", "/teach/", "/cms/"])
def test_strangers_land_on_the_staff_door(client: Client, door: str) -> None:
    assert client.get(door)["Location"] == f"/account/staff/?next={door}"


def test_strangers_at_my_land_on_the_learners_door(client: Client) -> None:
    assert client.get("/my/")["Location"] == "/account/?next=/my/"


def test_only_editors_pass_to_the_page_editor_and_only_with_the_second_factor(moment: datetime, officer: User) -> None:
    editor = people.staff(role="editor", now=moment)
    assert entered(officer).get("/cms/").status_code == 403
    assert entered(editor, second=False).get("/cms/")["Location"].startswith("/account/second/activate/")


def test_a_learner_at_the_desk_is_refused_not_asked_for_a_second_factor(moment: datetime) -> None:
    learner = people.learner(now=moment)
    assert learner.user is not None
    assert entered(learner.user, second=False).get("/desk/").status_code == 403


def test_a_second_factor_of_another_user_is_none(officer: User, moment: datetime) -> None:
    client = entered(officer)
    session = client.session
    session["account_authentication_methods_user"] = str(officer.pk + 1)
    session.save()
    assert client.get("/desk/").status_code == 302


def test_after_half_an_hour_without_a_touch_staff_sign_in_again(officer: User, settings: Any) -> None:
    client = entered(officer)
    assert client.get("/desk/").status_code == 200
    session = client.session
    session[SEEN] -= settings.STAFF_IDLE_SECONDS + 1
    session.save()
    assert client.get("/desk/")["Location"] == "/account/staff/?next=/desk/"
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("path", ["/C/0123456789ABCDEF", "/c/0123456789abcdef", "/healthz"])
def test_the_quick_paths_touch_neither_session_nor_user(
    officer: User, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = entered(officer)

    def touched(self: SessionBase, *_args: Any) -> None:
        raise AssertionError(path)

    monkeypatch.setattr(SessionBase, "_get_session", touched)
    with CaptureQueriesContext(
        connection,
    ) as statements:
        client.get(path)
    assert [row["sql"] for row in statements if "django_session" in row["sql"]] == []
