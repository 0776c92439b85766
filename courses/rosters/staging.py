"""From a file to lines that wait for a decision: kept, read, checked. Nobody is registered or enrolled here."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from courses import audit
from courses.models import GroupBooking, RosterImport, RosterRow, TrainingClass, User
from courses.people.numbers import fresh
from courses.refusals import Refused
from courses.rosters import keeping
from courses.rosters.columns import Column, find_header, heading
from courses.rosters.files import read
from courses.rosters.grid import ROWS, Grid, letters
from courses.rosters.lines import is_blank, is_example
from courses.rosters.refusals import RosterRefusal, RosterRefused
from courses.rosters.verdicts import Judged, judge, offer_of

Status, Verdict, Decision = RosterImport.Status, RosterRow.Verdict, RosterRow.Decision
BATCH = 500
# So many are checked while their sender waits; longer ones by the background.
AT_ONCE = 200
CONFIRM_WITHIN = timedelta(days=7)


def receive(
    *,
    content: bytes,
    file_name: str,
    training_class: TrainingClass,
    consent: bool,
    by: User | None,
    now: datetime,
    booking: GroupBooking | None = None,
) -> RosterImport:
    """Read a file and keep it, encrypted, with its lines; a short one is checked at once (`check`).

    Earlier uploads of the same person for this class, or of anybody for this employer's `booking`, that were never
    confirmed are given up. Refused with RosterRefused: no consent, a file that cannot be read, one that was imported
    into this class already.
    """
    if not consent:
        raise RosterRefused(RosterRefusal.CONSENT_MISSING)
    file_hash = hashlib.sha256(content).hexdigest()
    _refuse_repeated(training_class, file_hash)
    grid = read(content)
    header_row, places, unread = find_header(grid)
    payloads, examples = _payloads(grid, header_row, places)
    if not payloads:
        raise RosterRefused(RosterRefusal.NO_ROWS)
    roster = RosterImport(
        number=fresh(prefix="D"),
        training_class=training_class,
        booking=booking,
        file_name=file_name[:100],
        file_hash=file_hash,
        header_row=header_row,
        columns={column.value: place for column, place in places.items()},
        remarks=_remarks(grid, unread, examples),  # type: ignore[misc]
        by=by,
        created_at=now,
    )
    _store(roster, payloads, content, now)
    return _check_short(roster, len(payloads), now)


def _store(roster: RosterImport, payloads: dict[int, dict[str, Any]], content: bytes, now: datetime) -> None:
    roster.file = keeping.keep(content=content, name=f"{keeping.FOLDER}/{roster.number}")
    _give_up_earlier(roster)
    with transaction.atomic():
        roster.save()
        RosterRow.objects.bulk_create(
            [
                RosterRow(roster=roster, row_no=row, payload=payload)  # type: ignore[misc]
                for row, payload in payloads.items()
            ],
            batch_size=BATCH,
        )
        audit.record(
            by=roster.by, verb="roster_received", target=roster, now=now, detail=_detail(roster, len(payloads))
        )


def _check_short(roster: RosterImport, rows: int, now: datetime) -> RosterImport:
    if rows > AT_ONCE:
        return roster
    try:
        return check(roster=roster, now=now)
    except Refused:
        give_up(roster)
        raise


def _refuse_repeated(training_class: TrainingClass, file_hash: str) -> None:
    done = RosterImport.objects.filter(
        training_class=training_class, file_hash=file_hash, status=Status.COMMITTED
    ).first()
    if done is not None:
        raise RosterRefused(RosterRefusal.ALREADY_IMPORTED, number=done.number)


def _detail(roster: RosterImport, rows: int) -> dict[str, Any]:
    return {"class": roster.training_class.number, "rows": rows, "hash": roster.file_hash[:16]}


def _payloads(grid: Grid, header_row: int, places: dict[Column, int]) -> tuple[dict[int, dict[str, Any]], list[int]]:
    """What each filled line says in the columns that are read, and the lines of the template's own example."""
    found: dict[int, dict[str, Any]] = {}
    examples: list[int] = []
    merged = _merged(grid, places)
    for row in sorted(grid.rows):
        line = grid.rows[row]
        cells = {
            column.value: [line[place].text, line[place].number, line[place].formula]
            for column, place in places.items()
            if place in line
        }
        notes = merged.get(row, [])
        if row <= header_row or (is_blank(cells) and not notes):
            continue
        if is_example(cells):
            examples.append(row)
            continue
        if row in grid.hidden_rows:
            notes = [*notes, ["", _("这一行被隐藏了。要导入请取消隐藏，不要就删去")]]
        found[row] = {"cells": cells, "notes": notes, "epoch_1904": grid.epoch_1904}
    if len(found) > ROWS:
        raise RosterRefused(RosterRefusal.TOO_MANY_ROWS, limit=f"{ROWS:,}")
    return found, examples


