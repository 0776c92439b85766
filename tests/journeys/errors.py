"""The pages of what went wrong as the service writes them, opened at an address of its own host so that their styles
are the real ones."""

import json
from functools import partial

from playwright.sync_api import Page, Request, Route

from tests.journeys.city import ROOT, City

WRITTEN = """
import json
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory
from django.utils import translation
from courses.web import errors
pages = {"error-400": errors.bad_request, "error-403": errors.forbidden, "error-404": errors.not_found,
         "error-429": errors.too_many, "error-500": errors.server_error, "error-csrf": errors.csrf_failure}
told = {}
for language in ("zh-hans", "en"):
    request = RequestFactory().get("/")
    request.user, request.LANGUAGE_CODE = AnonymousUser(), language
    request.META[errors.REQUEST_ID] = "KPWTRNAD"
    with translation.override(language):
        told[language] = {name: page(request).content.decode() for name, page in pages.items()}
print(json.dumps(told))
"""


def written(city: City, language: str) -> dict[str, str]:
    """Name → page; the one of nginx, in both languages at once, among them."""
    told: dict[str, str] = json.loads(city.manage("shell", "-v0", "-c", WRITTEN))[language]
    return {**told, "error-503": (ROOT / "static" / "503.html").read_text(encoding="utf-8")}


def open_at(page: Page, city: City, name: str, body: str) -> None:
    page.route(f"{city.address}/{name}/", partial(_answer, body=body))
    page.goto(f"{city.address}/{name}/")


def _answer(route: Route, _request: Request, *, body: str) -> None:
    route.fulfill(body=body, content_type="text/html")
