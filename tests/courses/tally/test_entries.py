"""Every figure opens onto exactly the lines that add up to it."""

from datetime import date

import pytest
from django.db import connection
from django.db.models import Sum
from django.test.utils import CaptureQueriesContext

from courses import access, tally
from courses.models import CountEntry
from courses.tally import Cut, Scope
from tests.factories import catalogue, people
from tests.factories.completion import counted, revoked
from tests.factories.ledger import batch, row

pytestmark = pytest.mark.django_db


@pytest.fixture
def lines(now) -> None:
    catalogue.district()
    catalogue.district("laishan", "莱山区", "370613")
    batch(
        rows=[
            row(counted_on=date(2026, 3, 5), posted_on=date(2026, 3, 20)),
            row(counted_on=date(2026, 3, 5), posted_on=date(2026, 4, 1), district="laishan", institution="J002"),
            row(counted_on=date(2026, 5, 5), posted_on=date(2026, 6, 1), line="entrepreneurship"),
            row(counted_on=date(2025, 5, 5), posted_on=date(2026, 1, 1)),
        ],
        now=now,
    )


@pytest.mark.parametrize(
    ("cut", "many"),
    [
        (Cut(2026), 3),
        (Cut(2026, line="skills"), 2),
        (Cut(2026, line="skills", district="laishan"), 1),
        (Cut(2026, month=3), 2),
        (Cut(2026, institution="J002"), 1),
        (Cut(2026, kind="skill"), 3),
        (Cut(2026, as_of=date(2026, 3, 31)), 1),
        (Cut(2025), 1),
        (Cut(2024), 0),
    ],
)
def test_a_cut_gives_its_lines(lines, cut, many) -> None:
    assert tally.entries(visible=CountEntry.objects.all(), cut=cut).count() == many


def test_the_lines_behind_a_figure_add_up_to_it_reversals_included(lines, now) -> None:
    entry, later = counted(now=now)
    assert entry.completion is not None
    revoked(entry.completion, now=later)
    figures = tally.for_year(year=2026, scope=Scope(), as_of=None, today=later.date())
    for line, told in figures.lines.items():
        behind = tally.entries(visible=CountEntry.objects.all(), cut=Cut(2026, line=line))
        assert behind.aggregate(sum=Sum("amount"))["sum"] == told.verified
    assert tally.entries(visible=CountEntry.objects.all(), cut=Cut(2026, class_number=entry.class_number)).count() == 2


def test_a_reader_finds_the_lines_of_the_own_scope_only(lines, now) -> None:
    officer = people.staff(role="district", now=now, district=catalogue.district("laishan", "莱山区", "370613"))
    found = tally.entries(visible=access.visible_entries(user=officer, now=now), cut=Cut(2026))
    assert [entry.district for entry in found] == ["laishan"]


@pytest.mark.skipif(
    connection.vendor != "sqlite", reason="PostgreSQL plans by what a table holds, and this one is empty"
)
@pytest.mark.parametrize("cut", [Cut(2026), Cut(2026, line="skills"), Cut(2026, line="skills", occupation="trade-7")])
def test_the_few_lines_that_take_one_back_are_found_by_an_index_of_their_own(lines, cut) -> None:
    """Through the index of all lines a year's reversals take as long as the year itself."""
    with CaptureQueriesContext(connection) as asked:
        tally.lines(visible=CountEntry.objects.all(), cut=cut, scope="")
    backwards = next(query["sql"] for query in asked if '"reverses_id" IS NOT NULL' in query["sql"])
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {backwards}")
        assert any("countentry_taken_back" in step[3] for step in cursor.fetchall())