def _merged(grid: Grid, places: dict[Column, int]) -> dict[int, list[list[str]]]:
    """Notes by row for each filled line that a merged area touches in a column that is read."""
    notes: dict[int, list[list[str]]] = {}
    for top, left, bottom, right in grid.merged:
        for column, place in places.items():
            if not left <= place <= right or (top == bottom and left == right):
                continue
            area = f"{letters(left)}{top}:{letters(right)}{bottom}"
            said = _("%(area)s 是合并单元格。请取消合并，每个人都填上") % {"area": area}
            for row in grid.rows:
                if top <= row <= bottom:
                    notes.setdefault(row, []).append([column.value, said])
    return notes


def _remarks(grid: Grid, unread: Sequence[str], examples: Sequence[int]) -> list[str]:
    """What was left out or could not be seen; none of it stands against the import."""
    said = []
    if unread:
        said.append(_("没有读取这些列：%(names)s。") % {"names": "、".join(unread)})
    if grid.other_sheets:
        said.append(_("只读了第一张表，没有读：%(names)s。") % {"names": "、".join(grid.other_sheets)})
    if examples:
        said.append(_("第 %(row)s 行是模板的示例，没有读取。") % {"row": "、".join(map(str, examples))})
    if grid.hidden_columns:
        names = "、".join(letters(column) for column in sorted(grid.hidden_columns))
        said.append(_("这些列被隐藏了，照样读取：%(names)s。") % {"names": names})
    if grid.kind == "xls":
        said.append(_("旧格式 xls 里的隐藏行和公式看不出来，请核对人数。"))
    return said


def _give_up_earlier(roster: RosterImport) -> None:
    whose = {"booking": roster.booking} if roster.booking else {"booking": None, "by": roster.by}
    earlier = list(
        RosterImport.objects.filter(
            training_class=roster.training_class, status__in=(Status.RECEIVED, Status.CHECKED), **whose
        )
    )
    for row in earlier:
        give_up(row)


def give_up(roster: RosterImport, *, because: str = "") -> None:
    """Forget lines and file of an upload that nobody was enrolled from; that it was made stays."""
    with transaction.atomic():
        open_ones = RosterImport.objects.filter(pk=roster.pk, status__in=(Status.RECEIVED, Status.CHECKED))
        if not open_ones.update(status=Status.DISCARDED, remarks=[because] if because else []):
            return
        roster.rows.all().delete()
    keeping.delete(roster=roster)


def tend(*, now: datetime) -> int:
    """Check the long uploads that wait, and give up those that nobody confirmed for a week, or whose booking is over.
    Gives how many were checked."""
    waiting = list(RosterImport.objects.filter(status=Status.RECEIVED).select_related("training_class__course"))
    for roster in waiting:
        try:
            check(roster=roster, now=now)
        except Refused as refusal:
            give_up(roster, because=refusal.sentence)
    stale = Q(created_at__lte=now - CONFIRM_WITHIN) | Q(booking__status=GroupBooking.Status.LAPSED)
    for roster in RosterImport.objects.filter(stale, status=Status.CHECKED):
        give_up(roster)
    return len(waiting)


def check(*, roster: RosterImport, now: datetime) -> RosterImport:
    """Judge every line as of now and keep what was found. Refused with EnrolmentRefused: the class takes nobody."""
    judged = judge(rows=list(roster.rows.all()), training_class=roster.training_class, now=now)
    with transaction.atomic():
        keep_verdicts(judged)
        if RosterImport.objects.filter(pk=roster.pk, status=Status.RECEIVED).update(status=Status.CHECKED):
            detail = {"class": roster.training_class.number, "rows": len(judged), "asked": _asked(judged)}
            audit.record(by=roster.by, verb="roster_checked", target=roster, now=now, detail=detail)
    roster.refresh_from_db(fields=["status"])
    return roster


def _asked(judged: Sequence[Judged]) -> dict[str, int]:
    """How many questions about people on record the sender is shown, by the column they stand at."""
    found = Counter(one.question.column for one in judged if one.verdict == Verdict.ASK and one.question)
    return {column.value: found[column] for column in (Column.NAME, Column.PHONE)}


