"""The yearly figures over the wire: the command's own, and nobody else's district."""

import json
from datetime import datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from courses.models import Target
from courses.people import clients
from courses.people.clients import Scope
from tests.courses.api.conftest import Issue
from tests.factories import catalogue, people
from tests.factories.ledger import counted

pytestmark = pytest.mark.django_db
ADDRESS = "/tally/2025"


@pytest.fixture
def year(now: datetime) -> None:
    """2025: two person-times in Zhifu, posted today, and targets of the city and of two districts."""
    catalogue.policy()
    zhifu, laishan = catalogue.district(), catalogue.district("laishan", "莱山区", "370613")
    for district, amount in ((None, 100), (zhifu, 40), (laishan, 60)):
        Target.objects.create(
            year=2025, line="skills", district=district, version=1, amount=amount, source="年度计划", at=now
        )
    for key in ("module:syb", "module:gyb"):
        counted(learner=people.learner(now=now), key=key, now=now)


def command(*options: str) -> Any:
    said = StringIO()
    call_command("tally", "2025", "--json", *options, stdout=said)
    return json.loads(said.getvalue())


def test_the_figures_are_those_of_the_command(year: None, caller: Issue) -> None:
    answer = caller(Scope.TALLY).get(ADDRESS).json()
    assert answer == command()
    assert [(row["line"], row["target"], row["verified"], row["people"]) for row in answer["lines"]] == [
        ("skills", 100, 2, 2),
        ("entrepreneurship", None, 0, 0),
    ]


@pytest.mark.parametrize("by", ["district", "kind", "sex", "month", "proof"])
def test_a_dimension_is_that_of_the_command_and_adds_up_to_the_year(by: str, year: None, caller: Issue) -> None:
    answer = caller(Scope.TALLY).get(f"{ADDRESS}/by/{by}").json()
    assert (answer["year"], answer["by"]) == (2025, by)
    assert answer["slices"] == command("--by", by)
    assert sum(row["skills"] for row in answer["slices"]) == 2


def test_a_dimension_that_there_is_not_is_not_valid(year: None, caller: Issue) -> None:
    assert caller(Scope.TALLY).get(f"{ADDRESS}/by/person").status_code == 422


def test_a_past_day_shows_what_was_posted_by_then_and_no_figure_of_now(
    year: None, now: datetime, caller: Issue
) -> None:
    day = str((now - timedelta(days=1)).date())
    answer = caller(Scope.TALLY).get(ADDRESS, as_of=day).json()
    assert answer == command("--as-of", day)
    assert (answer["as_of"], answer["lines"][0]["verified"]) == (day, 0)
    assert [answer[name] for name in ("enrolled", "in_training", "pending")] == [None, None, None]


def test_a_client_of_one_district_sees_that_district(year: None, caller: Issue) -> None:
    laishan = catalogue.district("laishan")
    answer = caller(Scope.TALLY, district=laishan).get(ADDRESS).json()
    assert answer == command("--district", "laishan")
    assert {row["district"] for row in answer["districts"]} == {"laishan"}
    assert (answer["lines"][0]["target"], answer["lines"][0]["verified"]) == (60, 0)


@pytest.mark.parametrize("path", ["/tally/1999", "/tally/2101", "/tally/now"])
def test_a_year_out_of_range_is_not_valid(path: str, caller: Issue) -> None:
    response = caller(Scope.TALLY).get(path)
    assert (response.status_code, response.json()["code"]) == (422, "not_valid")
    assert [found["field"] for found in response.json()["fields"]] == ["path.year"]


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "yesterday", "2026-02-30"])
def test_a_day_out_of_range_is_not_valid(day: str, caller: Issue) -> None:
    response = caller(Scope.TALLY).get(ADDRESS, as_of=day)
    assert (response.status_code, [found["field"] for found in response.json()["fields"]]) == (422, ["query.as_of"])
    assert day not in response.content.decode()


@pytest.mark.parametrize("header", [{}, {"Authorization": "Bearer "}, {"Authorization": "Bearer no-such-token"}])
def test_without_a_known_token_nothing_is_told(header: dict[str, str]) -> None:
    response = Client().get(f"/api/v1{ADDRESS}", headers=header)
    assert (response.status_code, response.json()["code"]) == (401, "token_unknown")
    assert response.headers["WWW-Authenticate"] == "Bearer"


def test_a_token_without_the_scope_is_refused(caller: Issue) -> None:
    response = caller(Scope.CLASSES, Scope.ATTENDANCE).get(ADDRESS)
    assert (response.status_code, response.json()["code"]) == (403, "scope_missing")


def test_a_revoked_token_ends_at_once(year: None, now: datetime, caller: Issue) -> None:
    other = caller(Scope.TALLY)
    assert other.get(ADDRESS).status_code == 200
    clients.revoke(by=None, client=other.client, now=now)
    assert other.get(ADDRESS).status_code == 401
