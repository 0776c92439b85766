"""培训需求目录 as it is kept at the desk: an entry is added, changed or withdrawn by another version with its day.

One officer of the city decides. The list announces what is wanted and nothing counts by it; who wrote a version, when
and why stays with it, and what was wrong is put right by the next. A version is never changed, none takes effect on a
day that is past, and none before the version that it follows, so that what citizens read on a day stays true of it.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from django.db import IntegrityError, transaction
from django.db.models import OuterRef, QuerySet, Subquery
from django.utils.translation import gettext_lazy as _

from courses import audit
from courses.models import Occupation, ProgrammeKind, SkillLevel, TrainingNeed, User
from courses.people import full_numbers
from courses.people.numbers import fresh
from courses.policy import local_date
from courses.refusals import Refused

REASON_MAX = 200


class NeedRefusal(StrEnum):
    REASON_MISSING = "reason_missing"
    HAS_NUMBER = "has_number"
    DATE_PAST = "date_past"
    DATE_BEFORE = "date_before"
    NOTHING_CHANGED = "nothing_changed"
    WITHDRAWN = "withdrawn"
    STALE = "stale"


class NeedRefused(Refused):
    sentences = {
        NeedRefusal.REASON_MISSING: _("请写明原因，如依据的文件，未保存。"),
        NeedRefusal.HAS_NUMBER: _("文字里有完整的证件号码或手机号码，未保存。目录是公开的，请去掉号码再保存。"),
        NeedRefusal.DATE_PAST: _("生效日期 %(day)s 已过，未保存。请从今天起选一个日期。"),
        NeedRefusal.DATE_BEFORE: _("上一版从 %(day)s 起生效，新的一版不能更早，未保存。请选这一天或以后的日期。"),
        NeedRefusal.NOTHING_CHANGED: _("没有改动任何一项，未保存。请改好后再保存。"),
        NeedRefusal.WITHDRAWN: _("这项需求已经撤下，未改动。要重新列入，请填写后保存修改。"),
        NeedRefusal.STALE: _("刚才有人改了这项需求，未保存。请看过最新一版再改。"),
    }


@dataclass(frozen=True)
class NeedFacts:
    """What an entry of the list says."""

    name: str
    name_en: str
    kind: ProgrammeKind
    occupation: Occupation | None = None
    level: SkillLevel | None = None
    planned: int | None = None


def latest_needs() -> QuerySet[TrainingNeed]:
    """The last version of every entry, whatever its day; those that were withdrawn as well."""
    newest = TrainingNeed.objects.filter(key=OuterRef("key")).order_by("-version").values("pk")[:1]
    found = TrainingNeed.objects.filter(pk=Subquery(newest)).select_related("kind", "occupation", "level", "by")
    return found.order_by("withdrawn", "kind__order", "key")


def versions_of(*, key: str) -> list[TrainingNeed]:
    """All versions of an entry, newest first."""
    rows = TrainingNeed.objects.filter(key=key).select_related("kind", "occupation", "level", "by")
    return list(rows.order_by("-version"))


def add_need(*, by: User, facts: NeedFacts, effective_on: date, reason: str, now: datetime) -> TrainingNeed:
    """Another entry of the list from its day on. Refused with NeedRefused: no reason, a full number in its words, a day
    that is past."""
    _refuse_day(effective_on, now)
    return _write(by, fresh(prefix="XQ"), 1, facts, effective_on, reason, now)


def change_need(
    *, by: User, latest: TrainingNeed, facts: NeedFacts, effective_on: date, reason: str, now: datetime
) -> TrainingNeed:
    """What an entry says from another day on; one that was withdrawn is listed again.

    Refused with NeedRefused as when one is added, and: nothing differs, a day before that of `latest`, a version after
    `latest`.
    """
    _refuse_day(effective_on, now, after=latest)
    if facts == _facts_of(latest) and not latest.withdrawn:
        raise NeedRefused(NeedRefusal.NOTHING_CHANGED)
    return _write(by, latest.key, latest.version + 1, facts, effective_on, reason, now)


def withdraw_need(*, by: User, latest: TrainingNeed, effective_on: date, reason: str, now: datetime) -> TrainingNeed:
    """An entry leaves the list on a day. Refused with NeedRefused as when one is changed, and: withdrawn already."""
    if latest.withdrawn:
        raise NeedRefused(NeedRefusal.WITHDRAWN)
    _refuse_day(effective_on, now, after=latest)
    return _write(by, latest.key, latest.version + 1, _facts_of(latest), effective_on, reason, now, withdrawn=True)


def _facts_of(need: TrainingNeed) -> NeedFacts:
    return NeedFacts(need.name, need.name_en, need.kind, need.occupation, need.level, need.planned)


def _refuse_day(day: date, now: datetime, *, after: TrainingNeed | None = None) -> None:
    if day < local_date(now):
        raise NeedRefused(NeedRefusal.DATE_PAST, day=day)
    if after is not None and day < after.effective_on:
        raise NeedRefused(NeedRefusal.DATE_BEFORE, day=after.effective_on)


def _write(
    by: User,
    key: str,
    version: int,
    facts: NeedFacts,
    effective_on: date,
    reason: str,
    now: datetime,
    *,
    withdrawn: bool = False,
) -> TrainingNeed:
    why = reason.strip()[:REASON_MAX]
    if not why:
        raise NeedRefused(NeedRefusal.REASON_MISSING)
    if any(any(full_numbers.find(text)) for text in (facts.name, facts.name_en, why)):
        raise NeedRefused(NeedRefusal.HAS_NUMBER)
    try:
        with transaction.atomic():
            need = TrainingNeed.objects.create(
                key=key, version=version, effective_on=effective_on, withdrawn=withdrawn, reason=why, by=by, at=now,
                **vars(facts),
            )  # fmt: skip
            verb = "need_withdrawn" if withdrawn else "need_added" if version == 1 else "need_changed"
            audit.record(by=by, verb=verb, target=need, now=now, detail={"version": version})
    except IntegrityError as error:
        # Another wrote the next version at the same moment, or since this one was read.
        raise NeedRefused(NeedRefusal.STALE) from error
    return need
