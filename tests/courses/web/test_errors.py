"""Pages for what went wrong, and the two switches of every page."""

import json
import logging
import re
from datetime import datetime
from typing import Any

import pytest
from django.core.exceptions import BadRequest
from django.http import Http404, HttpResponse
from django.test import Client, RequestFactory

from courses.models import User
from courses.web import errors
from courses.web.public import health
from lms.logs import JsonFormatter
from tests.factories import people


def test_the_page_of_a_crash_asks_the_database_nothing(django_assert_num_queries: Any, db: None) -> None:
    with django_assert_num_queries(0):
        answer = errors.server_error(RequestFactory().get("/"))
    assert (answer.status_code, "问题已记录" in answer.content.decode()) == (500, True)


@pytest.mark.django_db
def test_the_page_of_a_crash_shows_the_name_under_which_the_log_has_it(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_args: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(health.JsonResponse, "__init__", broken)
    monkeypatch.setattr(logging.getLogger("lms.access"), "propagate", True)
    with caplog.at_level(logging.INFO, logger="lms.access"):
        answer = Client(raise_request_exception=False).get("/readyz")
    (name,) = re.findall(r"请告诉对方编号 ([A-Z]{8})。", answer.content.decode())
    assert answer.status_code == 500
    logged = [json.loads(JsonFormatter().format(one)) for one in caplog.records]
    assert {one.get("request_id") for one in logged if one["logger"] == "lms.access"} == {name}
    assert {one.get("request_id") for one in logged if one["logger"] == "django.request"} <= {name}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("view", "status", "words"),
    [
        (errors.bad_request, 400, "这次提交没有成功"),
        (errors.forbidden, 403, "您的账号不能查看这一页"),
        (errors.not_found, 404, "没有找到这一页"),
        (errors.too_many, 429, "操作过于频繁"),
    ],
)
def test_each_error_has_its_page(view: Any, status: int, words: str) -> None:
    answer = view(RequestFactory().get("/"), Http404())
    assert (answer.status_code, words in answer.content.decode()) == (status, True)


@pytest.mark.django_db
@pytest.mark.parametrize(("method", "words"), [("get", "您没有提交内容"), ("post", "没有保存")])
def test_who_may_not_is_told_of_saving_only_after_sending_something(method: str, words: str) -> None:
    request = getattr(RequestFactory(), method)("/desk/")
    assert words in errors.forbidden(request, None).content.decode()


@pytest.mark.django_db
def test_staff_who_open_a_learners_page_are_shown_the_way_back_and_are_not_offered_it_again(
    client: Client, now: datetime
) -> None:
    auditor = people.staff(role="auditor", now=now)
    User.objects.filter(pk=auditor.pk).update(is_staff=True)
    client.force_login(auditor, backend="allauth.account.auth_backends.AuthenticationBackend")
    answer = client.get("/my/data/")
    assert (answer.status_code, "这里是学员自己的页面" in answer.content.decode()) == (403, True)
    assert '<a href="/account/">回工作台</a>' in answer.content.decode()
    home = client.get("/verify/").content.decode()
    assert "/my/" not in home
    assert ">工作台</a>" in home
    assert "我的信息谁看过" in Client().get("/verify/").content.decode()


@pytest.mark.django_db
def test_everybody_else_finds_who_has_looked_at_their_data(client: Client) -> None:
    assert '<a href="/my/data/">我的信息谁看过</a>' in client.get("/verify/").content.decode()


@pytest.mark.parametrize(("broken", "status"), [(Http404(), 404), (BadRequest(), 400)])
@pytest.mark.django_db
def test_a_developers_machine_shows_the_pages_that_citizens_see(broken: Exception, status: int) -> None:
    pages = errors.OwnPages(lambda _request: HttpResponse())
    answer = pages.process_exception(RequestFactory().get("/"), broken)
    assert answer is not None
    assert answer.status_code == status
    assert pages.process_exception(RequestFactory().get("/"), ValueError()) is None


@pytest.mark.django_db
def test_the_language_can_be_changed_where_something_went_wrong(client: Client) -> None:
    said = client.get("/nothing/here/").content.decode()
    assert '<button name="language" value="en" lang="en">English</button>' in said
    assert '<input type="hidden" name="next" value="/nothing/here/">' in said


@pytest.mark.django_db
def test_a_form_without_the_browsers_token_is_told_what_to_do() -> None:
    answer = Client(enforce_csrf_checks=True).post("/account/", {"phone": "19900005678"})
    assert (answer.status_code, "这一页打开得太久了" in answer.content.decode()) == (403, True)


@pytest.mark.django_db
def test_an_address_that_only_takes_forms_has_its_page_for_people_and_a_bare_answer_for_programs(
    client: Client,
) -> None:
    answer = client.get("/appearance/", headers={"accept": "text/html"})
    assert (answer.status_code, "这个地址不能直接打开" in answer.content.decode()) == (405, True)
    assert answer.headers["Allow"] == "POST"
    assert client.get("/appearance/", headers={"accept": "application/json"}).content == b""


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("referer", "onward"),
    [
        ("http://testserver/my/enrolment/B1/", "/my/enrolment/B1/"),
        ("", "/my/"),
        ("https://elsewhere.example/my/enrolment/B1/", "/my/"),
        ("http://testserver/account/", "/my/"),
    ],
)
def test_who_sends_a_form_after_the_session_ended_comes_back_to_its_page_and_reads_that_nothing_was_saved(
    client: Client, referer: str, onward: str
) -> None:
    sent = client.post("/my/enrolment/B1/withdraw/", headers={"referer": referer, "accept": "text/html"})
    assert sent.headers["Location"] == f"/account/?next={onward}"
    assert "刚才提交的没有保存" in client.get(sent.headers["Location"]).content.decode()
