"""The wave: one period p, height a, from trough to trough; a long back, a steep face, a cusp for a crest.

Water lies below and its crests point up. p : a lies about between 5 and 8; far outside it reads as lace or noise.
"""

from dataclasses import dataclass
from math import ceil

BACK = 0.62  # share of the period that rises


def number(value: float) -> str:
    """A coordinate with at most one decimal, written as short as SVG allows."""
    text = f"{value:.1f}".rstrip("0").rstrip(".")
    text = "0" if text in {"-0", ""} else text
    return text.replace("0.", ".", 1) if text.startswith(("0.", "-0.")) else text


def points(*values: float) -> str:
    """Coordinates in a row; a minus sign is its own separator."""
    text = ""
    for value in values:
        written = number(value)
        text += written if not text or written.startswith("-") else f" {written}"
    return text


def period_path(*, period: float, height: float) -> str:
    """One period, relative, from trough to trough."""
    rise = points(period * 0.30, 0, period * 0.50, -height * 0.42, period * BACK, -height)
    face = points(period * 0.02, height * 0.62, period * 0.14, height, period * (1 - BACK), height)
    return f"c{rise}c{face}"


def crests(*, period: float, height: float, width: float, x: float = 0, y: float = 0) -> str:
    """The line of the water from x to at least `width`; y is the level of the crests."""
    count = max(1, ceil((width - x) / period))
    return f"M{points(x, y + height)}" + period_path(period=period, height=height) * count


def water(*, period: float, height: float, width: float, depth: float, x: float = 0, y: float = 0) -> str:
    """The body of water under the line, closed along a straight bottom at `depth`."""
    return crests(period=period, height=height, width=width, x=x, y=y) + f"V{number(depth)}H{number(x)}Z"


def upright(*, period: float, height: float, x: float) -> str:
    """The same wave turned by 90 degrees, one period from crest to crest: it joins two beads one below the other.

    Starts at (x, 0), ends at (x, period); bulges to the left by `height`.
    """
    face = points(-height * 0.62, period * 0.02, -height, period * 0.14, -height, period * (1 - BACK))
    back = points(0, period * 0.30, height * 0.42, period * 0.50, height, period * BACK)
    return f"M{points(x, 0)}c{face}c{back}"


@dataclass(frozen=True)
class Layer:
    """One body of water (`w-…` fills) or one line of foam (`w-line…`); y is the level of its crests."""

    tone: str
    period: float
    height: float
    y: float = 0
    x: float = 0


@dataclass(frozen=True)
class Sea:
    depth: float
    layers: tuple[Layer, ...]
    width: float = 2560


SEAS: dict[str, Sea] = {
    "hero": Sea(96, (Layer("core", 84, 15, 0, -30), Layer("tide", 66, 13, 34, -8), Layer("line", 66, 10, 64, -30))),
    "hero-phone": Sea(
        64, (Layer("core", 65, 12, 0, -20), Layer("tide", 52, 11, 24, -8), Layer("line", 52, 8, 46, -24)), width=1200
    ),
    "band": Sea(50, (Layer("tide", 72, 13, 0, -20), Layer("line", 72, 10, 26, -44))),
    "next": Sea(32, (Layer("tide", 42, 8, 0, -12), Layer("line", 42, 6.5, 18, -30)), width=1600),
    "head": Sea(14, (Layer("tide", 48, 9),)),
    "foot": Sea(22, (Layer("sea", 60, 10, 1),)),
    "go": Sea(56, (Layer("go", 65, 13, 0, -20), Layer("line", 65, 10, 26, -44)), width=1200),
    "wait": Sea(36, (Layer("ink", 65, 13, 0, -20), Layer("line-lamp", 65, 10, 22, -44)), width=1200),
    "stop": Sea(26, (Layer("line", 65, 10, 2, -44),), width=1200),
    "wall": Sea(
        110, (Layer("beam", 96, 18, 0, -40), Layer("tide", 80, 16, 36, -16), Layer("line", 80, 13, 70, -48)), width=2560
    ),
    "sheet": Sea(
        106,
        (
            Layer("beam", 74, 14, 0, -54),
            Layer("line", 74, 11, 31, -16),
            Layer("line", 74, 9, 53, -54),
            Layer("line", 74, 9, 73, -16),
        ),
        width=1123,
    ),
}


def sea_svg(*, name: str) -> str:
    """A strip of sea that keeps its wave size at any width up to `Sea.width`: it is cut, never stretched."""
    sea = SEAS[name]
    paths = []
    for layer in sea.layers:
        shape = {"period": layer.period, "height": layer.height, "width": sea.width, "x": layer.x, "y": layer.y}
        outline = crests(**shape) if layer.tone.startswith("line") else water(depth=sea.depth, **shape)
        paths.append(f'<path class="w-{layer.tone}" d="{outline}"/>')
    size = f'viewBox="0 0 {number(sea.width)} {number(sea.depth)}" width="100%" height="{number(sea.depth)}"'
    attributes = f'class="water water-{name}" {size} preserveAspectRatio="xMidYMax slice" aria-hidden="true"'
    return f"<svg {attributes}>{''.join(paths)}</svg>"
