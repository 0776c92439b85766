"""A large roster is seated in time: a hundredth of the drill's, and that the drill would say so if it were not."""

import pytest

from tests.courses.rosters import good
from tests.races import Arena, Figures

pytestmark = pytest.mark.django_db
SMALL = good.ROWS // 50


def test_a_roster_without_a_slip_is_read_checked_and_seated_whole(arena: Arena) -> None:
    figures = Figures("rosters")
    good.run(arena, figures, rows=SMALL)
    print(figures.numbers)
    assert figures.faults == []
    assert figures.numbers["good_rows"] == SMALL
    assert set(figures.numbers) == {"good_rows", "good_read_s", "good_check_s", "good_commit_s", "good_all_s"}


def test_a_roster_that_takes_too_long_is_a_fault(arena: Arena, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(good, "MOST_SECONDS", 0.0)
    figures = Figures("rosters")
    good.run(arena, figures, rows=SMALL)
    [fault] = figures.faults
    assert fault.endswith("0.0 at most")
