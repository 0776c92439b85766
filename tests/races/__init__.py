"""Races: the same contest at two sizes, in the suite and in the drill, each with a twin that has teeth.

Every module of a race has the same parts. `plant`, `contend` and `faults` run inside the crowd's processes, on the
database of the race; `unprotect` takes the protection away; `run` plays rounds and returns figures, `faults` among
them.
The twin plays the same race without protection and must see the fault, or the race proves nothing.
"""

from dataclasses import dataclass, field
from statistics import median

from tests.crowd import Answer, Crowd
from tests.ground import Ground


@dataclass
class Arena:
    """Where a race is played: who contends, on which database; the share of its full size, where a drill has one."""

    crowd: Crowd
    ground: Ground
    share: float = 1.0


@dataclass
class Figures:
    """What one proof measured. `faults` must be empty."""

    name: str
    numbers: dict[str, float] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    def add(self, **more: float) -> None:
        for name, number in more.items():
            self.numbers[name] = self.numbers.get(name, 0) + number


def latency(answers: list[Answer]) -> dict[str, float]:
    """Milliseconds: the middle, and what 95 of 100 stay under."""
    times = sorted(answer.ms for answer in answers)
    return {"p50_ms": round(median(times), 1), "p95_ms": round(times[int(len(times) * 0.95)], 1)}


def raised(answers: list[Answer]) -> list[str]:
    return sorted({answer.raised for answer in answers if answer.raised})


def of_pairs(arena: Arena, *, name: str, pairs: int) -> Figures:
    """One round of a race whose `plant` gives the contenders, and whose `result` says what became of them."""
    figures, crowd, database = Figures(name), arena.crowd, arena.ground.name
    this = f"tests.races.{name}"
    planted = crowd.call(database, f"{this}:plant", pairs=pairs)
    figures.faults += raised(crowd.race(database, f"{this}:contend", planted))
    found = crowd.call(database, f"{this}:result")
    figures.faults += found.pop("faults")
    figures.add(pairs=pairs, **found)
    return figures
