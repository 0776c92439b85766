"""Logins: the code that proves a phone, failed passwords, and logins that never proved anything."""

import json
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from courses import notices, privacy
from courses.models import Learner, User
from courses.notices import limits
from courses.people.learners import open_login
from courses.refusals import Refused

CODE_LIFE = timedelta(minutes=5)
CODE_TRIES = 5
RESEND_AFTER = limits.MINUTE
FAILURES_WINDOW, FAILURES_MAX = timedelta(minutes=10), 5
UNPROVED_LIFE = timedelta(days=1)
SEALED = "login-code"


class ProofRefusal(StrEnum):
    WRONG = "wrong"
    TOO_MANY = "too_many"
    EXPIRED = "expired"
    USED = "used"


class ProofRefused(Refused):
    sentences = {
        ProofRefusal.WRONG: _("验证码不对，还没有登录。请核对短信里最新的 6 位数字，还可以试 %(left)s 次。"),
        ProofRefusal.TOO_MANY: _("验证码已输错 5 次，这个码作废了，还没有登录。请重新获取验证码。"),
        ProofRefusal.EXPIRED: _("验证码已过 5 分钟，还没有登录。请重新获取验证码。"),
        ProofRefusal.USED: _("这个验证码已经用过，没有再次登录。请重新获取验证码。"),
    }


class PasswordRefusal(StrEnum):
    TOO_MANY = "too_many"


class PasswordRefused(Refused):
    sentences = {
        PasswordRefusal.TOO_MANY: _(
            "10 分钟内已输错 5 次，这一次没有核对。请 %(minutes)s 分钟后再试；忘记密码请找本单位管理员重设。"
        ),
    }


@dataclass(frozen=True)
class PendingCode:
    """A code on its way, as the browser that asked for it keeps it: sealed, without the code itself."""

    phone: str
    digest: str
    nonce: str
    sent_at: datetime

    @property
    def masked_phone(self) -> str:
        return privacy.mask_phone(self.phone)

    def seal(self) -> str:
        content = json.dumps([self.phone, self.digest, self.nonce, self.sent_at.timestamp()])
        return privacy.encrypt(content, context=SEALED)

    def wait_seconds(self, *, now: datetime) -> int:
        """Seconds until another code may be asked for."""
        return max(0, round((self.sent_at + RESEND_AFTER - now).total_seconds()))


def open_pending(*, sealed: str) -> PendingCode | None:
    try:
        phone, digest, nonce, sent = json.loads(privacy.decrypt(sealed, context=SEALED))
    except privacy.TokenRefused:
        return None
    return PendingCode(phone, digest, nonce, datetime.fromtimestamp(sent, tz=UTC))


def send_code(*, phone: str, address: str, has_ticket: bool, language: str, now: datetime) -> tuple[PendingCode, int]:
    """Queue a six-digit login code for a mobile number; returns what the browser keeps, and the message to deliver.

    Whether an account has the number is not even looked at, and nothing is opened. Counted and queued together, or
    refused with CodeRefused.
    """
    code = f"{secrets.randbelow(10**6):06d}"
    nonce = secrets.token_hex(16)
    with transaction.atomic():
        notices.allow_code(phone=phone, address=address, has_ticket=has_ticket, now=now)
        message = notices.queue(
            kind="login_code",
            channel="sms",
            to=phone,
            params={"code": code},
            now=now,
            expires_at=now + CODE_LIFE,
            language=language,
        )
    return PendingCode(phone, _code_digest(nonce, code), nonce, now), message.pk


def prove(*, pending: PendingCode, code: str, now: datetime, language: str = settings.LANGUAGE_CODE) -> User:
    """The login behind a proved phone, opened at its first proof.

    Refused with ProofRefused after 300 s, after five tries (counted in the database, so that many requests at once are
    no way around), for a wrong code, and for one that was used.
    """
    if now >= pending.sent_at + CODE_LIFE:
        raise ProofRefused(ProofRefusal.EXPIRED)
    tries = limits.take(what="code-try", value=pending.nonce, window=CODE_LIFE, now=now).count
    if tries > CODE_TRIES:
        raise ProofRefused(ProofRefusal.TOO_MANY)
    if not secrets.compare_digest(_code_digest(pending.nonce, code), pending.digest):
        if tries == CODE_TRIES:
            raise ProofRefused(ProofRefusal.TOO_MANY)
        raise ProofRefused(ProofRefusal.WRONG, left=CODE_TRIES - tries)
    if limits.take(what="code-used", value=pending.nonce, window=CODE_LIFE, now=now).count > 1:
        raise ProofRefused(ProofRefusal.USED)
    return open_login(phone=pending.phone, now=now, language=language)


def prefer_language(*, user: User, language: str) -> None:
    """In which language a learner reads, and is written to; staff are no learners and keep none."""
    if language in dict(settings.LANGUAGES):
        Learner.objects.filter(user=user).update(language=language)


def _code_digest(nonce: str, code: str) -> str:
    return privacy.digest(f"{nonce}:{code}", purpose="login-code")


def allow_password(*, account: str, address: str, now: datetime) -> None:
    """Count one try of a password, before it is looked at: 5 in 10 minutes per account and address.

    Refused with PasswordRefused. A stranger elsewhere cannot lock the owner out.
    """
    taken = limits.take(what="password", value=f"{account}|{address}", window=FAILURES_WINDOW, now=now)
    if taken.count > FAILURES_MAX:
        raise PasswordRefused(PasswordRefusal.TOO_MANY, minutes=taken.minutes)


def forget_failures(*, account: str, address: str) -> None:
    """The password was right: the tries before it count no longer."""
    limits.forget(what="password", value=f"{account}|{address}")


def sweep_unproved(*, now: datetime) -> int:
    """Remove logins that hang on nothing a day after they were opened: no proved phone, no learner, no post."""
    unproved = User.objects.filter(
        phone_verified_at__isnull=True,
        is_staff=False,
        is_superuser=False,
        learner__isnull=True,
        posts__isnull=True,
        date_joined__lte=now - UNPROVED_LIFE,
    )
    return unproved.delete()[1].get("courses.User", 0)
