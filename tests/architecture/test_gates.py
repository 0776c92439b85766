"""Every address says who may pass, or lies under a prefix that is declared as a whole."""

import importlib
import sys
from collections.abc import Iterator
from functools import wraps
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import clear_url_caches, path, set_urlconf
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST
from pytest_django import Settings

import lms.urls
from courses.access import PUBLIC_PREFIXES, THIRD_PARTY, Permission
from courses.web.gate import allow, learner_only, public, signed_in
from tests.architecture.routes import Route, routes

GATES = {"public", "signed_in", "learner_only", *Permission}
DOORS = {"/my/": {"learner_only"}, "/teach/": {Permission.TEACH}, "/desk/": set(Permission)}
# Behind a door, and open nevertheless, with the reason.
OPEN_BEHIND_A_DOOR = {
    "/my/offer/<slug:code>/": "whoever has the link of the message answers it; it shows a masked name and nothing else",
    "/teach/lesson/<str:name>/state": "the roster polls with a signed token of that lesson instead of a session",
    "/teach/lesson/<str:name>/wall/state": "the projector polls with a signed screen token instead of a session",
}


@pytest.fixture(params=["served", "newcomer"])
def configuration(request: pytest.FixtureRequest, settings: Settings) -> Iterator[str]:
    """The addresses as a served city has them, and as a newcomer has them, with demo doors and debug pages."""
    newcomer = request.param == "newcomer"
    settings.DEBUG = settings.DEMO = newcomer
    _read_again()
    yield request.param
    settings.DEBUG = settings.DEMO = False
    _read_again()


def _read_again() -> None:
    importlib.reload(lms.urls)
    clear_url_caches()
    set_urlconf(None)


def ungated(found: list[Route]) -> list[str]:
    return [f"{route.address} {route.view!r}" for route in found if route.gate not in GATES and route.declared is None]


def test_every_address_declares_its_gate(configuration: str) -> None:
    found = routes()
    assert len(found) > 150
    assert ungated(found) == []


def test_an_address_that_declares_nothing_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """The net has a bottom: a route added without a gate, and one whose gate a careless decorator dropped."""

    def bare(request: Any) -> HttpResponse:
        return HttpResponse()

    def careless(request: Any) -> HttpResponse:
        return public(lambda _request: HttpResponse())(request)

    monkeypatch.setattr(
        lms.urls, "urlpatterns", [path("bare/", bare), path("careless/", careless), *lms.urls.urlpatterns]
    )
    clear_url_caches()
    try:
        assert [line.split()[0] for line in ungated(routes())] == ["/bare/", "/careless/"]
    finally:
        clear_url_caches()


def test_demo_doors_and_debug_pages_are_where_they_belong(configuration: str) -> None:
    told = {"/" + route.address.split("/")[1] + "/" for route in routes() if route.address != "/"}
    assert (told & {"/demo/", "/styleguide/", "/media/"}) == (
        {"/demo/", "/styleguide/", "/media/"} if configuration == "newcomer" else set()
    )


@pytest.mark.parametrize("door", DOORS)
def test_behind_a_door_there_is_no_open_view(door: str) -> None:
    behind = [route for route in routes() if route.address.startswith(door)]
    assert behind
    assert {route.address for route in behind if route.gate not in DOORS[door] | {"signed_in"}} == {
        address for address in OPEN_BEHIND_A_DOOR if address.startswith(door)
    }


def test_declared_prefixes_are_whole_and_in_use(configuration: str) -> None:
    declared = {route.declared for route in routes()} - {None}
    expected = {*THIRD_PARTY, *PUBLIC_PREFIXES} - ({"/media/"} if configuration == "served" else set())
    assert declared == expected
    assert all(prefix.startswith("/") and prefix.endswith("/") for prefix in declared if prefix)


@pytest.mark.django_db
def test_a_third_partys_prefix_is_shut_to_strangers_as_a_whole() -> None:
    """Also where it has no page: nobody learns what there is."""
    for prefix in THIRD_PARTY:
        for rest in ("", "no/such/page/", "users/", "pages/1/edit/"):
            response = Client().get(f"{prefix}{rest}")
            assert (response.status_code, response.headers["Location"].split("?")[0]) == (302, "/account/staff/")


@pytest.mark.parametrize(
    ("gate", "told"),
    [
        (public, "public"),
        (signed_in, "signed_in"),
        (learner_only, "learner_only"),
        (allow(Permission.REVIEW), Permission.REVIEW),
    ],
)
def test_a_gate_is_seen_through_the_decorators_of_the_framework(gate: Any, told: str) -> None:
    def view(request: Any) -> HttpResponse:
        return HttpResponse()

    for decorator in (never_cache, require_POST):
        assert getattr(decorator(gate(view)), "gate", None) == told
        assert getattr(gate(decorator(view)), "gate", None) == told


def test_a_gate_on_the_outside_is_the_one_that_is_seen_and_kept() -> None:
    """Who wraps a gated view in another function keeps its gate in force, not only its name."""

    @wraps(gated := signed_in(lambda request: HttpResponse("inside")))
    def outer(request: Any) -> HttpResponse:
        answer: HttpResponse = gated(request)
        return answer

    request = RequestFactory().get("/my/")
    request.user = type("Nobody", (), {"is_authenticated": False})()  # type: ignore[assignment]
    assert (outer.gate, outer(request).status_code) == ("signed_in", 302)  # type: ignore[attr-defined]
    assert "lms.urls" in sys.modules
