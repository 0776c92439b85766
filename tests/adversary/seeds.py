"""One seed for a whole play, told with every fault, so that it can be played again."""

from contextvars import ContextVar
from random import Random

SEED: ContextVar[int] = ContextVar("seed", default=0)


def drawn() -> Random:
    return Random(SEED.get())