def keep_verdicts(judged: Sequence[Judged]) -> None:
    """Lines with nothing to say share a statement by verdict; only the others are written one by one."""
    by_verdict: dict[str, list[int]] = {}
    spoken: list[RosterRow] = []
    for one in judged:
        if one.said or one.row.problems:
            one.row.verdict = one.verdict
            one.row.problems = [[problem.column, problem.text] for problem in one.said]
            spoken.append(one.row)
        else:
            by_verdict.setdefault(one.verdict, []).append(one.row.pk)
    for verdict, pks in by_verdict.items():
        for start in range(0, len(pks), BATCH):
            RosterRow.objects.filter(pk__in=pks[start : start + BATCH]).update(verdict=verdict)
    RosterRow.objects.bulk_update(spoken, ["verdict", "problems"], batch_size=BATCH)
    _take_back_answers(judged)


def _take_back_answers(judged: Sequence[Judged]) -> None:
    """Only those that do not stand, and as they were read: what was answered since is another answer."""
    for answer in (Decision.SAME, Decision.NEW):
        pks = [one.row.pk for one in judged if one.row.decision == answer and one.decision != answer]
        for start in range(0, len(pks), BATCH):
            RosterRow.objects.filter(pk__in=pks[start : start + BATCH], decision=answer).update(decision=Decision.NONE)


def decide(*, roster: RosterImport, decisions: dict[int, str], by: User | None, now: datetime) -> None:
    """What the sender says of lines that may be of somebody known, by row number; what is asked by no line is passed
    over, and so is an answer that stands already. Refused with RosterRefused, and none kept: not checked, or no longer;
    an answer that the question does not offer."""
    changed: dict[str, list[int]] = {}
    with transaction.atomic():
        _hold(roster)
        asked = {one.row_no: one for one in questions(roster=roster)}
        answers = {row_no: decision for row_no, decision in decisions.items() if row_no in asked}
        if any(decision not in (asked[row_no].offer, Decision.SKIP) for row_no, decision in answers.items()):
            raise RosterRefused(RosterRefusal.UNKNOWN_DECISION)
        asking = roster.rows.filter(verdict=Verdict.ASK)
        for row_no, decision in sorted(answers.items()):
            if asking.filter(row_no=row_no).exclude(decision=decision).update(decision=decision):
                changed.setdefault(decision, []).append(row_no)
        if changed:
            detail = {"class": roster.training_class.number, "rows": changed}
            audit.record(by=by, verb="roster_decided", target=roster, now=now, detail=detail)


def _hold(roster: RosterImport) -> None:
    """An answer comes before a confirmation or after it, never within."""
    checked = RosterImport.objects.filter(pk=roster.pk, status=Status.CHECKED)
    if not list(checked.select_for_update(no_key=True).values_list("pk")):
        roster.refresh_from_db(fields=["status"])
        raise RosterRefused(RosterRefusal.NOT_CHECKED, status=roster.get_status_display())


@dataclass(frozen=True)
class Slip:
    """One bad cell: its address as the spreadsheet shows it, the heading of its column, and what is wrong."""

    row_no: int
    cell: str
    heading: str
    text: str


def slips(*, roster: RosterImport) -> list[Slip]:
    """Every bad cell in the order of the sheet; of a line that is left out, none is to be mended."""
    bad = roster.rows.filter(verdict=Verdict.BAD).exclude(decision=Decision.SKIP)
    return [_slip(roster, row.row_no, column, text) for row in bad for column, text in row.problems]


def _slip(roster: RosterImport, row_no: int, column: str, text: str) -> Slip:
    place = roster.columns.get(column)
    cell = f"{letters(place)}{row_no}" if place else ""
    return Slip(row_no, cell, heading(column) if column else "", text)


@dataclass(frozen=True)
class Question:
    """A line that may be of somebody known: the cell that says so, what may be answered beside leaving it out, what
    was answered."""

    slip: Slip
    offer: RosterRow.Decision
    decision: str

    @property
    def row_no(self) -> int:
        return self.slip.row_no


def questions(*, roster: RosterImport) -> list[Question]:
    """What is proposed to the sender, in the order of the sheet."""
    return [
        Question(_slip(roster, row.row_no, column, text), offer_of(column), row.decision)
        for row in roster.rows.filter(verdict=Verdict.ASK)
        for column, text in row.problems
    ]
