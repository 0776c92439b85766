"""Private files under the current key: each is written anew, and its row names the new one before the old one goes."""

from collections.abc import Callable
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db.models import QuerySet

from courses import privacy
from courses.people.numbers import fresh


def rekey(*, rows: QuerySet[Any], folder: str, context: Callable[[Any], str]) -> int:
    """Of `rows`, each of which names its own in `file`; gives how many were rewritten.

    May run again, and beside the service: a row that has left `rows` meanwhile, or names another file by now, keeps
    what it has.
    """
    storage, rewritten = storages["private"], 0
    for row in rows.order_by("pk").iterator(chunk_size=100):
        with storage.open(row.file) as file:
            stored = bytes(file.read())
        if privacy.is_current(stored):
            continue
        plain = privacy.decrypt_bytes(stored, context=context(row))
        new, old = f"{folder}/{fresh(prefix='', length=26)}", row.file
        storage.save(new, ContentFile(privacy.encrypt_bytes(plain, context=context(row))))
        moved = rows.filter(pk=row.pk, file=old).update(file=new)
        storage.delete(old if moved else new)
        rewritten += moved
    return rewritten
