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
from courses.api.schemas import BreakdownOut, NotValid, Problem, TallyOut
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
    figures = tally.for_year(year=year, scope=scope_of(request), as_of=as_of, today=policy.local_date(timezone.now()))
    return tally.as_json(figures)


@router.get(
    "/tally/{year}/by/{dimension}",
    operation_id="tally_breakdown",
    auth=ClientToken(Scope.TALLY),
    response={200: BreakdownOut, 401: Problem, 403: Problem, 422: NotValid},
)
def tally_by(
    request: HttpRequest,
    dimension: tally.By,
    year: int = Path(..., ge=2000, le=2100, example=2026),
    as_of: Day | None = Query(None, description="Count only what was posted by this day", example="2026-06-30"),
) -> dict[str, Any]:
    """The verified 人次 of a year by one dimension; every dimension adds up to the same figure."""
    found = tally.breakdown(
        year=year, scope=scope_of(request), by=dimension, today=policy.local_date(timezone.now()), as_of=as_of
    )
    return {"year": year, "by": dimension.value, "slices": tally.as_plain(found=found)}


def scope_of(request: HttpRequest) -> tally.Scope:
    """A client of one district sees that district."""
    district = client_of(request).district
    return tally.Scope(district=district.key if district else None)
