"""The wave: below, crests up, one geometry."""

import re

import pytest

from courses.templatetags.draw.waves import SEAS, crests, number, period_path, points, sea_svg, upright, water

CURVE = re.compile(r"c([^cMVHZ]+)")
COORDINATE = re.compile(r"-?(?:\d+\.\d+|\d+|\.\d+)")


def curves(path: str) -> list[list[float]]:
    return [[float(value) for value in COORDINATE.findall(part)] for part in CURVE.findall(path)]


@pytest.mark.parametrize(
    ("value", "written"),
    [(0, "0"), (-0.04, "0"), (12.0, "12"), (0.5, ".5"), (-0.5, "-.5"), (10.55, "10.6"), (100, "100")],
)
def test_a_coordinate_is_written_as_short_as_svg_allows(value: float, written: str) -> None:
    assert number(value) == written


def test_a_minus_sign_parts_coordinates_by_itself() -> None:
    assert points(1, -2, 0.5, -0.5) == "1-2 .5-.5"


def test_one_period_rises_to_a_cusp_at_62_percent_and_falls_back_to_the_trough() -> None:
    back, face = curves(period_path(period=100, height=10))
    assert back == [30, 0, 50, -4.2, 62, -10]
    assert face == [2, 6.2, 14, 10, 38, 10]


def test_the_water_is_below_its_line_and_covers_the_width() -> None:
    path = water(period=40, height=8, width=100, depth=30, x=-10)
    assert path.startswith("M-10 8c")
    assert path.endswith("V30H-10Z")
    assert len(curves(path)) == 2 * 3
    assert sum(curve[4] for curve in curves(path)) == 120


def test_the_line_starts_where_it_is_told_and_is_open() -> None:
    assert crests(period=40, height=8, width=40, x=-4, y=6).startswith("M-4 14c")
    assert "Z" not in crests(period=40, height=8, width=40)


def test_upright_joins_two_beads_exactly() -> None:
    path = upright(period=100, height=14, x=28)
    assert path.startswith("M28 0c")
    first, second = curves(path)
    assert first[4] + second[4] == 0
    assert first[5] + second[5] == 100


@pytest.mark.parametrize("name", sorted(SEAS))
def test_every_sea_keeps_the_proportions_and_has_at_most_two_bodies(name: str) -> None:
    layers = SEAS[name].layers
    assert all(4.5 <= layer.period / layer.height <= 8.5 for layer in layers)
    assert sum(not layer.tone.startswith("line") for layer in layers) <= 2
    assert all(layer.x <= 0 for layer in layers)


@pytest.mark.parametrize("name", sorted(SEAS))
def test_every_sea_is_silent_and_has_no_inline_style(name: str) -> None:
    drawn = sea_svg(name=name)
    assert 'aria-hidden="true"' in drawn
    assert "style=" not in drawn
    assert len(drawn) < 6000
