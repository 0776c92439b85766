"""Which person-times meet which target, and from where on a target is slow or late: the one place that obeys policy
`entrepreneurship_in_skills`, `pace_yellow` and `pace_red`.

A person-time is one entry of one line whatever is set. The setting only says whether the target for skills is met by
entrepreneurship as well; the version in force on the day that figures are as of holds for the whole of their year.
"""

from datetime import date

from courses import policy as policies
from courses.models import Line, PolicyVersion
from courses.policy import Policy
from courses.tally.pace import Marks


def rules_on(*, year: int, day: date) -> Policy:
    """What figures as of a day are read by: the version in force on it, for a past year on its last one; the numbers
    that everything began with before there was any."""
    try:
        return policies.current(on=min(day, date(year, 12, 31)))
    except PolicyVersion.DoesNotExist:
        return Policy()


def is_inside(*, year: int, day: date) -> bool:
    """Whether the city's 10,000 lie inside its 30,000."""
    return rules_on(year=year, day=day).entrepreneurship_in_skills


def marks_of(policy: Policy) -> Marks:
    return Marks(policy.pace_yellow, policy.pace_red)


def meets(*, line: str, inside: bool) -> tuple[str, ...]:
    """The targets that an entry of this line adds to."""
    return (line, Line.SKILLS.value) if inside and line == Line.ENTREPRENEURSHIP else (line,)


def met_by(*, line: str, inside: bool) -> tuple[str, ...]:
    """The lines whose entries add up to a target's figure."""
    return (line, Line.ENTREPRENEURSHIP.value) if inside and line == Line.SKILLS else (line,)
