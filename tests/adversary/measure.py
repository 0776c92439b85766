"""All attacks, each over its classes; and whether what was seen can be had where the floor holds."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from math import exp, lgamma, log
from random import Random

from courses import policy
from tests.adversary.assumptions import Assumptions
from tests.adversary.attacks import ATTACKS, Attack
from tests.adversary.outcome import Outcome, play_class

# Issue: at least 95 % of ghosts are not counted without a person's decision, at most 1 % of honest learners are held.
KEPT_OUT, WRONGLY_HELD = 0.95, 0.01
# A smaller run is below the floor when its misses would come about less than once in ten thousand runs on the floor.
CHANCE = 1e-4
# How often a trainer confirms somebody who waits and is not there.
CARELESS = (0.0, 0.02, 0.05, 0.1)


@dataclass(frozen=True)
class Task:
    """One class of an attack."""

    attack: Attack
    seed: int
    ghosts: int
    assume: Assumptions


Player = Callable[[Sequence[Task]], Iterable[Outcome]]


def run(*, seed: int, share: float, player: Player) -> Iterator[tuple[Attack, Outcome]]:
    """Every attack over `share` of its classes, one at least."""
    tasks = {
        attack.name: tasks_of(attack, seed=seed, classes=max(1, round(attack.classes * share))) for attack in ATTACKS
    }
    found = iter(player([task for some in tasks.values() for task in some]))
    for attack in ATTACKS:
        yield attack, total(islice(found, len(tasks[attack.name])))


def careless(*, seed: int, share: float, player: Player) -> list[tuple[float, Outcome]]:
    """Relay by ten ghosts in a class, by how careless its trainer is."""
    relay = replace(next(attack for attack in ATTACKS if attack.name == "relay"), ghosts=(10,))
    found = []
    for mistakes in CARELESS:
        assume = replace(Assumptions(), trainer_mistakes=mistakes)
        tasks = tasks_of(relay, seed=seed, classes=max(2, round(50 * share)), assume=assume)
        found.append((mistakes, total(player(tasks))))
    return found


def play(attack: Attack, *, seed: int, classes: int, assume: Assumptions | None = None) -> Outcome:
    """Here and now, one class after the other."""
    return total(map(played, tasks_of(attack, seed=seed, classes=classes, assume=assume)))


def tasks_of(attack: Attack, *, seed: int, classes: int, assume: Assumptions | None = None) -> list[Task]:
    chance = Random(f"{seed} {attack.name}")
    return [
        Task(
            attack, chance.getrandbits(32), attack.ghosts[number * len(attack.ghosts) // classes],
            assume or Assumptions(),
        )
        for number in range(classes)
    ]  # fmt: skip


def played(task: Task) -> Outcome:
    # A rolled back class leaves its number to the next one's policy.
    policy.of_pinned.cache_clear()
    return play_class(task.attack, seed=task.seed, ghosts=task.ghosts, assume=task.assume)


def total(outcomes: Iterable[Outcome]) -> Outcome:
    found = Outcome()
    for one in outcomes:
        found.add(one)
    return found


def faults(attack: Attack, found: Outcome, *, full: bool = False) -> list[str]:
    """Where an attack lies below the floor: at full size by its plain share, in a smaller run beyond what chance
    explains."""
    if not attack.floor:
        return []

    def below(many: int, seen: int, share: float) -> bool:
        return seen > share * many if full else tail(many, seen, share) < CHANCE

    said = []
    if below(found.ghosts, found.counted, 1 - KEPT_OUT):
        said.append(f"{attack.name}: {found.counted} of {found.ghosts} ghosts counted and nobody had decided so")
    held = found.honest_held + found.honest_waiting
    if below(found.honest, held, WRONGLY_HELD):
        said.append(f"{attack.name}: {held} of {found.honest} honest learners were held")
    return said


def tail(many: int, seen: int, share: float) -> float:
    """How likely `seen` or more of `many` are where each comes about with this share."""
    if not seen:
        return 1.0

    def exactly(number: int) -> float:
        ways = lgamma(many + 1) - lgamma(number + 1) - lgamma(many - number + 1)
        return exp(ways + number * log(share) + (many - number) * log(1 - share))

    return sum(exactly(number) for number in range(seen, many + 1))
