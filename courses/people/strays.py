"""Private files that no row names: what a broken upload or a deletion that stopped half way left behind.

Through the storage's own listing, so that a folder on disk and a bucket are treated alike.
"""

import logging
from datetime import datetime, timedelta
from typing import Any

from django.core.files.storage import storages
from django.db.models import QuerySet

LOG = logging.getLogger(__name__)
# A file is written before the row that names it; nobody needs longer than this for the second step.
GRACE = timedelta(days=1)
BATCH = 500


def sweep(*, folder: str, rows: QuerySet[Any], now: datetime) -> int:
    """Delete the files of one folder that none of `rows` names in its `file` and that are older than a day.

    The folder is listed before the rows are asked: what is named in between is found. Gives how many.
    """
    storage = storages["private"]
    try:
        names = [f"{folder}/{name}" for name in storage.listdir(folder)[1]]
    except FileNotFoundError:
        return 0
    deleted = 0
    for start in range(0, len(names), BATCH):
        batch = names[start : start + BATCH]
        named = set(rows.filter(file__in=batch).values_list("file", flat=True))
        for name in batch:
            if name not in named and _is_old(name, now):
                storage.delete(name)
                deleted += 1
    if deleted:
        LOG.warning("private files without a row deleted", extra={"what": folder, "count": deleted})
    return deleted


def _is_old(name: str, now: datetime) -> bool:
    try:
        return storages["private"].get_modified_time(name) <= now - GRACE
    except FileNotFoundError:
        return False
