"""The server owns time: no column fills itself from a clock, and the database computes no dates."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.db.models import DateField

from tests.architecture.test_direction import planted
from tests.architecture.trees import modules, place, tree

OWN_CLOCKS = {"auto_now", "auto_now_add"}
# Fields that still do, with the reason.
FILL_THEMSELVES = {
    ("courses/models/policy.py", "auto_now_add"): "when a version came to be is read by no rule: effective_on is",
}
SQL_CLOCKS = {"Now", "TransactionNow"}
SQL_DATES = re.compile(r"^(Extract|Trunc)[A-Z]\w*$")
PARTS = "year|iso_year|month|day|week|week_day|iso_week_day|quarter|date|time|hour|minute|second"


def dates_of_the_models() -> set[str]:
    return {
        field.name
        for model in apps.get_app_config("courses").get_models()
        for field in model._meta.get_fields()
        if isinstance(field, DateField)
    }


def clocks_in_tables(path: Path) -> Iterator[tuple[str, str]]:
    """`auto_now_add=True` of a field, and the database's own moment."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.keyword) and node.arg in OWN_CLOCKS:
            yield place(path, node.value), node.arg
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in SQL_CLOCKS:
            yield place(path, node), node.func.id


def dates_in_queries(path: Path) -> Iterator[tuple[str, str]]:
    """`starts_on__year=` and functions that take a date apart."""
    part = re.compile(rf"(?:^|__)(?:{'|'.join(dates_of_the_models())})__(?:{PARTS})(?:__\w+)?$")
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.keyword) and node.arg and part.search(node.arg):
            yield place(path, node.value), node.arg
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and part.search(node.value):
            yield place(path, node), node.value
        if isinstance(node, ast.Name) and SQL_DATES.match(node.id):
            yield place(path, node), node.id


def test_no_column_fills_itself_from_a_clock() -> None:
    found = [(where.partition(":")[0], what) for path in modules("courses") for where, what in clocks_in_tables(path)]
    assert sorted(found) == sorted(FILL_THEMSELVES)


def test_no_query_takes_a_date_apart() -> None:
    found = [one for package in ("courses", "cms") for path in modules(package) for one in dates_in_queries(path)]
    assert found == []


@pytest.mark.parametrize(
    ("source", "caught"),
    [
        ("class A:\n    at = DateTimeField(auto_now_add=True)", True),
        ("class A:\n    at = DateTimeField(db_default=Now())", True),
        ("class A:\n    at = DateTimeField()", False),
    ],
)
def test_the_clock_of_a_column_is_seen(
    tmp_path: Path, source: str, caught: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert bool(list(clocks_in_tables(planted(tmp_path, source, monkeypatch)))) is caught


@pytest.mark.parametrize(
    ("source", "caught"),
    [
        ("found = rows.filter(training_class__starts_on__year=2026)", True),
        ("found = rows.values('starts_on__month')", True),
        ("found = rows.annotate(month=TruncMonth('starts_on'))", True),
        ("found = rows.filter(sample__year=2026, starts_on__gte=first)", False),
    ],
)
def test_a_date_taken_apart_in_a_query_is_seen(
    tmp_path: Path, source: str, caught: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert bool(list(dates_in_queries(planted(tmp_path, source, monkeypatch)))) is caught
