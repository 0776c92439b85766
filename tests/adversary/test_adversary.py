"""Cheats and honest people, at a size of the suite: above the floor, and the floor has teeth."""

import secrets
from dataclasses import replace

import pytest

from courses import policy
from tests.adversary import measure
from tests.adversary.assumptions import Assumptions
from tests.adversary.attacks import ATTACKS, EITHER
from tests.adversary.outcome import Outcome

pytestmark = pytest.mark.django_db
BY_NAME = {attack.name: attack for attack in ATTACKS}


def test_ghosts_are_not_counted_and_the_honest_are_not_held() -> None:
    found = measure.play(BY_NAME["all_at_once"], seed=secrets.randbits(32), classes=2)
    assert measure.faults(BY_NAME["all_at_once"], found) == []
    assert (found.classes, found.ghosts) == (2, 36)
    assert found.honest > 50


def test_what_is_done_to_phones_without_network_counts_for_nobody() -> None:
    found = measure.play(BY_NAME["kit_all_at_once"], seed=secrets.randbits(32), classes=1)
    assert measure.faults(BY_NAME["kit_all_at_once"], found) == []
    assert (found.classes, found.ghosts) == (1, 14)
    assert found.honest > 25


def test_without_a_look_by_the_trainer_and_without_holds_relayed_ghosts_count(monkeypatch: pytest.MonkeyPatch) -> None:
    """Teeth: what the floor is there to find."""
    monkeypatch.setitem(policy.DEFAULTS, "holds", [])
    small = replace(Assumptions(), people=16, lessons=2)
    attack = replace(BY_NAME["relay"], ghosts=(10,), second_scan=EITHER)
    found = measure.play(attack, seed=secrets.randbits(32), classes=1, assume=small)
    assert found.counted >= 6
    assert measure.faults(attack, found) != []


@pytest.mark.parametrize(
    ("outcome", "many"),
    [
        (Outcome(ghosts=40, counted=3, honest=400, honest_held=4), 0),
        (Outcome(ghosts=40, counted=12), 1),
        (Outcome(honest=400, honest_held=12, honest_waiting=8), 1),
    ],
)
def test_what_chance_does_not_explain_is_below_the_floor(outcome: Outcome, many: int) -> None:
    assert len(measure.faults(BY_NAME["relay"], outcome)) == many


@pytest.mark.parametrize(
    ("outcome", "many"),
    [
        (Outcome(ghosts=250, counted=12, honest=1000, honest_held=10), 0),
        (Outcome(ghosts=250, counted=14), 1),
        (Outcome(honest=1000, honest_held=7, honest_waiting=4), 1),
    ],
)
def test_at_full_size_the_plain_share_decides(outcome: Outcome, many: int) -> None:
    assert measure.faults(BY_NAME["relay"], outcome) == []
    assert len(measure.faults(BY_NAME["relay"], outcome, full=True)) == many
