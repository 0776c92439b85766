"""Every address without parameters × every role: generated from the URL configuration, so a new one is in it at
once."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
import time_machine
from django.apps import apps
from django.test import Client
from pytest_django import Settings

from courses import access, completion
from courses.access import Permission
from courses.models import Completion, Post, User
from courses.web.public import health
from tests import lasting
from tests.architecture.routes import Route, routes
from tests.factories import catalogue, people
from tests.factories.classes import enrolled, training_class
from tests.factories.completion import attended

pytestmark = pytest.mark.django_db

Role = Post.Role
ROLES = ("anonymous", "learner", *Role.values)
ANSWERED = {200, 302, 405}
OWN = [route for route in routes() if route.plain and route.declared is None]
# Leaves the session behind, so it would decide what the next address answers.
ENDS_THE_SESSION = {"/account/logout/"}
OURS = tuple(apps.get_app_config("courses").get_models())
# Tables that an opened link may add to, with the reason: none does.
WRITTEN_BY_OPENING: dict[str, str] = {}
PAGES = (Role.EDITOR, Role.REVIEWER)
THIRD = [route for route in routes() if route.plain and route.declared in access.THIRD_PARTY]


@dataclass(frozen=True)
class City:
    """One counted person-time and one on its way; `secrets` are documents and phones of its learners."""

    cast: dict[str, User]
    secrets: frozenset[str]


@pytest.fixture(autouse=True)
def _clock(now: datetime, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The cast is past its second factor, which has tests of its own; the database is not asked what time it is, as
    its clock does not travel."""
    settings.ENFORCE_SECOND_FACTOR = False
    monkeypatch.setattr(health, "_database_time", lambda: None)
    with time_machine.travel(now, tick=False):
        yield


@pytest.fixture(scope="module")
def city(now: datetime, django_db_setup: None, django_db_blocker: Any) -> Iterator[City]:
    with lasting.planted(django_db_blocker, partial(_city, now), at=now) as city:
        yield city


def _city(now: datetime) -> City:
    start = now - timedelta(days=6)
    planned = start - timedelta(days=10)
    zhifu, school = catalogue.district(), catalogue.institution()
    scopes = {
        Role.TRAINER: {"institution": school},
        Role.INSTITUTION: {"institution": school},
        Role.DISTRICT: {"district": zhifu},
    }
    cast = {role: people.staff(role=role, now=planned, **scopes.get(role, {})) for role in Role.values}
    made = training_class(now=planned, first=start, trainers=[cast[Role.TRAINER]])
    own = [enrolled(training_class=made, now=planned) for _ in range(3)]
    for row in own:
        attended(row, by=cast[Role.TRAINER])
    for row in own[:2]:
        done = completion.propose(by=cast[Role.TRAINER], enrolment=row, now=now - timedelta(days=2))
        completion.submit(by=cast[Role.INSTITUTION], completion=done, now=now - timedelta(days=2))
    first = Completion.objects.filter(enrolment=own[0]).get()
    completion.approve(by=people.user(username="approver"), completion=first, now=now - timedelta(days=1))
    learner = own[1].learner
    assert learner.user is not None
    secrets = {row.learner.phone for row in own} | {row.learner.documents.get().number for row in own}
    return City({**cast, "learner": learner.user}, frozenset(secrets))


