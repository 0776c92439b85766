"""Twenty of a thousand rosters spoiled at random: each bad cell named, none imported in part."""

from datetime import datetime

import pytest

from courses.models import TrainingClass, User
from tests.courses.rosters.dirt import ROSTERS, Dirty, dirty, faults_of
from tests.factories import sheets

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("seed", range(ROSTERS // 50))
def test_a_spoiled_roster_is_named_cell_by_cell_and_imports_nobody(
    seed: int, a_class: TrainingClass, sender: User, now: datetime
) -> None:
    assert faults_of(dirty(seed), seed=seed, training_class=a_class, by=sender, now=now) == []


def test_the_proof_has_teeth(a_class: TrainingClass, sender: User, now: datetime) -> None:
    """A bad cell that nobody expects, and one that is expected in vain, are both reported."""
    content = sheets.xlsx([[*sheets.person(1)[:8], "123"]])
    for bad in (set(), {"I2", "E2"}):
        made = Dirty(content, bad)
        assert len(faults_of(made, seed=0, training_class=a_class, by=sender, now=now)) == 1
