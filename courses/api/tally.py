"""The yearly figures, from the one definition that every screen uses."""

from datetime import date
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router
from ninja.params.functions import Path, Query
from pydantic import AfterValidator

from courses import policy, tally
from courses.api.auth import ClientToken, client_of
from courses.api.schemas import NotValid, Problem, TallyOut
from courses.people.clients import Scope

router = Router(tags=["tally"])


def of_this_age(day: date) -> date:
    if not FIRST <= day <= LAST:
        raise ValueError("out of range")
    return day


FIRST, LAST = date(2000, 1, 1), date(2100, 12, 31)
Day = Annotated[date, AfterValidator(of_this_age)]


@router.get(
    "/tally/{year}",
    operation_id="tally",
    auth=ClientToken(Scope.TALLY),
    response={200: TallyOut, 401: Problem, 403: Problem, 422: NotValid},
)
def tally_of_year(
    request: HttpRequest,
    year: int = Path(..., ge=2000, le=2100, example=2026),
    as_of: Day | None = Query(None, description="Count only what was posted by this day", example="2026-06-30"),
) -> dict[str, Any]:
    """人次 and 人 by target line and district; a client of one district sees that district."""
    district = client_of(request).district
    figures = tally.for_year(
        year=year,
        scope=tally.Scope(district=district.key if district else None),
        as_of=as_of,
        today=policy.local_date(timezone.now()),
    )
    return tally.as_json(figures)
