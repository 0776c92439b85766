"""Which drawn motif stands for a brand or a course, and what makes the cover of one course its own."""

from dataclasses import dataclass
from zlib import crc32

from courses.models import Brand, Course, Line

DRAWN = frozenset({"wok", "rig", "hull", "chip", "sprout", "screen"})


@dataclass(frozen=True)
class Cover:
    """A motif in the light of a beam, some units deep in the water. `beam` is a path in a field of 1280 × 300."""

    motif: str
    beam: str
    depth: int


def of_brand(brand: Brand) -> str:
    return brand.motif if brand.motif in DRAWN else "sprout"


def of_course(course: Course) -> str:
    """The brand's, else by kind: online is a screen, entrepreneurship grows, skills build."""
    if course.brand is not None:
        return of_brand(course.brand)
    if course.kind.is_online:
        return "screen"
    return "sprout" if course.kind.line == Line.ENTREPRENEURSHIP else "hull"


def cover_of(course: Course) -> Cover:
    """Drawn from the number of the course alone, so that it stays: where the lamp stands, how the beam falls and
    widens, how high the water is."""
    rest, lamp = divmod(crc32(course.number.encode()), 13)
    rest, fall = divmod(rest, 11)
    rest, width = divmod(rest, 9)
    top = 40 + 9 * fall
    return Cover(of_course(course), f"M1280 {10 + 8 * lamp}L0 {top}V{top + 90 + 14 * width}Z", 4 * (rest % 5))
