"""Which drawn motif stands for a brand or a course."""

from courses.models import Brand, Course, Line

DRAWN = frozenset({"wok", "rig", "hull", "chip", "sprout", "screen"})


def of_brand(brand: Brand) -> str:
    return brand.motif if brand.motif in DRAWN else "sprout"


def of_course(course: Course) -> str:
    """The brand's, else by kind: online is a screen, entrepreneurship grows, skills build."""
    if course.brand is not None:
        return of_brand(course.brand)
    if course.kind.is_online:
        return "screen"
    return "sprout" if course.kind.line == Line.ENTREPRENEURSHIP else "hull"
