"""Private files: encrypted under the current key. Under a new key each is written anew, and its row names the new one
before the old one goes."""

from collections.abc import Callable
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db.models import QuerySet

from courses import privacy
from courses.people.numbers import fresh


def keep(*, plain: bytes, folder: str, context: str) -> str:
    """Write it under a name of its own, which is given."""
    name = f"{folder}/{fresh(prefix='', length=26)}"
    storages["private"].save(name, ContentFile(privacy.encrypt_bytes(plain, context=context)))
    return name


def content(name: str, *, context: str) -> bytes:
    with storages["private"].open(name) as file:
        return privacy.decrypt_bytes(bytes(file.read()), context=context)


def drop(name: str) -> None:
    storages["private"].delete(name)


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
