"""Targets in 人次: the highest version of a year, line and district holds; the earlier ones stay."""

from datetime import date, datetime, time, timedelta
from enum import StrEnum

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from courses import audit
from courses.models import District, Target, User
from courses.policy import CITY_TIME
from courses.refusals import Refused


class TargetRefusal(StrEnum):
    SOURCE_MISSING = "source_missing"
    OVERTAKEN = "overtaken"


class TargetRefused(Refused):
    sentences = {
        TargetRefusal.SOURCE_MISSING: _("请写明依据，目标未保存。"),
        TargetRefusal.OVERTAKEN: _("刚刚有人改过这个目标，未保存。请刷新后再改。"),
    }


def set_target(
    *, by: User, year: int, line: str, district: District | None, amount: int, source: str, now: datetime
) -> Target:
    """Set a new version. Refused with TargetRefused without a source, or when another was set meanwhile."""
    if not source.strip():
        raise TargetRefused(TargetRefusal.SOURCE_MISSING)
    same = Target.objects.filter(year=year, line=line, district=district)
    version = (same.aggregate(top=Max("version"))["top"] or 0) + 1
    try:
        with transaction.atomic():
            target = Target.objects.create(
                year=year,
                line=line,
                district=district,
                version=version,
                amount=amount,
                source=source.strip(),
                by=by,
                at=now,
            )
            audit.record(
                by=by,
                verb="target_set",
                target=target,
                now=now,
                detail={"year": year, "line": line, "district": district.key if district else "", "amount": amount},
            )
    except IntegrityError as error:
        raise TargetRefused(TargetRefusal.OVERTAKEN) from error
    return target


def targets_of(*, year: int, as_of: date | None = None) -> dict[tuple[str, str], int]:
    """(line, district key, or "" for the city) → 人次, as the versions stood at the end of a day. One query.

    The first version holds for the whole year, also for the days before somebody entered it.
    """
    found: dict[tuple[str, str], int] = {}
    end = datetime.combine(as_of + timedelta(days=1), time(0), tzinfo=CITY_TIME) if as_of else None
    rows = Target.objects.filter(year=year).order_by("version")
    for line, district, amount, at in rows.values_list("line", "district__key", "amount", "at"):
        if end is None or at < end:
            found[line, district or ""] = amount
        else:
            found.setdefault((line, district or ""), amount)
    return found
