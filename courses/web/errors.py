"""Pages for what went wrong: what happened, whether it was saved, what to do next."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from courses.web.gate import DOORS, NoLearner, public

# By this name the log knows the request (lms/logs.py).
REQUEST_ID = "tideline.request_id"


class OwnPages:
    """Our pages for what is not there and for a form that nobody can read, also where DEBUG is on and Django would
    show its own with every address and setting."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, BadRequest):
            return bad_request(request, exception)
        return not_found(request, exception) if isinstance(exception, Http404) else None


class OwnNotAllowed:
    """Our page where somebody opens by a link what only takes a form; programs get the bare answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answer = self.get_response(request)
        reads = request.method == "GET" and "text/html" in request.headers.get("Accept", "")
        if answer.status_code != HTTPStatus.METHOD_NOT_ALLOWED or not reads:
            return answer
        door = next((door for door in DOORS if request.path.startswith(door)), "/")
        page = error_page(request, 405, door=door)
        page["Allow"] = answer.headers.get("Allow", "POST")
        return page


@public
def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return error_page(request, 400)


@public
def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    if isinstance(exception, NoLearner):
        return error_page(
            request,
            403,
            heading=_("这里是学员自己的页面"),
            happened=_("您登录的是工作账号，没有学员信息，所以没有可看的内容。"),
            next_step=_("办公请回工作台；您本人也参加培训的，请退出后用自己的手机号登录。"),
            door="/account/",
        )
    return error_page(request, 403)


@public
def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return error_page(request, 404)


@public
def server_error(request: HttpRequest) -> HttpResponse:
    """Rendered without the request, so without any context processor: the database may be what broke."""
    name = {"request_id": request.META.get(REQUEST_ID, "")}
    return HttpResponse(render_to_string("errors/500.html", name), status=500)


@public
def too_many(request: HttpRequest, exception: Exception | None = None, *, seconds: int | None = None) -> HttpResponse:
    response = error_page(request, 429, wait=seconds)
    response["Retry-After"] = str(seconds or 60)
    return response


@public
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form was sent without the browser's own token: cookies are off, or the page stood open over a sign-in."""
    return error_page(
        request,
        403,
        heading=_("这一页打开得太久了"),
        happened=_("为防止别人冒用您的账号，这次提交没有接收。也可能是浏览器关闭了 Cookie。"),
        next_step=_("请返回上一页，刷新后再提交；仍然不行，请在浏览器设置里允许 Cookie。"),
    )


def error_page(request: HttpRequest, status: int, **context: Any) -> HttpResponse:
    return HttpResponse(render_to_string(f"errors/{status}.html", context, request=request), status=status)
