"""The learners' door: phone, code, in."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from django.conf import settings
from django.test import Client

from courses.attendance import seal_ticket
from courses.attendance.tickets import new_ticket
from courses.models import Device, Direction, Learner, User
from courses.notices.carriers import sent_in_memory
from courses.people.accounts import CODE_LIFE
from courses.web.public.binding import Binding, cookie_name, read_binding
from tests.factories import people

pytestmark = pytest.mark.django_db
PHONE = "19900005678"
Code = Callable[[], str]


def signed_in_as(client: Client) -> User | None:
    return User.objects.filter(pk=client.session.get("_auth_user_id")).first()


def bound(client: Client) -> Binding | None:
    class Request:
        COOKIES = {name: morsel.value for name, morsel in client.cookies.items()}

    return read_binding(Request())  # type: ignore[arg-type]


def test_phone_and_code_open_an_account_and_sign_in(asked: Client, last_code: Code) -> None:
    assert User.objects.count() == 0
    answer = asked.post("/account/code/", {"code": last_code()})
    learner = Learner.objects.get()
    assert (answer.status_code, answer["Location"], signed_in_as(asked)) == (302, "/my/", learner.user)
    assert [record["method"] for record in asked.session[AUTHENTICATION_METHODS_SESSION_KEY]] == ["code"]


def test_the_session_of_before_is_dead(asked: Client, last_code: Code) -> None:
    before = asked.session.session_key
    asked.post("/account/code/", {"code": last_code()})
    assert asked.session.session_key != before
    stranger = Client()
    stranger.cookies[settings.SESSION_COOKIE_NAME] = before
    assert stranger.get("/my/devices/")["Location"].startswith("/account/")


def test_the_browser_is_bound_to_who_signed_in(asked: Client, last_code: Code) -> None:
    asked.post("/account/code/", {"code": last_code()}, headers={"User-Agent": "Android MicroMessenger"})
    device = Device.objects.get()
    assert (bound(asked), device.label) == (Binding(device.code, device.learner_id), "Android，微信")
    assert asked.cookies[cookie_name()]["httponly"] is True


def test_the_next_person_at_the_same_browser_ends_the_binding_before(
    asked: Client, last_code: Code, moment: datetime
) -> None:
    asked.post("/account/code/", {"code": last_code()})
    asked.post("/account/logout/")
    other = people.learner(now=moment)
    asked.post("/account/", {"phone": other.phone})
    asked.post("/account/code/", {"code": last_code()})
    live = Device.objects.filter(revoked_at__isnull=True)
    assert [device.learner for device in live] == [other]


def test_signing_out_forgets_the_browser(asked: Client, last_code: Code) -> None:
    asked.post("/account/code/", {"code": last_code()})
    asked.post("/account/logout/")
    assert (signed_in_as(asked), asked.cookies[cookie_name()].value) == (None, "")
    assert Device.objects.filter(revoked_at__isnull=True).count() == 0


def test_a_known_and_an_unknown_phone_look_alike(moment: datetime) -> None:
    known = people.learner(now=moment).phone
    seen = []
    for phone in (known, "19911112222"):
        client = Client()
        first = client.post("/account/", {"phone": phone})
        second = client.get("/account/code/")
        seen.append((first.status_code, first["Location"], len(first.content), second.status_code, len(second.content)))
    assert seen[0] == seen[1]
    assert len(sent_in_memory) == 2


def test_what_is_no_mobile_number_is_told_in_words(client: Client) -> None:
    answer = client.post("/account/", {"phone": "0535 6688"})
    assert answer.status_code == 422
    assert "这像是固定电话，收不到短信。请填手机号" in answer.content.decode()
    assert sent_in_memory == []


def test_a_wrong_code_says_how_many_tries_are_left(asked: Client, last_code: Code) -> None:
    wrong = f"{(int(last_code()) + 1) % 10**6:06d}"
    pages = [asked.post("/account/code/", {"code": wrong}) for _ in range(5)]
    assert [page.status_code for page in pages] == [422] * 5
    assert "还可以试 4 次" in pages[0].content.decode()
    assert "作废" in pages[4].content.decode()
    assert asked.post("/account/code/", {"code": last_code()}).status_code == 422
    assert signed_in_as(asked) is None


def test_digits_are_read_however_they_were_typed(asked: Client, last_code: Code) -> None:
    full_width = " ".join(chr(ord(digit) + 0xFEE0) for digit in last_code())
    assert asked.post("/account/code/", {"code": full_width}).status_code == 302


def test_another_browser_cannot_use_the_code(asked: Client, last_code: Code) -> None:
    answer = Client().post("/account/code/", {"code": last_code()})
    assert answer["Location"] == "/account/"
    assert User.objects.count() == 0


def test_a_code_ends_after_five_minutes(asked: Client, last_code: Code, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.utils import timezone

    later = timezone.now() + CODE_LIFE
    monkeypatch.setattr("courses.web.account.views.timezone.now", lambda: later)
    assert asked.post("/account/code/", {"code": last_code()}).status_code == 422


def test_asking_again_within_a_minute_is_refused_with_the_seconds(asked: Client) -> None:
    answer = asked.post("/account/", {"phone": PHONE})
    assert answer.status_code == 429
    assert "秒后可以重新获取" in answer.content.decode()
    assert len(sent_in_memory) == 1


def test_the_wanted_page_comes_after_sign_in_and_only_on_this_host(last_code: Code) -> None:
    for number, (wanted, leads_to) in enumerate(
        [("/my/enrol/B001/", "/my/enrol/B001/"), ("https://evil.example/", "/my/"), ("//evil.example/", "/my/")]
    ):
        client = Client()
        client.post(f"/account/?next={wanted}", {"phone": f"1990001000{number}"})
        assert client.post("/account/code/", {"code": last_code()})["Location"] == leads_to


def test_120_first_comers_behind_one_address_get_in_with_their_tickets(last_code: Code, moment: datetime) -> None:
    ticket = seal_ticket(new_ticket(lesson_code=1, direction=Direction.IN, device="b", now=moment))
    for number in range(120):
        client = Client()
        client.cookies["ticket"] = ticket
        client.post("/account/", {"phone": f"1990002{number:04d}"})
        assert client.post("/account/code/", {"code": last_code()}).status_code == 302
        assert client.cookies["ticket"].value == ticket
    assert Learner.objects.count() == 120


def test_an_old_ticket_lifts_no_limit(moment: datetime) -> None:
    old = seal_ticket(new_ticket(lesson_code=1, direction=Direction.IN, device="b", now=moment - timedelta(minutes=11)))
    answers = []
    for number in range(11):
        client = Client()
        client.cookies["ticket"] = old
        answers.append(client.post("/account/", {"phone": f"1990003{number:04d}"}).status_code)
    assert answers == [302] * 10 + [429]


def test_a_shut_account_is_told_so_and_not_signed_in(asked: Client, last_code: Code) -> None:
    asked.post("/account/code/", {"code": last_code()})
    asked.post("/account/logout/")
    User.objects.update(is_active=False)
    client = Client()
    client.cookies["ticket"] = ""
    from courses.models import RateCount

    RateCount.objects.all().delete()
    client.post("/account/", {"phone": PHONE})
    answer = client.post("/account/code/", {"code": last_code()})
    assert (answer.status_code, "账号已停用" in answer.content.decode()) == (403, True)
    assert signed_in_as(client) is None


def test_the_session_holds_neither_phone_nor_code(asked: Client, last_code: Code) -> None:
    kept = str(dict(asked.session.items()))
    assert (PHONE in kept, last_code() in kept) == (False, False)


def test_signed_in_pages_are_not_kept_by_the_browser(asked: Client, last_code: Code) -> None:
    asked.post("/account/code/", {"code": last_code()})
    assert "no-store" in asked.get("/my/devices/")["Cache-Control"]


def test_a_dead_broker_does_not_stop_a_sign_in(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    from courses import tasks

    def dead(*_args: Any, **_options: Any) -> None:
        raise ConnectionRefusedError

    monkeypatch.setattr(tasks.deliver_message, "apply_async", dead)
    assert client.post("/account/", {"phone": PHONE})["Location"] == "/account/code/"
