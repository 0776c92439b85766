"""The command prints what the page shows."""

import json
from datetime import date
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone

from courses import policy, tally
from courses.tally import Scope
from tests.factories import catalogue
from tests.factories.ledger import batch, row

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _lines(now) -> None:
    catalogue.district()
    batch(rows=[row(), row(posted_on=date(2025, 7, 1)), row(line="entrepreneurship")], now=now)


def said(*arguments: str) -> str:
    out = StringIO()
    call_command("tally", *arguments, stdout=out)
    return out.getvalue()


def test_json_is_the_one_definition_of_the_figures() -> None:
    figures = tally.for_year(year=2025, scope=Scope(), as_of=None, today=policy.local_date(timezone.now()))
    assert json.loads(said("2025", "--json")) == json.loads(json.dumps(tally.as_json(figures), default=str))


def test_as_of_and_district_cut_the_figures() -> None:
    then = json.loads(said("2025", "--as-of", "2025-07-01", "--json"))
    assert {row["line"]: row["verified"] for row in then["lines"]} == {"skills": 1, "entrepreneurship": 0}
    other = json.loads(said("2025", "--district", "laishan", "--json"))
    assert [row["verified"] for row in other["lines"]] == [0, 0]


def test_words_name_person_times_and_people() -> None:
    lines = said("2025").splitlines()
    assert lines[1] == "职业技能培训：已核 2 人次（2 人），目标 未设目标"
