"""JSON for other systems. The schema is public; everything else asks for a token."""

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import gettext as _
from ninja import NinjaAPI, Swagger
from ninja.errors import AuthenticationError, HttpError, ValidationError

from courses.api import certificates, classes, messages, scans, tally

api = NinjaAPI(
    title="潮线 Tideline",
    version="1.0.0",
    description=_("培训班次、考勤、扫码、报名和年度计数。每个系统一个令牌，按范围授权。"),
    urls_namespace="api",
    # The page of the documentation asks no other host, and checks nothing at somebody else's.
    docs=Swagger(settings={"validatorUrl": None}),
)
api.add_router("", tally.router)
api.add_router("", classes.router)
api.add_router("", messages.router)
api.add_router("", scans.router)
api.add_router("", certificates.router)


def _problem(request: HttpRequest, status: int, code: str, sentence: str) -> HttpResponse:
    return api.create_response(request, {"code": code, "sentence": sentence}, status=status)


@api.exception_handler(AuthenticationError)
def not_known(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    response = _problem(request, 401, "token_unknown", _("缺少令牌或令牌无效，未处理。请核对 Authorization。"))
    response["WWW-Authenticate"] = "Bearer"
    return response


@api.exception_handler(HttpError)
def not_readable(request: HttpRequest, error: HttpError) -> HttpResponse:
    """The framework raises it for one thing alone: a body that is no JSON."""
    return _problem(request, error.status_code, "not_readable", _("内容不是 JSON，未处理。请核对后重新提交。"))


@api.exception_handler(PermissionDenied)
def denied(request: HttpRequest, error: PermissionDenied) -> HttpResponse:
    return _problem(request, 403, "scope_missing", _("这个令牌没有此项权限，未处理。请联系管理员。"))


@api.exception_handler(Http404)
def not_found(request: HttpRequest, error: Http404) -> HttpResponse:
    return _problem(request, 404, "not_found", _("没有这条记录，或不在您的范围内。请核对编号。"))


@api.exception_handler(ValidationError)
def not_valid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """Which fields, and what about them; never the value that was sent."""
    fields = [{"field": ".".join(map(str, item["loc"])), "problem": item["type"]} for item in error.errors]
    body = {"code": "not_valid", "sentence": _("内容不合要求，未处理。请按字段提示修改。"), "fields": fields}
    return api.create_response(request, body, status=422)


urlpatterns = [path("", api.urls)]
