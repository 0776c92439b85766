"""How long a person takes over pages, by the keystroke-level model: counted, not slept.

Card, Moran and Newell (1980), "The keystroke-level model for user performance time with interactive systems": K 0.28 s
a key of somebody who does not type for a living, P 1.1 s to point at something and press it, M 1.35 s to make up one's
mind, once for each thing that is filled in, chosen or pressed. R, what the person waits for, is a second a page:
several times what ours take. Reading is 3 s a page, beside the making up of the mind: that of somebody who knows what
they want.
"""

from dataclasses import dataclass, field

from playwright.sync_api import Frame, Locator, Page

KEY, TAP, MIND, RESPONSE, READING = 0.28, 1.1, 1.35, 1.0, 3.0
# Of a Chinese character typed by its sound: its letters, and the one that chooses it.
KEYS_OF_A_CHARACTER = 6


@dataclass
class Hand:
    """What one person does with one page after the other; the page itself is driven as fast as it goes."""

    page: Page
    pages: list[str] = field(default_factory=list)
    keys: int = 0
    taps: int = 0
    minds: int = 0
    waited: float = 0.0

    def __post_init__(self) -> None:
        self.page.on("framenavigated", self._arrived)

    def _arrived(self, frame: Frame) -> None:
        if frame == self.page.main_frame:
            self.pages.append(frame.url)

    def tap(self, what: Locator) -> None:
        what.click()
        self.taps += 1
        self.minds += 1

    def type(self, where: Locator, text: str) -> None:
        """Into the field, which is tapped first."""
        where.fill(text)
        self.taps += 1
        self.minds += 1
        self.keys += sum(1 if one.isascii() else KEYS_OF_A_CHARACTER for one in text)

    def wait(self, seconds: float) -> None:
        """For something that is no page."""
        self.waited += seconds

    @property
    def seconds(self) -> float:
        shown = len(self.pages) * (READING + RESPONSE)
        return shown + self.keys * KEY + self.taps * TAP + self.minds * MIND + self.waited

    def __str__(self) -> str:
        counted = f"{len(self.pages)} pages, {self.keys} keys, {self.taps} taps, {self.minds} decisions"
        return f"{self.seconds:.0f} s: {counted}, {self.waited:.0f} s waited"
