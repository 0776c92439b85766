"""The files that were made: encrypted in the private storage, and not for long. The row that tells of them stays."""

from datetime import datetime
from typing import IO

from django.core.files.base import ContentFile
from django.core.files.storage import Storage, storages
from django.db import transaction

from courses import audit, privacy
from courses.exports.refusals import ExportRefusal, ExportRefused
from courses.models import Export, OwnFormVersion
from courses.people import sealed, strays
from courses.people.numbers import fresh

Status = Export.Status
FOLDER, OWN = "exports", "ownforms"


def keep(*, export: Export, file: IO[bytes]) -> tuple[str, int]:
    """Gives the name under which the storage took it, and its size before it was sealed."""
    content = file.read()
    sealed = privacy.encrypt_bytes(content, context=_context(export))
    return str(_storage().save(_fresh_name(), ContentFile(sealed))), len(content)


def kept(*, export: Export) -> bytes:
    """The file as it was made. Refused with ExportRefused where the storage has it no more."""
    try:
        return privacy.decrypt_bytes(_stored(export.file), context=_context(export))
    except FileNotFoundError as error:
        raise ExportRefused(ExportRefusal.GONE) from error


def keep_own(*, content: bytes, number: str) -> str:
    """A workbook of the bureau's own; gives the name under which the storage took it."""
    sealed = privacy.encrypt_bytes(content, context=_context_own(number))
    return str(_storage().save(_fresh_name(OWN), ContentFile(sealed)))


def kept_own(*, version: OwnFormVersion) -> bytes:
    return privacy.decrypt_bytes(_stored(version.file), context=_context_own(version.form.number))


def remove(name: str) -> None:
    _storage().delete(name)


def sweep(*, now: datetime) -> int:
    """Delete the files that are past their time, by the policy of the day they were made; gives how many."""
    rows = list(Export.objects.filter(status=Status.READY, expires_at__lte=now))
    for export in rows:
        remove(export.file)
        with transaction.atomic():
            Export.objects.filter(pk=export.pk, file=export.file).update(status=Status.EXPIRED, file="")
            audit.record(by=None, verb="export_expired", target=export, now=now)
    return len(rows)


def sweep_strays(*, now: datetime) -> int:
    """Delete files whose row was never written; gives how many."""
    exports = strays.sweep(folder=FOLDER, rows=Export.objects.exclude(file=""), now=now)
    return exports + strays.sweep(folder=OWN, rows=OwnFormVersion.objects.all(), now=now)


def reencrypt_files() -> int:
    """Bring every kept file under the current key; gives how many."""
    made = sealed.rekey(rows=Export.objects.exclude(file=""), folder=FOLDER, context=_context)
    return made + _reencrypt_own()


def _reencrypt_own() -> int:
    """Versions share a workbook: it is rewritten once, and named by all of them."""
    rewritten = 0
    for version in OwnFormVersion.objects.select_related("form").order_by("pk"):
        if not OwnFormVersion.objects.filter(pk=version.pk, file=version.file).exists():
            continue
        if privacy.is_current(_stored(version.file)):
            continue
        new = keep_own(content=kept_own(version=version), number=version.form.number)
        rewritten += bool(OwnFormVersion.objects.filter(file=version.file).update(file=new))
        remove(version.file)
    return rewritten


def _stored(name: str) -> bytes:
    with _storage().open(name) as file:
        return bytes(file.read())


def _fresh_name(folder: str = FOLDER) -> str:
    return f"{folder}/{fresh(prefix='', length=26)}"


def _context(export: Export) -> str:
    return f"courses.export.{export.number}"


def _context_own(number: str) -> str:
    return f"courses.ownform.{number}"


def _storage() -> Storage:
    return storages["private"]
