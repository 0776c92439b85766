"""The measuring itself, at a size that measures nothing: that it runs, that its answers are right, that its shape
holds."""

import pytest

from tests.bench import books, green
from tests.bench.__main__ import measure
from tests.bench.rounds import QUICK
from tests.ground import Ground

pytestmark = pytest.mark.django_db

SHAPE = {
    "posting": {"per_s", "ms", "ms_empty", "ratio_to_empty", "ratio_to_rollup"},
    "close": {"entries", "seconds", "per_s", "ratio_to_rollup"},
    "export": {"rows", "seconds", "megabytes", "ratio_to_rollup"},
    "checkin": {"per_s", "ratio_to_floor", "p99_ratio_to_floor", "sql"},
    "enrol": {"per_s", "ratio_to_floor", "sql", "admitted", "waitlisted"},
    "tally": {"rows", "ms", "ratio_to_rollup"},
    "catalogue": {"per_s", "ratio_to_floor", "sql"},
}
WALLED = {"per_s", "p50_ms", "p99_ms", "ratio_to_floor", "p99_ratio_to_floor"}


@pytest.mark.long
def test_the_bench_runs_and_keeps_its_shape_and_its_budgets(own_ground: Ground) -> None:
    found = measure(own_ground, QUICK)
    assert {name: set(found[name]) for name in SHAPE} == SHAPE
    assert set(found) == {*SHAPE, "scan_page_bytes", "start_s", "checkin_beside_walls", "zero_to_green"}
    assert set(found["checkin_beside_walls"]) == {"screens", "16", "64"}
    assert set(found["checkin_beside_walls"]["64"]) == WALLED
    assert found["zero_to_green"] is None or set(found["zero_to_green"]) == {"scans", "median_s", "p95_s"}
    assert (found["enrol"]["admitted"], found["enrol"]["waitlisted"]) == (5, 35)
    assert found["checkin"]["sql"] == 3
    assert found["enrol"]["sql"] <= 9
    assert found["tally"]["rows"] == 3000
    assert (found["close"]["entries"], found["export"]["rows"]) == (200, 200)
    assert found["export"]["megabytes"] <= 200
    assert 0 < found["scan_page_bytes"] <= 30 * 1024
    assert all(found[name]["per_s"] > 0 for name in ("checkin", "enrol", "catalogue"))


@pytest.mark.parametrize(
    ("scans", "median_s", "p95_s", "many"),
    [(100, 2.0, 5.0, 0), (100, 2.01, 5.0, 1), (100, 3.0, 5.01, 2), (1, 9.0, 9.0, 0)],
)
def test_a_green_that_comes_late_fails_the_bench_at_full_size(
    scans: int, median_s: float, p95_s: float, many: int
) -> None:
    assert len(green.missed({"scans": scans, "median_s": median_s, "p95_s": p95_s})) == many
    assert green.missed(None) == []


@pytest.mark.parametrize(
    ("entries", "ratio", "seconds", "megabytes", "many"),
    [(50_000, 1.5, 60, 200, 0), (50_000, 1.51, 61, 201, 3), (50_000, 1.0, 60.1, 150, 1), (200, 9.0, 900, 900, 0)],
)
def test_a_ledger_that_costs_more_than_promised_fails_the_bench_at_full_size(
    entries: int, ratio: float, seconds: float, megabytes: int, many: int
) -> None:
    found = {
        "posting": {"ratio_to_empty": ratio},
        "close": {"entries": entries, "seconds": seconds},
        "export": {"megabytes": megabytes},
    }
    assert len(books.missed(found)) == many
