"""The tally's drills at a size that measures nothing: that they run, that their answers are right."""

import pytest

from tests.drill import crowded, tally
from tests.races import Arena

pytestmark = [pytest.mark.django_db, pytest.mark.long]
ROWS = 2_000


def test_no_page_of_the_tally_asks_more_often_over_a_larger_ledger(arena: Arena) -> None:
    figures = tally.run(arena, rows=ROWS, timed=False)
    assert figures.faults == []
    asked = {name: number for name, number in figures.numbers.items() if name.endswith("queries")}
    assert len(asked) > 40
    assert max(asked.values()) <= 20


def test_check_ins_beside_dashboards_and_spreadsheets_are_all_in_the_database(arena: Arena) -> None:
    figures = crowded.run(arena, learners=20, per_s=10, rows=ROWS, dashboards=2, exports=1)
    assert figures.faults == []
    assert figures.numbers["beside_others"] > 0
