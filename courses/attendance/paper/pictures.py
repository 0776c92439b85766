"""The picture of a signed sheet: what may be handed in, how it is kept, who opened it, and when it is deleted.

A photo is read and written anew, as a proof is. The file of an entry stays as long as the class's own files; of an
entry that was returned or taken back only as long as an unused proof.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from django.core.files.base import ContentFile, File
from django.core.files.storage import Storage, storages
from django.db import transaction
from django.db.models import Q

from courses import audit, policy, privacy
from courses.attendance.paper.refusals import SheetRefusal, SheetRefused
from courses.models import Learner, PaperEntry, PaperPhoto, User
from courses.people import sealed, strays
from courses.people.learners import keep_reveal
from courses.people.numbers import fresh
from courses.people.paper import PaperRefused, PaperSlip, read_paper
from courses.policy import Policy

FOLDER = "sheets"
GIVEN_UP = (PaperEntry.Status.RETURNED, PaperEntry.Status.WITHDRAWN)
CODE_OF: dict[PaperSlip, SheetRefusal] = {
    PaperSlip.WRONG_TYPE: SheetRefusal.PHOTO_TYPE,
    PaperSlip.UNREADABLE: SheetRefusal.PHOTO_UNREADABLE,
    PaperSlip.ACTIVE: SheetRefusal.PHOTO_ACTIVE,
}


class Page(NamedTuple):
    """One file that may be kept: what it is by its content, and what of it is kept."""

    kind: str
    plain: bytes


def read(*, files: Sequence["File[bytes]"], rules: Policy) -> list[Page]:
    """Every file checked, before a row or a file is written.

    Refused with SheetRefused: no file, too many or too large by policy, neither photo nor PDF by its content, broken,
    or a PDF that can do something.
    """
    if not files:
        raise SheetRefused(SheetRefusal.PHOTO_MISSING)
    if len(files) > rules.proof_files:
        raise SheetRefused(SheetRefusal.PHOTO_TOO_MANY, most=rules.proof_files)
    return [_read(file, rules) for file in files]


def _read(file: "File[bytes]", rules: Policy) -> Page:
    if not file.size:
        raise SheetRefused(SheetRefusal.PHOTO_MISSING)
    if file.size > rules.proof_megabytes * 1024 * 1024:
        raise SheetRefused(SheetRefusal.PHOTO_TOO_LARGE, most=rules.proof_megabytes)
    try:
        return Page(*read_paper(file.read()))
    except PaperRefused as refused:
        raise SheetRefused(CODE_OF[refused.code]) from refused  # type: ignore[index]


def seal(*, pages: Sequence[Page], by: User, now: datetime) -> list[PaperPhoto]:
    """Write the files and give their rows, to be saved with the entry: a file without its row is swept away."""
    made = []
    for page in pages:
        digest = privacy.digest(hashlib.sha256(page.plain).hexdigest(), purpose="sheet")
        row = PaperPhoto(
            code=fresh(prefix="", length=26), file=_new_name(), kind=page.kind, size=len(page.plain), digest=digest,
            uploaded_by=by, uploaded_at=now,
        )  # fmt: skip
        _write(row, page.plain, row.file)
        made.append(row)
    return made


def look(*, by: User, photo: PaperPhoto, now: datetime) -> bytes:
    """The picture for somebody who enters, confirms or follows a record; the look is kept."""
    entry = photo.entry
    audit.record(by=by, verb="sheet_photo_opened", target=photo, now=now, detail={"entry": entry.number})
    return _content(photo)


def look_behind(*, by: User, photo: PaperPhoto, learner: Learner, reason: str, now: datetime) -> bytes:
    """The same for somebody who follows a count down to the paper that one learner signed: with a written reason, and
    the learner sees it in 我的信息. Refused with RevealRefused without a reason and beyond the day's limit."""
    with transaction.atomic():
        keep_reveal(by=by, learner=learner, field="sheet", reason=reason, now=now)
        return look(by=by, photo=photo, now=now)


def sweep(*, now: datetime) -> int:
    """Delete what the policy of the day no longer keeps; gives how many files. The row tells when the file went."""
    today = policy.local_date(now)
    rules = policy.current(on=today)
    given_up_since = now - timedelta(days=rules.proof_unused_days)
    # A day that every month has, so that a file is rather kept a little longer.
    years_ago = today.replace(year=today.year - rules.file_years, day=min(today.day, 28))
    due = Q(entry__sheet__training_class__ends_on__lt=years_ago) | Q(
        entry__status__in=GIVEN_UP, uploaded_at__lt=given_up_since
    )
    rows = list(PaperPhoto.objects.filter(due, deleted_at__isnull=True))
    for row in rows:
        _storage().delete(row.file)
        with transaction.atomic():
            PaperPhoto.objects.filter(pk=row.pk).update(deleted_at=now)
            audit.record(by=None, verb="sheet_photo_expired", target=row, now=now)
    return len(rows)


def sweep_strays(*, now: datetime) -> int:
    """Delete pictures of entries that were never saved; gives how many."""
    return strays.sweep(folder=FOLDER, rows=PaperPhoto.objects.filter(deleted_at__isnull=True), now=now)


def reencrypt_files() -> int:
    """Bring every kept file under the current key; gives how many."""
    return sealed.rekey(rows=PaperPhoto.objects.filter(deleted_at__isnull=True), folder=FOLDER, context=_context)


def _new_name() -> str:
    return f"{FOLDER}/{fresh(prefix='', length=26)}"


def _context(photo: PaperPhoto) -> str:
    return f"courses.paperphoto.{photo.code}"


def _write(photo: PaperPhoto, plain: bytes, name: str) -> None:
    _storage().save(name, ContentFile(privacy.encrypt_bytes(plain, context=_context(photo))))


def _content(photo: PaperPhoto) -> bytes:
    return privacy.decrypt_bytes(_stored(photo), context=_context(photo))


def _stored(photo: PaperPhoto) -> bytes:
    with _storage().open(photo.file) as file:
        return bytes(file.read())


def _storage() -> Storage:
    return storages["private"]
