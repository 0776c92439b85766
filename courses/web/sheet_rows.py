"""The rows of the form by which a signed sheet is entered: as the page begins, and as they were sent."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest

from courses import policy
from courses.attendance import paper
from courses.attendance.paper import Signed
from courses.models import PaperEntry, PaperRow, PaperSheet, User
from courses.web.sheets import Door

TYPED = 10
NUMBER = 16


@dataclass(frozen=True)
class Field:
    """One row: what was typed, or what the page begins with. On a `blank` line `who` is the enrolment chosen."""

    position: int
    name: str
    came: bool
    came_text: str
    left: bool
    left_text: str
    blank: bool = False
    who: str = ""


def first_rows(*, sheet: PaperSheet, door: Door, filled: bool) -> list[Field]:
    """The form as it begins: from the entry that it corrects, else with nobody or with everybody ticked."""
    rows = _rows(sheet)
    earlier = paper.latest(sheet=sheet)
    said = {line.row_id: line for line in earlier.lines.all()} if earlier else {}
    fields = []
    for row in rows:
        line = said.get(row.pk)
        came, left = (line.came_at, line.left_at) if line else (None, None)
        fields.append(
            Field(
                position=row.position,
                name=door.named(row.enrolment.learner),
                came=bool(came) if earlier else filled,
                came_text=_written(came, sheet.starts_at),
                left=bool(left) if earlier else filled,
                left_text=_written(left, sheet.ends_at),
            )
        )
    return [*fields, *(_blank(place) for place in _blanks(sheet, rows))]


def typed_rows(request: HttpRequest, *, sheet: PaperSheet, door: Door) -> list[Field]:
    """What was sent, so that a refusal costs nobody the typing. A time is a signature."""
    rows = _rows(sheet)
    printed = [_typed(request, row.position, door.named(row.enrolment.learner)) for row in rows]
    return [*printed, *(_typed(request, place, "", blank=True) for place in _blanks(sheet, rows))]


def _typed(request: HttpRequest, position: int, name: str, *, blank: bool = False) -> Field:
    came_text = request.POST.get(f"in-time-{position}", "")[:TYPED]
    left_text = request.POST.get(f"out-time-{position}", "")[:TYPED]
    return Field(
        position=position,
        name=name,
        came=f"in-{position}" in request.POST or bool(came_text.strip()),
        came_text=came_text,
        left=f"out-{position}" in request.POST or bool(left_text.strip()),
        left_text=left_text,
        blank=blank,
        who=request.POST.get(f"who-{position}", "")[:NUMBER] if blank else "",
    )


def _blank(position: int) -> Field:
    return Field(position, "", came=False, came_text="", left=False, left_text="", blank=True)


def _rows(sheet: PaperSheet) -> list[PaperRow]:
    return list(sheet.rows.select_related("enrolment__learner").order_by("position"))


def _blanks(sheet: PaperSheet, rows: list[PaperRow]) -> Iterator[int]:
    """As many blank lines as there are people who may have signed on one."""
    places = paper.blank_positions(sheet=sheet, rows=rows)
    yield from places[: len(paper.candidates(sheet=sheet))]


def _written(at: datetime | None, on_time: datetime | None) -> str:
    return "" if at is None or at == on_time else at.astimezone(policy.CITY_TIME).strftime("%H:%M")


def enter(request: HttpRequest, *, by: User, sheet: PaperSheet, fields: list[Field], now: datetime) -> PaperEntry:
    """The one call of the form. Refused with SheetRefused."""
    signed = [
        Signed(
            row.position,
            row.came,
            paper.read_clock(text=row.came_text, position=row.position),
            row.left,
            paper.read_clock(text=row.left_text, position=row.position),
            row.who,
        )
        for row in fields
    ]
    photos = request.FILES.getlist("photo")
    return paper.enter(by=by, sheet=sheet, signed=signed, photos=photos, why=request.POST.get("why", ""), now=now)
