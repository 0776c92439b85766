"""The browser that a learner is known by: bound for 180 days, seen and removed by its owner."""

from datetime import datetime, timedelta

from django.db.models import QuerySet

from courses import audit, policy
from courses.models import Device, Learner
from courses.people.numbers import fresh


def bind(*, learner: Learner, label: str, now: datetime, replaces: str = "") -> Device:
    """Bind this browser for the days of policy; what it was bound to before (`replaces`: that device's code) ends."""
    if replaces:
        Device.objects.filter(code=replaces, revoked_at__isnull=True).update(revoked_at=now)
    days = policy.current(on=policy.local_date(now)).device_days
    device = Device.objects.create(
        code=fresh(prefix="", length=26),
        learner=learner,
        label=label[:60],
        bound_at=now,
        expires_at=now + timedelta(days=days),
    )
    audit.record(by=learner.user, verb="device_bound", target=learner, now=now)
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
    return Device.objects.filter(learner=learner, revoked_at__isnull=True, expires_at__gt=now).order_by("-bound_at")
