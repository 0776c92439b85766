"""The file of an import: encrypted in the private storage, for the answer that is written into it, and not for long.

Whom it lists are learners with records of their own once it was imported; the file itself is of no more use than to
look up what was sent.
"""

import base64
from datetime import datetime, timedelta

from django.core.files.base import ContentFile
from django.core.files.storage import Storage, storages
from django.db import transaction
from django.db.models import Q, QuerySet

from courses import audit, policy, privacy
from courses.models import RosterImport
from courses.people import strays
from courses.people.numbers import fresh
from courses.rosters.refusals import RosterRefusal, RosterRefused

Status = RosterImport.Status
CONTEXT = "courses.rosterimport.file"
FOLDER = "rosters"


def keep(*, content: bytes, name: str) -> str:
    """Gives the name under which the storage took it. Written before its row: without a row it is swept away."""
    sealed = privacy.encrypt(base64.b64encode(content).decode(), context=CONTEXT)
    return str(_storage().save(name, ContentFile(sealed.encode())))


def kept(*, roster: RosterImport) -> bytes:
    """The file as it was uploaded. Refused with RosterRefused where it was deleted."""
    if not roster.file or not _storage().exists(roster.file):
        raise RosterRefused(RosterRefusal.GONE)
    return base64.b64decode(privacy.decrypt(_stored(roster).decode(), context=CONTEXT))


def delete(*, roster: RosterImport) -> None:
    """The file first; when the row does not follow, the next sweep finds it again."""
    if roster.file:
        _storage().delete(roster.file)
        RosterImport.objects.filter(pk=roster.pk, file=roster.file).update(file="")
        roster.file = ""


def sweep(*, now: datetime) -> int:
    """Delete the files of imports that ended `roster_file_days` ago or longer, by the policy of the day.

    Counted from the import, of an undone one from its undoing; a given-up one keeps none. Gives how many.
    """
    days = policy.current(on=policy.local_date(now)).roster_file_days
    until = now - timedelta(days=days)
    ended = (
        Q(status=Status.COMMITTED, committed_at__lte=until)
        | Q(status=Status.UNDONE, undone_at__lte=until)
        | Q(status=Status.DISCARDED)
    )
    rows = list(_with_file().filter(ended))
    for roster in rows:
        with transaction.atomic():
            audit.record(by=None, verb="roster_file_expired", target=roster, now=now)
            delete(roster=roster)
    return len(rows)


def sweep_strays(*, now: datetime) -> int:
    """Delete files of uploads that were never finished; gives how many."""
    return strays.sweep(folder=FOLDER, rows=_with_file(), now=now)


def reencrypt_files() -> int:
    """Bring every kept file under the current key; gives how many. May run again, and beside the service.

    The new file is written and named in the row before the old one goes, so that no moment is without one.
    """
    rewritten = 0
    for roster in _with_file().order_by("pk").iterator(chunk_size=100):
        if privacy.is_current(_stored(roster)):
            continue
        old, new = roster.file, keep(content=kept(roster=roster), name=f"{FOLDER}/{fresh(prefix='', length=26)}")
        moved = RosterImport.objects.filter(pk=roster.pk, file=old).update(file=new)
        _storage().delete(old if moved else new)
        rewritten += moved
    return rewritten


def _with_file() -> QuerySet[RosterImport]:
    return RosterImport.objects.exclude(file="")


def _stored(roster: RosterImport) -> bytes:
    with _storage().open(roster.file) as file:
        return bytes(file.read())


def _storage() -> Storage:
    return storages["private"]
