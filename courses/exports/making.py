"""Files that are made in the background: agreed to, written row by row with their progress, fetched, and deleted.

A worker says every thousand rows that it still writes. One that fell silent loses its claim to the next, which begins
anew; after three tries the row says that there is no file.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from io import BytesIO

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import translation

from courses import access, audit, notices, policy
from courses.access import Permission
from courses.exports import keeping
from courses.exports.asking import Ask
from courses.exports.forms import FORMS
from courses.exports.refusals import ExportRefusal, ExportRefused
from courses.exports.taking import make
from courses.exports.writing import Mark
from courses.models import Export, User
from courses.outgoing import Given, sha256_of
from courses.people.numbers import fresh
from courses.refusals import Refused

LOG = logging.getLogger(__name__)
Status = Export.Status
Clock = Callable[[], datetime]
SILENT = timedelta(minutes=5)
ATTEMPTS = 3
# What one turn of the sweep makes; the next turn goes on.
BATCH = 20


class Overtaken(Exception):
    """Another worker has taken the file over; this one stops."""


def agree(*, by: User, export: Export, now: datetime) -> None:
    """The second person agrees to full numbers; from here on it is made. Refused with ExportRefused: by who asked,
    decided already."""
    if by.pk == export.asked_by_id:
        raise ExportRefused(ExportRefusal.SAME_PERSON)
    _decide(export, Status.QUEUED, by, now, "export_agreed")


def drop(*, by: User, export: Export, now: datetime) -> None:
    """The second person does not agree, or who asked takes it back. Refused with ExportRefused: decided already."""
    _decide(export, Status.DROPPED, by, now, "export_dropped")


def _decide(export: Export, to: str, by: User, now: datetime, verb: str) -> None:
    """One conditional update decides between rivals."""
    with transaction.atomic():
        asked = Export.objects.filter(pk=export.pk, status=Status.ASKED)
        if not asked.update(status=to, decided_by=by, decided_at=now):
            raise ExportRefused(ExportRefusal.DECIDED)
        audit.record(by=by, verb=verb, target=export, now=now)


def make_due(*, clock: Clock) -> int:
    """Make what is in line or was left by a worker that fell silent, oldest first; gives how many are ready."""
    made = 0
    for export in _open(clock()).order_by("asked_at", "pk")[:BATCH]:
        made += _make(export, clock)
    return made


def _open(now: datetime) -> QuerySet[Export]:
    silent = Q(status=Status.RUNNING, claimed_at__lte=now - SILENT)
    return Export.objects.filter(Q(status=Status.QUEUED) | silent).select_related("asked_by", "decided_by")


def _make(export: Export, clock: Clock) -> bool:
    now, claim = clock(), fresh(prefix="", length=16)
    mine = Export.objects.filter(pk=export.pk, claim=claim, status=Status.RUNNING)
    free = _open(now).filter(pk=export.pk, attempts=export.attempts)
    if export.attempts >= ATTEMPTS:
        trouble = ExportRefused(ExportRefusal.GAVE_UP, times=ATTEMPTS).sentence
        _fail(export, free, trouble, now)
        return False
    if not free.update(status=Status.RUNNING, claim=claim, claimed_at=now, attempts=F("attempts") + 1, rows=0):
        return False

    def tick(rows: int) -> None:
        if not mine.update(rows=rows, claimed_at=clock()):
            raise Overtaken

    try:
        with translation.override("zh-hans"):
            return _write(export, mine, tick, clock)
    except Refused as refusal:
        _fail(export, mine, refusal.sentence, clock())
    except Overtaken:
        LOG.warning("an export was taken over by another worker", extra={"row": export.pk})
    return False


def _fail(export: Export, mine: QuerySet[Export], trouble: str, now: datetime) -> None:
    with transaction.atomic():
        if mine.update(status=Status.FAILED, trouble=trouble[:200]):
            _tell_owner(export, "export_failed", now, reason=trouble)


def _tell_owner(export: Export, kind: str, now: datetime, **said: str) -> None:
    """Who asked for it by hand waits on its page; nobody waits for what the calendar asks for."""
    if export.schedule_id is None:
        return
    params = {"form": str(FORMS[export.form].title), "number": export.number, **said}
    notices.queue(kind=kind, channel="site", user=export.asked_by, params=params, now=now)


def _write(export: Export, mine: QuerySet[Export], tick: Callable[[int], None], clock: Clock) -> bool:
    """The file first: a row without its file would be a lost record, a file without its row is swept away."""
    now = clock()
    _refuse_lost_right(export, now)
    ask = Ask(export.asked_by, now, export.filters, full=export.full)
    mark = Mark(export.asked_by, now, export.purpose, full=export.full, number=export.number)
    file, rows, _name = make(ask=ask, form=export.form, kind=export.kind, mark=mark, tick=tick)
    with file:
        digest = sha256_of(file)
        name, size = keeping.keep(export=export, file=file)
    made_at = clock()
    until = made_at + timedelta(hours=policy.current(on=policy.local_date(now)).export_hours)
    with transaction.atomic():
        ready = mine.update(
            status=Status.READY, file=name, size=size, sha256=digest, content=mark.content.digest, rows=rows,
            total=rows, ready_at=made_at, expires_at=until,
        )  # fmt: skip
        if ready:
            detail = {"what": export.form, "rows": rows, "full": export.full}
            audit.record(by=export.asked_by, verb="exported", target=export, now=now, detail=detail)
            _tell_owner(export, "export_ready", now, fetch_by=until.isoformat())
    if not ready:
        keeping.remove(name)
        raise Overtaken
    return True


def _refuse_lost_right(export: Export, now: datetime) -> None:
    """Who asked may have left the post meanwhile, or moved to another."""
    permission = Permission.EXPORT_FULL if export.full else Permission.EXPORT
    if not access.may(user=export.asked_by, permission=permission, now=now):
        raise ExportRefused(ExportRefusal.NOT_YOURS)
    until = export.ready_at or now
    if not access.still_reaches(user=export.asked_by, since=export.asked_at, until=until, now=now):
        raise ExportRefused(ExportRefusal.NOT_YOURS)


def fetch(*, by: User, export: Export, now: datetime) -> Given:
    """The file, to who asked for it and to nobody else; each time is logged.

    Refused with ExportRefused where it is somebody else's, was not made, is past its time, or the right to it is gone.
    """
    if export.asked_by_id != by.pk:
        raise ExportRefused(ExportRefusal.NOT_YOURS)
    if export.status != Status.READY or export.expires_at is None or export.expires_at <= now:
        raise ExportRefused(ExportRefusal.GONE)
    _refuse_lost_right(export, now)
    content = keeping.kept(export=export)
    with transaction.atomic():
        Export.objects.filter(pk=export.pk, taken_at__isnull=True).update(taken_at=now)
        audit.record(by=by, verb="export_fetched", target=export, now=now, detail={"full": export.full})
    return Given(BytesIO(content), export, f"{FORMS[export.form].title}-{export.number}")
