"""The ledger lines behind a figure."""

from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from courses.models import CountEntry
from courses.tally.settings import is_inside, met_by


@dataclass(frozen=True)
class Cut:
    """What a figure was cut by; empty says nothing. `as_of` is the last day of posting that it knew,
    `today` the day whose settings hold where there is none."""

    year: int
    line: str = ""
    district: str = ""
    month: int | None = None
    institution: str = ""
    kind: str = ""
    brand: str = ""
    class_number: str = ""
    as_of: date | None = None
    today: date | None = None


def entries(*, visible: QuerySet[CountEntry], cut: Cut) -> QuerySet[CountEntry]:
    """Exactly the lines whose amounts add up to the figure of this cut, newest first; `visible` is the reader's
    scope."""
    rows = visible.filter(year=cut.year)
    if cut.line:
        inside = is_inside(year=cut.year, day=cut.as_of or cut.today or date(cut.year, 12, 31))
        rows = rows.filter(line__in=met_by(line=cut.line, inside=inside))
    for name in ("district", "month", "institution", "kind", "brand", "class_number"):
        if value := getattr(cut, name):
            rows = rows.filter(**{name: value})
    if cut.as_of is not None:
        rows = rows.filter(posted_on__lte=cut.as_of)
    return rows.order_by("-posted_on", "-id")
