"""Other systems: the token each one holds, and the answer it gets again when it asks again."""

import secrets
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from courses import audit, privacy
from courses.models import ApiClient, District, IdempotentAnswer, Institution, User, Venue
from courses.refusals import Refused

# A client that asks again does so within hours; after a week a key counts as new.
ANSWERS_KEPT = timedelta(days=7)


class Scope(StrEnum):
    TALLY = "tally"
    CLASSES = "classes"
    ATTENDANCE = "attendance"
    APPLICATIONS = "applications"
    RECEIPTS = "receipts"
    SCANS = "scans"
    CERTIFICATES = "certificates"


class ClientRefusal(StrEnum):
    INSTITUTION_MISSING = "institution_missing"
    NAME_TAKEN = "name_taken"
    KEY_MISSING = "key_missing"
    KEY_REUSED = "key_reused"
    IN_PROGRESS = "in_progress"


class ClientRefused(Refused):
    sentences = {
        ClientRefusal.INSTITUTION_MISSING: _("提交报名或扫码的系统须属于一家机构，未开通。请注明机构编号。"),
        ClientRefusal.NAME_TAKEN: _("已有同名的系统，未开通。请换一个名称。"),
        ClientRefusal.KEY_MISSING: _("缺少 Idempotency-Key，未处理。请为每笔提交带一个唯一的键。"),
        ClientRefusal.KEY_REUSED: _("这个 Idempotency-Key 已用于另一份内容，未处理。请换一个新键。"),
        ClientRefusal.IN_PROGRESS: _("同一个键的上一次提交还在处理，未重复处理。请稍候用同样内容再问一次。"),
    }


def issue(
    *,
    by: User | None,
    name: str,
    scopes: Sequence[Scope],
    now: datetime,
    institution: Institution | None = None,
    district: District | None = None,
    venue: Venue | None = None,
    room: str = "",
) -> tuple[ApiClient, str]:
    """Open an access for another system. The token is shown this once; only its digest is kept.

    Refused with ClientRefused: applications or scans without an institution to answer for them, or a name that
    is in use. A registered scanner that is fixed in a room says which.
    """
    if {Scope.APPLICATIONS, Scope.SCANS} & set(scopes) and institution is None:
        raise ClientRefused(ClientRefusal.INSTITUTION_MISSING)
    if ApiClient.objects.filter(name=name).exists():
        raise ClientRefused(ClientRefusal.NAME_TAKEN)
    token = secrets.token_urlsafe(32)
    with transaction.atomic():
        client = ApiClient.objects.create(
            name=name,
            token_digest=privacy.digest(token, purpose="api"),
            scopes=[str(scope) for scope in scopes],
            institution=institution,
            district=district,
            venue=venue,
            room=room,
            created_at=now,
        )
        audit.record(by=by, verb="api_client_issued", target=client, now=now, detail={"scopes": client.scopes})
    return client, token


def revoke(*, by: User | None, client: ApiClient, now: datetime) -> None:
    """End an access at once; its name stays taken, so that the records keep telling who it was."""
    with transaction.atomic():
        if ApiClient.objects.filter(pk=client.pk, revoked_at__isnull=True).update(revoked_at=now):
            audit.record(by=by, verb="api_client_revoked", target=client, now=now)


def authenticate(*, token: str) -> ApiClient | None:
    digest = privacy.digest(token, purpose="api")
    return (
        ApiClient.objects.select_related("institution", "district")
        .filter(token_digest=digest, revoked_at__isnull=True)
        .first()
    )


Answer = tuple[int, dict[str, Any]]


def once(*, client: ApiClient, key: str, body: bytes, now: datetime, work: Callable[[], Answer]) -> Answer:
    """Do a piece of work once per key: the same key and body get the first answer again, refusals included.

    Refused with ClientRefused: no key, the key of another body, or one whose first answer is still being made.
    """
    if not key.strip() or len(key) > 80:
        raise ClientRefused(ClientRefusal.KEY_MISSING)
    body_hash = privacy.digest(body.hex(), purpose="idempotency")
    with transaction.atomic():
        try:
            with transaction.atomic():
                row = IdempotentAnswer.objects.create(client=client, key=key, body_hash=body_hash, at=now)
        except IntegrityError:
            return _first_answer(client, key, body_hash)
        status, answer = work()
        IdempotentAnswer.objects.filter(pk=row.pk).update(status=status, answer=answer)
        audit.record(
            by=None,
            verb="api_answered",
            target=client,
            now=now,
            detail={"client": client.name, "status": status, "number": answer.get("number", "")},
        )
    return status, answer


def _first_answer(client: ApiClient, key: str, body_hash: str) -> Answer:
    row = IdempotentAnswer.objects.filter(client=client, key=key).first()
    if row is None or row.status is None or row.answer is None:
        raise ClientRefused(ClientRefusal.IN_PROGRESS)
    if row.body_hash != body_hash:
        raise ClientRefused(ClientRefusal.KEY_REUSED)
    return row.status, row.answer


def prune_answers(*, now: datetime) -> int:
    return IdempotentAnswer.objects.filter(at__lte=now - ANSWERS_KEPT).delete()[0]
