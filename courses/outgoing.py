"""Each file that leaves the house is a row: who, which form, by which filters, how many rows, for what, which bytes.

Whatever hands over people or figures gives a `Given`, and there is none without its row.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Any

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from courses import audit
from courses.models import Export, User
from courses.people.numbers import fresh

Status = Export.Status
CHUNK = 1024 * 1024
# What is taken elsewhere than among the forms of the bureau, by the name that its row keeps.
TITLES: dict[str, str | Promise] = {
    "tally": _("年度计数"),
    "queue": _("待我办"),
    "institutions": _("机构备案"),
    "close": _("月结文件"),
    "scores": _("成绩表"),
    "roster_fix": _("名单待改"),
    "group_list": _("单位团报名单"),
}


# What a list is taken for that nobody is asked about, as its record says; a form of the bureau asks instead.
PURPOSES: dict[str, str | Promise] = {
    "tally": _("核对年度计数"),
    "entries": _("核对计数明细"),
    "classes": _("安排和检查班次"),
    "queue": _("安排待办"),
    "institutions": _("核对机构备案"),
    "roster": _("本班教学和管理"),
    "close": _("存档和报送月结"),
    "scores": _("登记成绩"),
    "roster_fix": _("改正名单"),
    "group_list": _("单位核对团报名单"),
}


@dataclass(frozen=True)
class Given:
    """A file to hand over, open at its start, with the row that tells of it; `name` is without an ending."""

    file: IO[bytes]
    export: Export
    name: str


def fresh_number() -> str:
    return fresh(prefix="DC", length=10)


def sha256_of(file: IO[bytes]) -> str:
    """Of a whole file, read in pieces; it stands at its start afterwards."""
    file.seek(0)
    digest = hashlib.sha256()
    while piece := file.read(CHUNK):
        digest.update(piece)
    file.seek(0)
    return digest.hexdigest()


def record_given(
    *,
    form: str,
    kind: str,
    filters: dict[str, Any],
    rows: int,
    by: User,
    now: datetime,
    file: IO[bytes] | None = None,
    purpose: str = "",
    number: str = "",
    content: str = "",
) -> Export:
    """The row of a file that is handed over at once and kept nowhere; a page to print has no bytes of its own."""
    with transaction.atomic():
        made = Export.objects.create(
            number=number or fresh_number(),
            form=form,
            kind=kind,
            filters=filters,
            purpose=purpose or str(PURPOSES.get(form, "")),
            status=Status.GIVEN,
            asked_by=by,
            asked_at=now,
            rows=rows,
            total=rows,
            sha256=sha256_of(file) if file is not None else "",
            content=content,
            ready_at=now,
            taken_at=now,
        )
        audit.record(by=by, verb="exported", target=made, now=now, detail={"what": form, "rows": rows})
    return made
