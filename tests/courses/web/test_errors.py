"""Pages for what went wrong, and the two switches of every page."""

from typing import Any

import pytest
from django.http import Http404
from django.test import Client, RequestFactory

from courses.web import errors


def test_the_page_of_a_crash_asks_the_database_nothing(django_assert_num_queries: Any, db: None) -> None:
    with django_assert_num_queries(0):
        answer = errors.server_error(RequestFactory().get("/"))
    assert (answer.status_code, "网站出了问题" in answer.content.decode()) == (500, True)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("view", "status", "words"),
    [
        (errors.bad_request, 400, "这次提交没有看懂"),
        (errors.forbidden, 403, "这一页不对您的账号开放"),
        (errors.not_found, 404, "没有找到这一页"),
        (errors.too_many, 429, "次数太多了"),
        (errors.unavailable, 503, "网站正在维护"),
    ],
)
def test_each_error_has_its_page(view: Any, status: int, words: str) -> None:
    answer = view(RequestFactory().get("/"), Http404())
    assert (answer.status_code, words in answer.content.decode()) == (status, True)


@pytest.mark.django_db
@pytest.mark.parametrize(("method", "words"), [("get", "您没有提交什么"), ("post", "没有保存")])
def test_who_may_not_is_told_of_saving_only_after_sending_something(method: str, words: str) -> None:
    request = getattr(RequestFactory(), method)("/desk/")
    assert words in errors.forbidden(request, None).content.decode()


@pytest.mark.django_db
def test_the_language_can_be_changed_where_something_went_wrong(client: Client) -> None:
    said = client.get("/nothing/here/").content.decode()
    assert '<button name="language" value="en" lang="en">English</button>' in said
    assert '<input type="hidden" name="next" value="/nothing/here/">' in said


@pytest.mark.django_db
def test_a_form_without_the_browsers_token_is_told_what_to_do() -> None:
    answer = Client(enforce_csrf_checks=True).post("/account/", {"phone": "19900005678"})
    assert (answer.status_code, "这一页打开得太久了" in answer.content.decode()) == (403, True)
