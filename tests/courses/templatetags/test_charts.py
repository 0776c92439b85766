"""Charts as templates get them."""

from datetime import date

import pytest
from bs4 import BeautifulSoup
from django.template import Context, Template

from courses.templatetags import charts


def page(source: str, **values: object) -> BeautifulSoup:
    return BeautifulSoup(Template("{% load charts %}" + source).render(Context(values)), "lxml")


def test_the_gauge_says_its_numbers_to_those_who_do_not_see_it() -> None:
    gauge = page("{% gauge_large 22146 30000 21123 %}").svg
    assert gauge is not None
    assert gauge["aria-label"] == "已核 22,146，目标 30,000，今日序时 21,123"


def test_the_pace_chart_has_a_table_twin() -> None:
    soup = page(
        '{% pace_chart year=2026 target=30000 this_year=now today=today caption="技能" %}',
        now=[(date(2026, 1, 31), 1480)],
        today=date(2026, 1, 31),
    )
    rows = [[cell.get_text() for cell in row.find_all(["th", "td"])] for row in soup.select("tbody tr")]
    assert len(rows) == 12
    assert rows[0] == ["1 月", "1,480", "2,548"]
    assert rows[1] == ["2 月", "–", "4,849"]


@pytest.mark.parametrize(
    ("value", "step"), [(None, ""), (0, "heat-1"), (4, "heat-2"), (9.4, "heat-3"), (9.5, "heat-4"), (14, "heat-5")]
)
def test_depth_is_told_in_five_steps(value: float | None, step: str) -> None:
    assert charts.depth(value, charts.DEPTHS) == step


def test_a_month_to_come_is_hatched_and_says_so() -> None:
    soup = page(
        '{% heat_table rows columns caption="水深" %}',
        rows=[{"name": "芝罘区", "values": [5.0, None]}],
        columns=["1 月", "2 月"],
    )
    assert [(cell["class"], cell.get_text()) for cell in soup.select("td")] == [(["heat-2"], "5.0"), (["e"], "未到")]


def test_the_path_is_solid_behind_and_dotted_ahead_and_ends_without_a_line() -> None:
    beads = [{"state": state, "title": state} for state in ("done", "absent", "next", "coming", "exam", "certificate")]
    rows = page("{% learner_path beads 45 %}", beads=beads).select("li")
    lines = [row.select_one(".segment path") for row in rows]
    assert [line["class"][0] if line else None for line in lines] == [
        "passed",
        "passed",
        "ahead",
        "ahead",
        "ahead",
        None,
    ]
