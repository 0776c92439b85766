"""The measuring itself, at a size that measures nothing: that it runs, that its answers are right, that its shape
holds."""

import pytest

from tests.bench.__main__ import measure
from tests.bench.rounds import QUICK
from tests.ground import Ground

pytestmark = pytest.mark.django_db

SHAPE = {
    "checkin": {"per_s", "ratio_to_floor", "p99_ratio_to_floor", "sql"},
    "enrol": {"per_s", "ratio_to_floor", "sql", "admitted", "waitlisted"},
    "tally": {"rows", "ms", "ratio_to_rollup"},
    "catalogue": {"per_s", "ratio_to_floor", "sql"},
}


def test_the_bench_runs_and_keeps_its_shape_and_its_budgets(own_ground: Ground) -> None:
    found = measure(own_ground, QUICK)
    assert {name: set(found[name]) for name in SHAPE} == SHAPE
    assert set(found) == {*SHAPE, "scan_page_bytes", "start_s"}
    assert (found["enrol"]["admitted"], found["enrol"]["waitlisted"]) == (5, 35)
    assert found["checkin"]["sql"] == 3
    assert found["enrol"]["sql"] <= 9
    assert found["tally"]["rows"] == 3000
    assert 0 < found["scan_page_bytes"] <= 30 * 1024
    assert all(found[name]["per_s"] > 0 for name in ("checkin", "enrol", "catalogue"))
