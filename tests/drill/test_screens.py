"""Walls and rosters beside check-ins, at one fiftieth; and that a screen that shows nothing would be seen."""

import pytest

from tests.drill import screens
from tests.races import Arena

pytestmark = [pytest.mark.django_db, pytest.mark.long]
SMALL = screens.Size(
    screens=screens.SCREENS // 50, rooms=3, people=16, seconds=2.0, per_s=8.0, rounds=1, rushes=1, timed=False
)


def test_every_arrival_reaches_every_screen_of_its_room(arena: Arena) -> None:
    figures = screens.run(arena, SMALL)
    assert figures.faults == []
    assert figures.numbers["arrivals_shown"] >= 30


def test_a_screen_that_never_shows_an_arrival_is_a_fault(arena: Arena, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(screens.Watcher, "_see", lambda self, body: None)
    monkeypatch.setattr(screens, "PATIENCE_SECONDS", 5.0)
    figures = screens.run(arena, SMALL)
    assert any("never shown" in fault for fault in figures.faults)
