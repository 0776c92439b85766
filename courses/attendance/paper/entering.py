"""A signed sheet is read by one person: who came and left, and when. Nothing counts yet."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.core.files.base import File
from django.db import IntegrityError, transaction

from courses import audit, dates
from courses import policy as policies
from courses.attendance.paper import pictures
from courses.attendance.paper.added import blank_positions, named_rows
from courses.attendance.paper.refusals import SheetRefusal, SheetRefused
from courses.models import Lesson, PaperEntry, PaperLine, PaperPhoto, PaperRow, PaperSheet, User
from courses.people.numbers import fresh
from courses.policy import Policy

Status = PaperEntry.Status
HOLDS = (Status.ENTERED, Status.CONFIRMED)
WHY_MAX = 200
CLOCK = re.compile(r"([01]?[0-9]|2[0-3])[:.]?([0-5][0-9])")


@dataclass(frozen=True)
class Signed:
    """What stands in one row. A signature without a time written beside it is one on time; `enrolment` names, by its
    number, who signed on a blank line."""

    position: int
    came: bool = False
    came_at: time | None = None
    left: bool = False
    left_at: time | None = None
    enrolment: str = ""


def enter(
    *, by: User, sheet: PaperSheet, signed: Sequence[Signed], photos: Sequence["File[bytes]"], why: str, now: datetime
) -> PaperEntry:
    """Keep what one person read from a sheet, with its picture; it waits for another person.

    After a confirmed entry this is a correction, which says why. Refused with SheetRefused: no sign-in sheet, a lesson
    cancelled, moved since the print or not over, later than `late_addition_hours` after the lesson (a correction that
    adds no signature: after the confirmation), an entry that waits already, a row or time that cannot be, a blank line
    of nobody in the class, one's own row, no picture.
    """
    earlier = latest(sheet=sheet)
    policy = refuse_unenterable(sheet=sheet, earlier=earlier, now=now)
    if earlier is not None and not why.strip():
        raise SheetRefused(SheetRefusal.WHY_MISSING)
    lines = _read(by, sheet, signed, policy)
    _refuse_added(lines, earlier, policy, now)
    if earlier is None and not any(line.came_at for line in lines):
        raise SheetRefused(SheetRefusal.NOBODY_SIGNED)
    pages = pictures.read(files=photos, rules=policy)
    entry = PaperEntry(
        number=fresh(prefix="N"), sheet=sheet, corrects=earlier, why=why.strip()[:WHY_MAX] if earlier else "",
        entered_by=by, entered_at=now,
    )  # fmt: skip
    kept = pictures.seal(pages=pages, by=by, now=now)
    try:
        with transaction.atomic():
            entry.save()
            for line in lines:
                line.entry = entry
                if line.row._state.adding:
                    line.row.save()
            for photo in kept:
                photo.entry = entry
            PaperLine.objects.bulk_create(lines)
            PaperPhoto.objects.bulk_create(kept)
            detail = {"sheet": sheet.number, "signed": sum(1 for line in lines if line.came_at), "photos": len(kept)}
            audit.record(by=by, verb="sheet_entered", target=entry, now=now, detail=detail)
    except IntegrityError:
        raise SheetRefused(SheetRefusal.WAITS_ALREADY) from None
    return entry


def read_clock(*, text: str, position: int) -> time | None:
    """9:05, 9：05, 9.05 and 905 are five past nine; nothing is no time. Refused with SheetRefused."""
    plain = unicodedata.normalize("NFKC", "".join(text.split()))
    if not plain:
        return None
    found = CLOCK.fullmatch(plain)
    if found is None:
        raise SheetRefused(SheetRefusal.WRONG_CLOCK, position=position, text=text.strip()[:10])
    return time(int(found[1]), int(found[2]))


def refuse_unenterable(*, sheet: PaperSheet, earlier: PaperEntry | None, now: datetime) -> Policy:
    """Whether the sheet itself may be entered now; gives the policy that it is read by."""
    if sheet.lesson is None or sheet.ends_at is None:
        raise SheetRefused(SheetRefusal.NO_SIGN_IN)
    policy = policies.of_class(training_class=sheet.training_class, on=policies.local_date(now))
    refuse_changed(sheet=sheet, lesson=sheet.lesson)
    if earlier is not None and earlier.status == Status.ENTERED:
        raise SheetRefused(SheetRefusal.WAITS_ALREADY)
    if now < sheet.ends_at:
        raise SheetRefused(SheetRefusal.NOT_OVER)
    since = earlier.decided_at if earlier is not None and earlier.decided_at else sheet.ends_at
    if now > since + timedelta(hours=policy.late_addition_hours):
        raise SheetRefused(SheetRefusal.TOO_OLD, hours=policy.late_addition_hours)
    return policy


def _refuse_added(lines: Sequence[PaperLine], earlier: PaperEntry | None, policy: Policy, now: datetime) -> None:
    """Hours after the lesson a correction takes away and shifts; what nobody read in time, it does not add."""
    ends_at = earlier.sheet.ends_at if earlier is not None else None
    if earlier is None or ends_at is None or now <= ends_at + timedelta(hours=policy.late_addition_hours):
        return
    before = {line.row_id: line for line in earlier.lines.all()}
    for line in lines:
        was = before.get(line.row_id) or PaperLine()
        if (line.came_at and not was.came_at) or (line.left_at and not was.left_at):
            raise SheetRefused(SheetRefusal.ADDED_LATE, position=line.row.position, hours=policy.late_addition_hours)


def refuse_changed(*, sheet: PaperSheet, lesson: Lesson) -> None:
    """What was signed for other hours proves nothing about these."""
    if lesson.status == Lesson.Status.CANCELLED:
        raise SheetRefused(SheetRefusal.CANCELLED)
    if (lesson.starts_at, lesson.ends_at) != (sheet.starts_at, sheet.ends_at):
        raise SheetRefused(SheetRefusal.MOVED)


def refuse_own_row(*, by: User, rows: Sequence[PaperRow]) -> None:
    if any(row.enrolment.learner.user_id == by.pk for row in rows):
        raise SheetRefused(SheetRefusal.OWN_ROW)


def take_back(*, by: User, entry: PaperEntry, now: datetime) -> None:
    """Who entered it takes it back while nobody has decided; the sheet may then be entered anew."""
    if by.pk != entry.entered_by_id:
        raise SheetRefused(SheetRefusal.NOT_YOURS)
    with transaction.atomic():
        move(entry, Status.WITHDRAWN)
        audit.record(by=by, verb="sheet_withdrawn", target=entry, now=now)


def move(entry: PaperEntry, to: Status, **fields: object) -> None:
    """One conditional update decides between rivals."""
    if not PaperEntry.objects.filter(pk=entry.pk, status=Status.ENTERED).update(status=to, **fields):
        raise SheetRefused(SheetRefusal.DECIDED)
    entry.status = to
    for name, value in fields.items():
        setattr(entry, name, value)


def latest(*, sheet: PaperSheet) -> PaperEntry | None:
    """The entry of a sheet that waits or counts; None where it is to be entered."""
    return sheet.entries.filter(status__in=HOLDS).order_by("pk").last()


def _read(by: User, sheet: PaperSheet, signed: Sequence[Signed], policy: Policy) -> list[PaperLine]:
    """A line for each row of the print and each blank line on which somebody signed."""
    printed = list(sheet.rows.select_related("enrolment__learner").order_by("position"))
    rows = [*printed, *named_rows(sheet=sheet, rows=printed, signed=signed)]
    refuse_own_row(by=by, rows=rows)
    blank = blank_positions(sheet=sheet, rows=rows)
    return _lines(rows, [one for one in signed if one.position not in blank], sheet, policy)


def _lines(rows: Sequence[PaperRow], signed: Sequence[Signed], sheet: PaperSheet, policy: Policy) -> list[PaperLine]:
    said = {one.position: one for one in signed}
    if len(said) != len(signed) or set(said) != {row.position for row in rows}:
        raise SheetRefused(SheetRefusal.OTHER_ROWS)
    return [_line(row, said[row.position], sheet, policy) for row in rows]


def _line(row: PaperRow, one: Signed, sheet: PaperSheet, policy: Policy) -> PaperLine:
    if one.left and not one.came:
        raise SheetRefused(SheetRefusal.OUT_WITHOUT_IN, position=row.position)
    came = _moment(one.came_at, sheet, policy, otherwise=sheet.starts_at) if one.came else None
    left = _moment(one.left_at, sheet, policy, otherwise=sheet.ends_at) if one.left else None
    if (one.came and came is None) or (one.left and left is None) or (came and left and left <= came):
        opens, closes = _bounds(sheet, policy)
        raise SheetRefused(
            SheetRefusal.WRONG_TIMES, position=row.position, opens=dates.clock(opens), closes=dates.clock(closes)
        )
    return PaperLine(row=row, came_at=came, left_at=left)


def _bounds(sheet: PaperSheet, policy: Policy) -> tuple[datetime, datetime]:
    assert sheet.starts_at is not None
    assert sheet.ends_at is not None
    return (
        sheet.starts_at - timedelta(minutes=policy.checkin_opens_minutes),
        sheet.ends_at + timedelta(minutes=policy.checkout_closes_minutes),
    )


def _moment(clock: time | None, sheet: PaperSheet, policy: Policy, *, otherwise: datetime | None) -> datetime | None:
    """The moment of a clock reading within the lesson's windows, over midnight too; None where there is none."""
    if clock is None:
        return otherwise
    opens, closes = _bounds(sheet, policy)
    first = datetime.combine(policies.local_date(opens), clock, policies.CITY_TIME)
    return next((at for at in (first, first + timedelta(days=1)) if opens <= at <= closes), None)
