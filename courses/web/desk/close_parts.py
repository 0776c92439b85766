"""Whose figures of a close somebody reads: the whole city's, those of one district of their own, or none."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpRequest
from django.utils import timezone

from courses import access
from courses.models import District
from courses.web.desk.page import officer
from courses.web.desk.tally import only_institution, read_wanted


@dataclass(frozen=True)
class Part:
    """What of the closes this person reads: the figures of the `district` that the address asks for among their own,
    once they are confirmed, or with none those of the whole city."""

    district: str
    choices: Sequence[District] = ()

    @property
    def query(self) -> str:
        return f"district={self.district}" if self.district else ""

    @property
    def here(self) -> str:
        return "desk_tally" if self.district else "desk_closes"


def part_of(request: HttpRequest) -> Part | None:
    """None: an institution has no figures of a close, and is led to its own. Another district than one's own is a
    404."""
    now = timezone.now()
    if only_institution(request, now):
        return None
    if not access.tally_districts(user=officer(request), now=now):
        return Part("")
    wanted = read_wanted(request, now)
    return Part(wanted.district, wanted.choices)


def confined(request: HttpRequest) -> bool:
    """What holds the whole city: who sees a part of it is led to the tally."""
    part = part_of(request)
    return part is None or bool(part.district)
