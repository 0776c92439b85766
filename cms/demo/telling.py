"""What the demo city says of itself while it is built: each step, and how far the one in hand has come."""

import time
from collections.abc import Callable, Iterator, Sequence
from typing import Protocol, TypeVar

# A terminal's line is written anew this often; where lines are kept, one is added this often.
REWRITTEN, ADDED = 0.2, 5.0


Row = TypeVar("Row")


class Window(Protocol):
    """Django's wrapper of a stream, which has all three."""

    def write(self, msg: str = "", *, ending: str | None = None) -> None: ...
    def flush(self) -> None: ...
    def isatty(self) -> bool: ...


class Telling:
    """Steps, one after the other. Without a window nothing is said."""

    def __init__(self, window: Window | None, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.window, self.clock = window, clock
        self.live = window is not None and window.isatty()
        self.name, self.said_at, self.open = "", 0.0, False

    def step(self, name: str) -> None:
        """Named before it begins; the line of the one before is left as it stands."""
        self.done()
        self.name, self.said_at = name, self.clock()
        self._write(name + " …")

    def count(self, rows: Sequence[Row]) -> Iterator[Row]:
        """The rows of the step in hand, each counted once it is done with."""
        for number, row in enumerate(rows, start=1):
            yield row
            wait = REWRITTEN if self.live else ADDED
            if self.clock() - self.said_at >= wait or (self.live and number == len(rows)):
                self.said_at = self.clock()
                self._write(f"{self.name} {number}/{len(rows)}")

    def done(self) -> None:
        if self.open and self.window:
            self.window.write()
        self.open = False

    def _write(self, text: str) -> None:
        if not self.window:
            return
        # A terminal's line stays open, so that the next count can take its place; what was longer is wiped out.
        self.window.write(f"\r  {text}\033[K" if self.live else f"  {text}", ending="" if self.live else "\n")
        self.window.flush()
        self.open = self.live
