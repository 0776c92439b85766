import pytest

from tests.kill import kits
from tests.races import Arena

pytestmark = pytest.mark.django_db


def test_a_hand_over_whose_server_is_killed_ends_in_exactly_the_union(arena: Arena) -> None:
    figures = kits.run(arena, marks=10, every_seconds=0.5, pause_seconds=0.4)
    assert figures.faults == []
    assert figures.numbers["entries"] == 30
    assert figures.numbers["kills"] >= 2