def browser(city: City, role: str) -> Client:
    client = Client(raise_request_exception=False)
    if role in city.cast:
        client.force_login(city.cast[role], backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def granted(role: str) -> set[str]:
    """The gates that a role passes."""
    if role == "anonymous":
        return {"public"}
    if role == "learner":
        return {"public", "signed_in", "learner_only"}
    return {"public", "signed_in", *access.ROLES[role].permissions}


def rows() -> dict[str, int]:
    """How many rows each table of ours has."""
    return {model.__name__: model._base_manager.count() for model in OURS}


def expected(route: Route, role: str) -> set[int]:
    """Beyond the gate a page may refuse for itself.

    410: no ticket in this browser. 404: no page of that address yet, no second factor to show. 403: no password to ask
    for again.
    """
    if route.gate == "public":
        return ANSWERED | {404, 410}
    if role == "anonymous":
        return {302}
    if route.gate not in granted(role):
        return {403}
    return ANSWERED | ({403, 404} if route.gate == "signed_in" else set())


def test_the_matrix_knows_the_five_doors() -> None:
    told = {route.address for route in OWN}
    assert {"/my/", "/teach/", "/desk/", "/account/", "/account/staff/", "/healthz", "/desk/tally/"} <= told
    assert len(OWN) > 35
    assert len(THIRD) > 40


@pytest.mark.parametrize("role", ROLES)
def test_every_own_address_answers_a_role_as_its_gate_says_shows_no_citizen_and_makes_no_record(
    role: str, city: City
) -> None:
    client = browser(city, role)
    wrong: list[str] = []
    before = rows()
    answers = [(route, client.get(route.address)) for route in OWN if route.address not in ENDS_THE_SESSION]
    after = rows()
    assert {name for name in after if after[name] != before[name]} - set(WRITTEN_BY_OPENING) == set()
    for route, opened in answers:
        # What only takes a POST is asked with one, unless the role may really do it.
        asked = opened.status_code == 405 and route.gate not in granted(role)
        answer = client.post(route.address) if asked else opened
        if answer.status_code not in expected(route, role):
            wrong.append(f"{route.address} ({route.gate}): {answer.status_code}")
        if role == "anonymous" and route.gate != "public" and "/account/" not in answer.headers.get("Location", ""):
            wrong.append(f"{route.address} does not lead to a sign-in page")
        body = b"".join(answer) if answer.streaming else answer.content
        wrong += [f"{route.address} shows a citizen's number" for secret in city.secrets if secret.encode() in body]
    assert wrong == []


@pytest.mark.parametrize("role", [role for role in ROLES if role not in PAGES])
def test_a_third_partys_screens_are_shut_to_every_role_but_those_who_keep_the_pages(role: str, city: City) -> None:
    client = browser(city, role)
    # Its own sign-in and password pages lead to the staff door, whoever asks.
    answers = {route.address: client.get(route.address) for route in THIRD}
    led_away = {address for address, answer in answers.items() if answer.status_code == 302}
    assert {answer.status_code for answer in answers.values()} <= {302, 403}
    assert {answers[address].headers["Location"].split("?")[0] for address in led_away} <= {"/account/staff/"}
    if role != "anonymous":
        assert all(
            address.startswith(("/cms/login", "/cms/password", "/cms/account/change_password")) for address in led_away
        )


@pytest.mark.parametrize("role", PAGES)
def test_who_keeps_the_pages_finds_the_third_partys_screens_and_no_citizen_in_them(role: str, city: City) -> None:
    client = browser(city, role)
    names = {
        learner.name for learner in access.visible_learners(user=city.cast[Role.CITY], now=datetime.now().astimezone())
    }
    assert names
    for route in THIRD:
        if "logout" in route.address:
            continue
        answer = client.get(route.address)
        assert answer.status_code < 500, route.address
        body = (b"".join(answer) if answer.streaming else answer.content).decode(errors="replace")
        assert not {secret for secret in city.secrets | names if secret in body}, route.address


HOMES: dict[str, str] = {
    Role.TRAINER: "/teach/",
    Role.INSTITUTION: "/desk/",
    Role.DISTRICT: "/desk/",
    Role.CITY: "/desk/targets/",
    Role.INSPECTOR: "/desk/tally/",
    Role.AUDITOR: "/desk/tally/",
    Role.EDITOR: "/cms/",
    Role.REVIEWER: "/cms/",
    Role.EXPERT: "/desk/reviews/",
}


@pytest.mark.parametrize("role", HOMES)
def test_who_loses_a_post_loses_its_doors_at_once(role: str, city: City, now: datetime) -> None:
    client = browser(city, role)
    assert client.get(HOMES[role]).status_code in {200, 302}
    Post.objects.filter(user=city.cast[role]).update(until=now)
    assert client.get(HOMES[role]).status_code == 403


@pytest.mark.parametrize("role", HOMES)
def test_a_login_that_is_shut_is_signed_out_at_once(role: str, city: City) -> None:
    client = browser(city, role)
    User.objects.filter(pk=city.cast[role].pk).update(is_active=False)
    answer = client.get(HOMES[role])
    assert (answer.status_code, answer.headers["Location"].split("?")[0]) == (302, "/account/staff/")


@pytest.mark.parametrize("permission", Permission)
def test_every_permission_is_granted_to_somebody(permission: Permission) -> None:
    assert any(permission in rule.permissions for rule in access.ROLES.values())
