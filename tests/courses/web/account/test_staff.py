"""The door of staff: name, password, second factor; its set-up is part of the first visit."""

import time
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.conf import settings
from django.test import Client

from courses.models import User
from tests.courses.web.account.conftest import PASSWORD

pytestmark = pytest.mark.django_db
SECRET = "JBSWY3DPEHPK3PXP"


def code_of(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def password_given(client: Client, wanted: str = "/desk/tally/") -> str:
    answer = client.post(f"/account/staff/?next={wanted}", {"username": "li", "password": PASSWORD})
    return str(answer["Location"])


def test_with_password_and_second_factor_one_is_in(client: Client, officer: User) -> None:
    TOTP.activate(officer, SECRET)
    assert password_given(client) == "/account/second/authenticate/"
    assert "_auth_user_id" not in client.session
    answer = client.post("/account/second/authenticate/", {"code": code_of(SECRET)})
    assert answer["Location"] == "/desk/tally/"
    assert client.get("/desk/tally/").status_code == 200


def test_a_wrong_second_factor_lets_nobody_in(client: Client, officer: User) -> None:
    TOTP.activate(officer, SECRET)
    password_given(client)
    wrong = f"{(int(code_of(SECRET)) + 1) % 10**6:06d}"
    answer = client.post("/account/second/authenticate/", {"code": wrong})
    assert "动态码不对，没有登录" in answer.content.decode()
    assert "_auth_user_id" not in client.session


def test_the_password_alone_opens_no_desk_but_leads_to_the_set_up(client: Client, officer: User) -> None:
    assert password_given(client) == "/desk/tally/"
    for door in ("/desk/tally/", "/teach/"):
        assert client.get(door)["Location"].startswith("/account/second/activate/?next=")


def test_the_set_up_is_guided_and_ends_where_one_wanted_to_go(client: Client, officer: User) -> None:
    password_given(client)
    page = client.get(client.get("/desk/tally/")["Location"])
    secret = page.context["form"].secret
    text = page.content.decode()
    assert ("data:image/svg+xml;base64," in text, page.context["secret"] in text) == (True, True)
    answer = client.post("/account/second/activate/", {"code": code_of(secret)})
    assert answer["Location"] == "/account/second/codes/"
    codes = client.get(answer["Location"])
    assert (len(codes.context["unused_codes"]), codes.context["wanted"]) == (10, "/desk/tally/")
    assert client.get("/desk/tally/").status_code == 200


def test_the_secret_is_stored_as_ciphertext(officer: User) -> None:
    TOTP.activate(officer, SECRET)
    stored = Authenticator.objects.get().data["secret"]
    assert (SECRET in stored, stored.startswith("k1.")) == (False, True)


def test_a_recovery_code_stands_in_once(client: Client, officer: User) -> None:
    from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes

    TOTP.activate(officer, SECRET)
    spare = RecoveryCodes.activate(officer).get_unused_codes()[0]
    results = []
    for _ in range(2):
        browser = Client()
        password_given(browser)
        browser.post("/account/second/authenticate/", {"code": spare})
        results.append("_auth_user_id" in browser.session)
    assert results == [True, False]


def test_an_unknown_account_and_a_wrong_password_get_the_same_answer(client: Client, officer: User) -> None:
    pages = [
        client.post("/account/staff/", {"username": name, "password": "wrong"}).content.decode()
        for name in ("li", "no")
    ]
    assert ["账号或密码不对，没有登录" in page for page in pages] == [True, True]


def test_the_sixth_failure_in_ten_minutes_is_not_even_looked_at(client: Client, officer: User) -> None:
    wrong = {"username": "li", "password": "wrong"}
    statuses = [client.post("/account/staff/", wrong).status_code for _ in range(6)]
    assert statuses == [422] * 5 + [429]
    assert client.post("/account/staff/", {"username": "li", "password": PASSWORD}).status_code == 429
    elsewhere = client.post("/account/staff/", {"username": "li", "password": PASSWORD}, REMOTE_ADDR="10.9.9.9")
    assert elsewhere.status_code == 302


def test_another_spelling_of_a_name_is_no_way_around_the_limit(client: Client, officer: User) -> None:
    """Names are found whatever their case, so each spelling would have brought five more tries."""
    spellings = ["li", "LI", "Li", "lI", " li ", "LI"]
    statuses = [client.post("/account/staff/", {"username": name, "password": "x"}).status_code for name in spellings]
    assert statuses == [422] * 5 + [429]


def test_an_ipv6_network_is_one_address(client: Client, officer: User) -> None:
    wrong = {"username": "li", "password": "x"}
    statuses = [
        client.post("/account/staff/", wrong, REMOTE_ADDR=f"2001:db8:0:1::{number:x}").status_code
        for number in range(1, 7)
    ]
    assert statuses == [422] * 5 + [429]
    other = [client.post("/account/staff/", wrong, REMOTE_ADDR=f"::ffff:10.0.0.{n}").status_code for n in range(1, 7)]
    assert other == [422] * 6


def test_a_forged_address_is_no_way_around_the_limit(client: Client, officer: User) -> None:
    wrong = {"username": "li", "password": "x"}
    statuses = [
        client.post("/account/staff/", wrong, headers={"X-Forwarded-For": f"10.0.0.{number}"}).status_code
        for number in range(6)
    ]
    assert statuses == [422] * 5 + [429]


def test_each_sign_in_gets_a_session_of_its_own(client: Client, officer: User) -> None:
    TOTP.activate(officer, SECRET)
    client.get("/account/staff/")
    password_given(client)
    before = client.session.session_key
    client.post("/account/second/authenticate/", {"code": code_of(SECRET)})
    assert client.session.session_key != before
    stranger = Client()
    stranger.cookies[settings.SESSION_COOKIE_NAME] = before
    assert stranger.get("/desk/")["Location"].startswith("/account/staff/")


def test_a_new_phone_replaces_the_old_secret(client: Client, officer: User) -> None:
    TOTP.activate(officer, SECRET)
    password_given(client)
    client.post("/account/second/authenticate/", {"code": code_of(SECRET)})
    assert client.get("/account/second/").status_code == 200
    assert client.get("/account/second/replace/").status_code == 200
    assert client.post("/account/second/replace/")["Location"] == "/account/second/activate/"
    assert Authenticator.objects.filter(type="totp").count() == 0


def test_how_one_is_reached_is_changed_by_oneself_who_has_just_proved_it(client: Client, officer: User) -> None:
    TOTP.activate(officer, SECRET)
    password_given(client)
    client.post("/account/second/authenticate/", {"code": code_of(SECRET)})
    answer = client.post("/account/contact/", {"phone": "199 0000 1234", "email": "li@example.cn"})
    assert answer["Location"] == "/account/second/"
    page = client.get("/account/second/").content.decode()
    assert ("199****1234" in page, "l***@example.cn" in page, "19900001234" in page) == (True, True, False)
    assert client.post("/account/contact/", {"phone": "123"}).status_code == 422
    with time_machine.travel(datetime.now(tz=UTC) + timedelta(minutes=10)):
        for answer in (client.get("/account/contact/"), client.post("/account/contact/", {"forget_phone": "on"})):
            assert answer["Location"].split("?")[0].endswith("/again/")
    officer.refresh_from_db()
    assert officer.phone == "19900001234"
