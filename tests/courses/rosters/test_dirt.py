"""Twenty of a thousand rosters spoiled at random: bad cells named, near-names proposed, none imported in part."""

from datetime import date, datetime

import pytest

from courses.models import TrainingClass, User
from tests.courses.rosters.dirt import ROSTERS, Dirty, Known, dirty, faults_of
from tests.factories import sheets

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("seed", range(ROSTERS // 50))
def test_a_spoiled_roster_is_named_cell_by_cell_and_imports_nobody(
    seed: int, a_class: TrainingClass, sender: User, now: datetime
) -> None:
    assert faults_of(dirty(seed), seed=seed, training_class=a_class, by=sender, now=now) == []


def test_the_twenty_hold_people_who_are_nearly_known() -> None:
    made = [dirty(seed) for seed in range(ROSTERS // 50)]
    columns = {cell[0] for one in made for cell in one.asked}
    assert columns == {sheets.NAME, sheets.PHONE}
    assert sum(len(one.known) for one in made) > sum(len(one.asked) for one in made)


def test_the_proof_of_near_names_has_teeth(a_class: TrainingClass, sender: User, now: datetime) -> None:
    """A question that nobody expects, and one that is expected in vain, are both reported."""
    row = sheets.person(1, name="王小强")
    known = Known("王晓强", row[4], date(1966, 1, 2))
    made = Dirty(sheets.xlsx([row]), known=[known])
    assert len(faults_of(made, seed=0, training_class=a_class, by=sender, now=now)) == 1
    vain = Dirty(sheets.xlsx([sheets.person(2)]), asked={"B2"})
    faults = faults_of(vain, seed=1, training_class=a_class, by=sender, now=now)
    assert faults == ["seed 1: asked about [], missed ['B2']"]


def test_the_proof_has_teeth(a_class: TrainingClass, sender: User, now: datetime) -> None:
    """A bad cell that nobody expects, and one that is expected in vain, are both reported."""
    content = sheets.xlsx([[*sheets.person(1)[:8], "123"]])
    for bad in (set(), {"I2", "E2"}):
        made = Dirty(content, bad)
        assert len(faults_of(made, seed=0, training_class=a_class, by=sender, now=now)) == 1
