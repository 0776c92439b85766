"""Which person-times meet which target: the one place that obeys policy `entrepreneurship_in_skills`.

A person-time is one entry of one line whatever is set. The setting only says whether the target for skills is met by
entrepreneurship as well; the version in force on the day that figures are as of holds for the whole of their year.
"""

from datetime import date

from courses import policy as policies
from courses.models import Line, PolicyVersion


def is_inside(*, year: int, day: date) -> bool:
    """Whether the city's 10,000 lie inside its 30,000, as set on a day (for a past year, on its last one); beside it
    before there was any setting."""
    try:
        return policies.current(on=min(day, date(year, 12, 31))).entrepreneurship_in_skills
    except PolicyVersion.DoesNotExist:
        return False


def meets(*, line: str, inside: bool) -> tuple[str, ...]:
    """The targets that an entry of this line adds to."""
    return (line, Line.SKILLS.value) if inside and line == Line.ENTREPRENEURSHIP else (line,)


def met_by(*, line: str, inside: bool) -> tuple[str, ...]:
    """The lines whose entries add up to a target's figure."""
    return (line, Line.ENTREPRENEURSHIP.value) if inside and line == Line.SKILLS else (line,)
