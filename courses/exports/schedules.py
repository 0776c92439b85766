"""定期导出: on a day of each month a form of the month before is put in line for its owner."""

from datetime import datetime

from django.db import IntegrityError, transaction

from courses import access, audit, policy
from courses.access import Permission
from courses.exports.asking import SAID, Ask, By
from courses.exports.forms import FORMS
from courses.exports.refusals import ExportRefusal, ExportRefused
from courses.models import Export, ExportSchedule, User
from courses.outgoing import fresh_number
from courses.people.numbers import fresh

LAST_DAY = 28
# Forms that a month makes sense of.
MONTHLY = tuple(
    key for key, form in FORMS.items() if form.by in (By.MONTH, By.PERIOD, By.LINES, By.YEAR, By.PEOPLE, By.OWN)
)


def plan(*, by: User, form: str, kind: str, district: str, day: int, now: datetime, own: str = "") -> ExportSchedule:
    """`own` is the number of a workbook of the bureau's own.

    Refused with ExportRefused: a form that is of no month, a kind that it has not, a day that not every month has, a
    district that is not theirs, twice the same.
    """
    if form not in MONTHLY:
        raise ExportRefused(ExportRefusal.NOT_MONTHLY)
    if kind not in FORMS[form].kinds or kind == Export.Kind.PRINT:
        raise ExportRefused(ExportRefusal.UNKNOWN_KIND)
    if not 1 <= day <= LAST_DAY:
        raise ExportRefused(ExportRefusal.NO_DAY)
    year, month = _month_before(now)
    FORMS[form].build(Ask(by, now, _filters(form, year, month, district, own)))
    try:
        with transaction.atomic():
            made = ExportSchedule.objects.create(
                number=fresh(prefix="DQ", length=10),
                owner=by,
                form=form,
                kind=kind,
                district=district,
                own=own,
                day=day,
                created_at=now,
                # The day of this month is past already: it begins with the next.
                last_month=f"{year}-{month:02d}" if policy.local_date(now).day >= day else "",
            )
            audit.record(by=by, verb="export_scheduled", target=made, now=now, detail={"what": form, "day": day})
    except IntegrityError as error:
        raise ExportRefused(ExportRefusal.TWICE) from error
    return made


def stop(*, by: User, schedule: ExportSchedule, now: datetime) -> None:
    """No more of it; what it has made stays."""
    with transaction.atomic():
        ExportSchedule.objects.filter(pk=schedule.pk, stopped_at__isnull=True).update(stopped_at=now)
        audit.record(by=by, verb="export_unscheduled", target=schedule, now=now)


def queue_due(*, now: datetime) -> int:
    """Put in line what falls due, also after days on which nothing ran; gives how many.

    A month is made once: the conditional update decides between workers. Who may export no more gets nothing.
    """
    year, month = _month_before(now)
    told, queued = f"{year}-{month:02d}", 0
    due = ExportSchedule.objects.filter(stopped_at__isnull=True, day__lte=policy.local_date(now).day)
    for schedule in due.exclude(last_month__gte=told).select_related("owner"):
        with transaction.atomic():
            fresh_month = ExportSchedule.objects.filter(pk=schedule.pk).exclude(last_month__gte=told)
            if not fresh_month.update(last_month=told):
                continue
            if not access.may(user=schedule.owner, permission=Permission.EXPORT, now=now):
                continue
            Export.objects.create(
                number=fresh_number(),
                form=schedule.form,
                kind=schedule.kind,
                filters=_filters(schedule.form, year, month, schedule.district, schedule.own),
                status=Export.Status.QUEUED,
                asked_by=schedule.owner,
                asked_at=now,
                schedule=schedule,
            )
            queued += 1
    return queued


def _filters(form: str, year: int, month: int, district: str, own: str) -> dict[str, object]:
    said = {"year": year, "month": month, "district": district, "own": own}
    return {name: value for name, value in said.items() if value and name in SAID[FORMS[form].by]}


def _month_before(now: datetime) -> tuple[int, int]:
    today = policy.local_date(now)
    return (today.year, today.month - 1) if today.month > 1 else (today.year - 1, 12)
