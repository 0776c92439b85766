"""The browser that a learner is known by: bound for 180 days, seen and removed by its owner, changed by signing in.

A phone has often two browsers (its own and WeChat's), so a learner may have `devices_most` bound; one more ends the
oldest. Whoever has a new phone signs in with it and needs nobody; for who changes more often in a day than
`device_changes_a_day`, the browser stays unbound until tomorrow, and signing in still lets them scan.
"""

from datetime import datetime, time, timedelta
from enum import StrEnum

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from courses import audit, policy
from courses.models import Device, DeviceAllowance, Learner, User
from courses.people.numbers import fresh
from courses.refusals import Refused

REASON_MAX = 200


class DeviceRefusal(StrEnum):
    TOO_MANY_TODAY = "too_many_today"
    REASON_MISSING = "reason_missing"
    OWN_RECORD = "own_record"
    NOT_NEEDED = "not_needed"


class DeviceRefused(Refused):
    sentences = {
        DeviceRefusal.TOO_MANY_TODAY: _(
            "您已登录。今天已绑定过 %(most)s 个新浏览器，这一个没有绑定：扫码前要先登录。请明天再登录一次，即可绑定。"
        ),
        DeviceRefusal.REASON_MISSING: _("请写明原因，未改动。"),
        DeviceRefusal.OWN_RECORD: _("不能给本人放开，未改动。请由另一位工作人员办理。"),
        DeviceRefusal.NOT_NEEDED: _("这位学员今天还能绑定，不用放开，未改动。"),
    }


def bind(*, learner: Learner, label: str, now: datetime, replaces: str = "", browser: str = "") -> Device:
    """Bind this browser for the days of policy; what it was bound to before (`replaces`: that device's code) ends.

    More than `devices_most`: the one bound longest ago ends. Refused with DeviceRefused: more new browsers of this
    learner today than `device_changes_a_day`; what the browser was bound to before has ended nevertheless.
    """
    pinned = policy.current(on=policy.local_date(now))
    with transaction.atomic():
        # Two sign-ins at once: the second waits here and counts the first.
        Learner.objects.select_for_update(no_key=True).get(pk=learner.pk)
        before = Device.objects.filter(code=replaces, revoked_at__isnull=True).first() if replaces else None
        if before is not None:
            Device.objects.filter(pk=before.pk).update(revoked_at=now)
        renewed = before is not None and before.learner_id == learner.pk
        allowed = renewed or _new_today(learner, now) < pinned.device_changes_a_day
        device = _bind(learner, label, browser, pinned, now, renewed=renewed) if allowed else None
    if device is None:
        raise DeviceRefused(DeviceRefusal.TOO_MANY_TODAY, most=pinned.device_changes_a_day)
    return device


def is_full_today(*, learner: Learner, now: datetime) -> bool:
    """Whether one more new browser of this learner would stay unbound until tomorrow."""
    return _new_today(learner, now) >= policy.current(on=policy.local_date(now)).device_changes_a_day


def allow_again(*, by: User, learner: Learner, reason: str, now: datetime) -> DeviceAllowance:
    """Let a learner whose day is used up bind browsers again today: the count begins anew, the most at once stays.

    Refused with DeviceRefused: no reason, one's own record, a learner who may still bind.
    """
    if not reason.strip():
        raise DeviceRefused(DeviceRefusal.REASON_MISSING)
    if learner.user_id == by.pk:
        raise DeviceRefused(DeviceRefusal.OWN_RECORD)
    with transaction.atomic():
        Learner.objects.select_for_update(no_key=True).get(pk=learner.pk)
        if not is_full_today(learner=learner, now=now):
            raise DeviceRefused(DeviceRefusal.NOT_NEEDED)
        made = DeviceAllowance.objects.create(by=by, learner=learner, reason=reason.strip()[:REASON_MAX], at=now)
        audit.record(by=by, verb="devices_allowed", target=learner, now=now)
    return made


def _new_today(learner: Learner, now: datetime) -> int:
    """Since midnight, or since staff let the count begin anew."""
    since = datetime.combine(policy.local_date(now), time.min, policy.CITY_TIME)
    allowed = DeviceAllowance.objects.filter(learner=learner, at__gte=since).order_by("at").last()
    bound_today = Device.objects.filter(learner=learner, renewed=False, bound_at__gte=since)
    return bound_today.filter(bound_at__gt=allowed.at).count() if allowed else bound_today.count()


def _bind(learner: Learner, label: str, browser: str, pinned: policy.Policy, now: datetime, *, renewed: bool) -> Device:
    surplus = list(bound(learner=learner, now=now)[max(0, pinned.devices_most - 1) :])
    Device.objects.filter(pk__in=[device.pk for device in surplus]).update(revoked_at=now)
    device = Device.objects.create(
        code=fresh(prefix="", length=26),
        learner=learner,
        label=label[:60],
        browser=browser[:26],
        renewed=renewed,
        bound_at=now,
        expires_at=now + timedelta(days=pinned.device_days),
    )
    detail = {"ended": len(surplus)} if surplus else {}
    audit.record(by=learner.user, verb="device_bound", target=learner, now=now, detail=detail)
    return device


def revoke(*, learner: Learner, code: str, now: datetime) -> bool:
    """Unbind one browser of the learner's own; the next scan from it asks for sign-in."""
    changed = Device.objects.filter(learner=learner, code=code, revoked_at__isnull=True).update(revoked_at=now)
    if changed:
        audit.record(by=learner.user, verb="device_revoked", target=learner, now=now)
    return bool(changed)


def holder(*, code: str, learner_id: int, now: datetime) -> Learner | None:
    """The learner whose browser this is, while the binding holds; what the cookie says is not enough."""
    chosen = Device.objects.filter(code=code, learner=learner_id, revoked_at__isnull=True, expires_at__gt=now)
    found = chosen.select_related("learner").first()
    return found.learner if found else None


def bound(*, learner: Learner, now: datetime) -> QuerySet[Device]:
    """The browsers that are bound now, newest first."""
    return Device.objects.filter(learner=learner, revoked_at__isnull=True, expires_at__gt=now).order_by(
        "-bound_at", "-pk"
    )
