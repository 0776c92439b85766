"""Every address × every role × POST: whom its declared permission refuses is refused before anything is read or
written, and nobody else is. Generated from the URL configuration, so a new address is in it at once."""

import inspect
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from django.db import transaction
from django.http import HttpRequest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from courses.models import Post
from courses.web.gate import STAFF_DOORS
from tests.architecture.routes import Route, routes
from tests.courses.web.test_foreign import address_of
from tests.courses.web.test_matrix import ENDS_THE_SESSION, ROLES, City, _clock, browser, city, granted, rows

__all__ = ["_clock", "city"]

pytestmark = pytest.mark.django_db
Role = Post.Role
OWN = [route for route in routes() if route.declared is None and "(" not in route.address]
GATED = [route for route in OWN if route.gate != "public"]
PLAIN = [route for route in GATED if route.plain and route.address not in ENDS_THE_SESSION]
# Opened by a link alone: no POST is taken, from anybody, before it is asked who sends it.
TAKES_NO_POST = {
    "/S/",
    "/S/<str:number>/",
    "/s/<str:number>/",
    "/my/certificates/",
    "/my/certificate/<slug:number>/",
    "/my/erasure/",
    "/teach/sheet/<str:number>/",
    "/desk/class/<str:number>/opening/timetable.xlsx",
    "/desk/class/<str:number>/receipt/<str:enrolment_number>/",
    "/desk/class/<str:number>/roster/template.xlsx",
    "/desk/group/<str:number>/",
    "/desk/group/<str:number>/template.xlsx",
    "/desk/roster/<str:number>/",
    "/desk/sheet/<str:number>/",
}
# Beyond its gate a page may refuse for itself: no password or second factor of these logins to ask for again, no
# request to take back, no list of that name, no post at a desk; or it is opened by a link alone, which it says to those
# whom it lets in.
OF_ITS_OWN = {
    "/account/second/": 405,
    "/account/second/codes/": 405,
    "/my/code/": 405,
    "/my/code/worker.js": 405,
    "/account/contact/": 404,
    "/account/staff/again/": 403,
    "/account/second/again/": 403,
    "/account/second/replace/": 404,
    "/my/erasure/back/": 404,
    "/desk/views/save/": 404,
}
# What is behind the gate refuses strangers once more, in the same way.
CHECKED_TWICE = {
    "/desk/exports/check/",
    "/desk/closes/<int:year>/",
    "/desk/closes/<int:year>/propose/",
    "/desk/closes/<int:year>/confirm/",
    "/desk/closes/<int:year>/back/",
    "/desk/closes/<int:year>/file/<slug:kind>/",
}


def asked(route: Route) -> str:
    """The address, with names of nothing in it: a gate that is there answers before anything is looked for."""
    return route.address if route.plain else address_of(route, {})


def refuses(route: Route, role: str) -> bool:
    return route.gate not in granted(role)


def sign_in_of(address: str) -> str:
    return reverse("account_staff_login" if address.startswith(STAFF_DOORS) else "account_login")


def answered(client: Client, address: str) -> tuple[int, str]:
    """Status, and where it leads; whatever the POST wrote is undone."""
    with transaction.atomic():
        answer = client.post(address)
        _body = b"".join(answer) if answer.streaming else answer.content  # type: ignore[attr-defined]
        transaction.set_rollback(True)
    return answer.status_code, answer.headers.get("Location", "").split("?")[0]


def unlike_the_gate(routes: Iterable[Route], role: str, city: City) -> list[str]:
    """The addresses that answer this role's POST otherwise than their permission says: let in, or sent away."""
    wrong, client = [], browser(city, role)
    for route in routes:
        address = asked(route)
        status, leads_to = answered(client, address)
        if route.address in TAKES_NO_POST:
            kept = status == 405
        elif refuses(route, role):
            kept = (status, leads_to) == ((302, sign_in_of(address)) if role == "anonymous" else (403, ""))
        else:
            led_away = status == 302 and leads_to == sign_in_of(address)
            kept = not led_away and (status < 400 or status in {400, 422, OF_ITS_OWN.get(address)})
        if not kept:
            wrong.append(f"{route.address} ({route.gate}): {status} {leads_to}".rstrip())
    return wrong


@pytest.mark.parametrize("role", ROLES)
def test_who_lacks_the_permission_is_refused_every_post_and_leaves_no_row(role: str, city: City) -> None:
    shut = [route for route in GATED if refuses(route, role)]
    assert len(shut) > 30
    before = rows()
    assert unlike_the_gate(shut, role, city) == []
    assert rows() == before


@pytest.mark.parametrize("role", [role for role in ROLES if role != "anonymous"])
def test_who_has_the_permission_is_refused_no_post(role: str, city: City) -> None:
    assert unlike_the_gate([route for route in PLAIN if not refuses(route, role)], role, city) == []


def test_every_role_is_both_let_in_and_refused() -> None:
    """The proof asks something of each: of the nine with a login, and of who has none."""
    numbers = {role: sum(refuses(route, role) for route in GATED) for role in ROLES}
    assert numbers["anonymous"] == len(GATED)
    assert all(0 < number < len(GATED) for role, number in numbers.items() if role != "anonymous")
    named = {route.address for route in GATED}
    assert named > TAKES_NO_POST | CHECKED_TWICE | set(OF_ITS_OWN)
    assert {route.gate for route in GATED} > {"signed_in", "learner_only", "see_desk", "run_classes", "review"}


def _patterns(resolver: URLResolver) -> Iterable[URLPattern]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from _patterns(entry)
        else:
            yield entry


def without_its_check(view: Callable[..., Any]) -> Callable[..., Any]:
    """The view as somebody leaves it who drops the check and keeps the word for it."""
    bare = inspect.unwrap(view)

    def unguarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return bare(request, *args, **kwargs)

    unguarded.gate = view.gate  # type: ignore[attr-defined]
    return unguarded


def test_each_view_that_loses_its_check_is_found(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    """The teeth: every gated address in its turn, stripped of its check."""
    missed = []
    for pattern in _patterns(get_resolver()):
        own = [route for route in GATED if route.view is pattern.callback]
        if not own:
            continue
        gate = own[0].gate
        role = {"signed_in": "anonymous", "learner_only": Role.EDITOR}.get(str(gate), "learner")
        with monkeypatch.context() as patch:
            patch.setattr(pattern, "callback", without_its_check(pattern.callback))
            if own[0].address not in TAKES_NO_POST and not unlike_the_gate(own[:1], role, city):
                missed.append(own[0].address)
    assert set(missed) == CHECKED_TWICE
