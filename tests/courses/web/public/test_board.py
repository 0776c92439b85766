"""The public board: for everybody, in both languages, without a person and without a small number."""

from collections.abc import Iterator
from datetime import date, datetime

import pytest
import time_machine
from django.core.cache import caches
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cms.tides import tides
from courses.models import Target
from courses.tally import record_check
from tests.courses.web.desk.conftest import soup, words
from tests.factories import catalogue
from tests.factories.ledger import batch, row

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _clock(now: datetime) -> Iterator[None]:
    caches["moment"].clear()
    with time_machine.travel(now, tick=False):
        yield
    caches["moment"].clear()


@pytest.fixture
def year(now: datetime) -> None:
    catalogue.policy()
    for key, name, many in (("zhifu", "芝罘区", 40), ("laishan", "莱山区", 15), ("fushan", "福山区", 4)):
        catalogue.district(key, name, "")
        rows = [row(counted_on=date(2026, 8, 3), posted_on=date(2026, 8, 9), district=key) for _ in range(many)]
        batch(rows=rows, now=now)
    Target.objects.create(year=2026, line="skills", amount=100, source="年度计划", at=now)


@pytest.mark.usefixtures("year")
def test_anybody_reads_the_city_s_figures_and_no_small_one() -> None:
    page = Client().get(reverse("board"))
    assert page.status_code == 200
    text = words(page)
    assert "2026 年培训计数公开" in text
    assert "截至 2026 年 8 月 31 日" in text
    rows = {line.th.get_text(): line.td.get_text(" ").split()[0] for line in soup(page).select("tbody tr")[:3]}
    assert rows == {"芝罘区": "40", "莱山区": "※", "福山区": "※"}
    assert "人数少于 10 的格子不公布" in text


@pytest.mark.usefixtures("year")
def test_it_is_read_once_for_many_visitors_and_anew_in_english() -> None:
    visitor = Client()
    with CaptureQueriesContext(connection) as first:
        visitor.get(reverse("board"))
    with CaptureQueriesContext(connection) as second:
        visitor.get(reverse("board"))
    assert (len(first) > 10, len([q for q in second if "dailytotal" in q["sql"]])) == (True, 0)
    english = Client(headers={"accept-language": "en"})
    english.cookies["django_language"] = "en"
    assert "Training figures 2026" in words(english.get(reverse("board")))


def test_an_empty_year_says_so() -> None:
    catalogue.policy()
    assert "还没有已核的结业。" in words(Client().get(reverse("board")))


@pytest.mark.usefixtures("year")
def test_while_the_books_are_being_checked_no_figure_is_public(now: datetime) -> None:
    record_check(differences=1, now=now)
    text = words(Client().get(reverse("board")))
    assert "数字正在核对，暂不公布" in text
    assert "芝罘区" not in text
    assert tides(now=now).gauges == ()
