"""What an erasure left for the files of classes goes when their time is up; what slipped in beside it goes at once."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Exists, Max, OuterRef, Q, QuerySet

from courses import audit
from courses import policy as policies
from courses.erasure.emptying import delete_files, empty
from courses.erasure.outlook import kept_files, records_of, years_before
from courses.models import IdentityDocument, Learner

# A form that was sent while the record was emptied may have written its row a moment later.
LOOKED_AT_AGAIN = timedelta(days=3)


def sweep(*, now: datetime) -> int:
    """Take the name from records whose classes' files have run out, by the policy of the day; gives how many."""
    today = policies.local_date(now)
    over = years_before(today=today, years=policies.current(on=today).file_years)
    for record in _erased().filter(erased_at__gt=now - LOOKED_AT_AGAIN):
        _empty(record, now, keeps_name=_still_named(record))
    due = [row for row in _erased().filter(_named()) if _may_go(row, over)]
    for record in due:
        _empty(record, now, keeps_name=False)
    return len(due)


def _erased() -> QuerySet[Learner]:
    return Learner.objects.filter(erased_at__isnull=False).order_by("pk")


def _named() -> Q:
    return ~Q(name="") | Q(Exists(IdentityDocument.objects.filter(learner=OuterRef("pk"))))


def _still_named(record: Learner) -> bool:
    return Learner.objects.filter(_named(), pk=record.pk).exists()


def _may_go(record: Learner, over: date) -> bool:
    last = kept_files(records_of(record)).aggregate(day=Max("training_class__ends_on"))["day"]
    return last is None or last < over


def _empty(record: Learner, now: datetime, *, keeps_name: bool) -> None:
    with transaction.atomic():
        held = Learner.objects.select_for_update().get(pk=record.pk)
        if held.erased_at is None:
            return
        files = empty(record=held, keeps_name=keeps_name, now=now)
        if not keeps_name:
            audit.record(by=None, verb="erasure_completed", target=held, now=now)
        transaction.on_commit(lambda: delete_files(files))
