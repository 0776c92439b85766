"""Employers' systems check certificates: every printed field, and one word for whatever is not to be found."""

import json
from datetime import datetime

import pytest

from courses.people.clients import Scope
from tests.courses.api.conftest import Issue
from tests.factories.certificates import issued

pytestmark = pytest.mark.django_db


def test_each_is_answered_in_the_order_asked(caller: Issue, now: datetime) -> None:
    made = issued(now=now)
    asked = [(made.number, "王小强"), (made.number, "李四"), ("X1", "王")]
    body = json.dumps({"items": [{"number": number, "name": name} for number, name in asked]})
    answer = caller(Scope.CERTIFICATES).post("/certificates/check", body, None)
    items = answer.json()["items"]
    assert [item["state"] for item in items] == ["valid", "unknown", "unknown"]
    assert (items[0]["name"], items[0]["course"], items[0]["issued_on"]) == (
        "王*强",
        "中式烹调师（四级）",
        "2026-09-14",
    )
    assert {key: value for key, value in items[1].items() if value not in ("", None, False)} == {
        "number": made.number,
        "state": "unknown",
    }


def test_another_scope_checks_nothing(caller: Issue) -> None:
    body = json.dumps({"items": [{"number": "X1", "name": "王"}]})
    assert caller(Scope.CLASSES).post("/certificates/check", body, None).status_code == 403


@pytest.mark.parametrize("items", [[], [{"number": "X1", "name": "王"}] * 101, [{"number": "X1"}]])
def test_none_and_more_than_a_hundred_are_not_valid(items: list[dict[str, str]], caller: Issue) -> None:
    assert caller(Scope.CERTIFICATES).post("/certificates/check", json.dumps({"items": items}), None).status_code == 422
