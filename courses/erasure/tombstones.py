"""What was emptied, one line a record: kept outside the database and its backups, and applied again after a restore.

A line reads ``person at keeps_name request by_name mac``; it names no citizen. The mac is of a key of ours, so that
nobody can have a record emptied by writing a line.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from uuid import UUID

from django.db import transaction

from courses import audit, enrolment, privacy
from courses.erasure.emptying import delete_files, empty
from courses.erasure.outlook import to_withdraw
from courses.erasure.refusals import ErasureRefusal, ErasureRefused
from courses.models import Learner, Tombstone, User

PURPOSE = "tombstone"
WHY = "本人申请注销个人信息"


def lines() -> Iterator[str]:
    for row in Tombstone.objects.order_by("at", "pk").iterator(chunk_size=500):
        yield _line(row)


def _line(row: Tombstone) -> str:
    said = f"{row.person} {row.at.isoformat()} {int(row.keeps_name)} {row.request} {row.by_name}"
    return f"{said} {privacy.sign(said.encode(), purpose=PURPOSE).hex()}"


def apply(*, lines: Iterable[str], now: datetime) -> int:
    """Take the lines in, and empty every record that a tombstone is older than and that still says who it is; gives how
    many. May be repeated.

    A record whose owner came back later, and was registered anew, stays. Refused with ErasureRefused before anything
    was written: a line that is not ours.
    """
    read = [_read(line, place) for place, line in enumerate(lines, start=1) if line.strip()]
    with transaction.atomic():
        known = set(Tombstone.objects.values_list("person", "at"))
        fresh = {(row.person, row.at): row for row in read if (row.person, row.at) not in known}
        Tombstone.objects.bulk_create(fresh.values(), batch_size=500)
    return sum(_applied(row, now) for row in Tombstone.objects.order_by("at", "pk").iterator(chunk_size=500))


def _read(line: str, place: int) -> Tombstone:
    said, _space, mac = line.strip().rpartition(" ")
    try:
        if not privacy.verify(said.encode(), bytes.fromhex(mac), purpose=PURPOSE):
            raise ValueError
        person, at, keeps, request, by_name = said.split(" ", 4)
        return Tombstone(
            person=UUID(person),
            at=datetime.fromisoformat(at),
            keeps_name=keeps == "1",
            request=request,
            by_name=by_name,
        )
    except ValueError as error:
        raise ErasureRefused(ErasureRefusal.FORGED, line=place) from error


def _applied(row: Tombstone, now: datetime) -> bool:
    record = Learner.objects.filter(person=row.person, erased_at__isnull=True).first()
    if record is None or (record.verified_at is not None and record.verified_at > row.at):
        return False
    by = User.objects.filter(username=row.by_name).first() or record.user
    with transaction.atomic():
        if by is not None:
            for place in to_withdraw([record], now):
                enrolment.withdraw(by=by, enrolment=place, reason=WHY, now=now)
        record = Learner.objects.select_for_update().get(pk=record.pk)
        files = empty(record=record, keeps_name=row.keeps_name, now=row.at)
        audit.record(by=None, verb="tombstone_applied", target=record, now=now, detail={"request": row.request})
        transaction.on_commit(lambda: delete_files(files))
    return True
