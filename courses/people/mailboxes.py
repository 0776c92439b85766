"""邮箱 of a learner: an address that they gave and proved by a code that was sent there. What no SMS brings goes to it.

It opens nothing and proves nobody; whoever no longer wants it takes it away by themself.
"""

import json
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from courses import audit, notices, privacy
from courses.models import Learner, User
from courses.notices import limits
from courses.people.consents import newest, switch
from courses.people.contacts import tidy_email
from courses.refusals import Refused

# What a learner agrees to who gives an address.
EMAIL_NOTICES = "email-notices"
CODE_LIFE = timedelta(minutes=10)
CODE_TRIES = 5
CODES_A_DAY = 5
SEALED = "mailbox-code"


class MailboxRefusal(StrEnum):
    NO_CARRIER = "no_carrier"
    NOT_AGREED = "not_agreed"
    MISSING = "missing"
    TOO_OFTEN = "too_often"
    EXPIRED = "expired"
    WRONG = "wrong"
    TOO_MANY = "too_many"


class MailboxRefused(Refused):
    sentences = {
        MailboxRefusal.NO_CARRIER: _("本市还没有开通邮件通知，邮箱没有保存。短信和站内消息照常，不用另外办理。"),
        MailboxRefusal.NOT_AGREED: _("没有同意用邮箱接收通知，邮箱没有保存。不用邮箱的，短信和站内消息照常。"),
        MailboxRefusal.MISSING: _("请填写邮箱，没有发送验证码。"),
        MailboxRefusal.TOO_OFTEN: _("今天已获取 5 次邮箱验证码，这一次没有发，邮箱没有保存。请明天再来。"),
        MailboxRefusal.EXPIRED: _("验证码已过 10 分钟，邮箱没有保存。请重新获取验证码。"),
        MailboxRefusal.WRONG: _("验证码不对，邮箱还没有保存。请核对最新一封邮件里的 6 位数字，还可以试 %(left)s 次。"),
        MailboxRefusal.TOO_MANY: _("验证码已输错 5 次，这个码作废了，邮箱没有保存。请重新获取验证码。"),
    }


@dataclass(frozen=True)
class PendingMailbox:
    """An address that waits for its code, as the browser that asked for it keeps it: sealed, without the code."""

    learner: int
    address: str
    digest: str
    nonce: str
    sent_at: datetime

    @property
    def masked(self) -> str:
        return privacy.mask_email(self.address)

    def seal(self) -> str:
        content = json.dumps([self.learner, self.address, self.digest, self.nonce, self.sent_at.timestamp()])
        return privacy.encrypt(content, context=SEALED)


def open_pending(*, sealed: str, learner: Learner) -> PendingMailbox | None:
    """What this learner's browser keeps; of somebody else's nothing."""
    try:
        owner, address, digest, nonce, sent = json.loads(privacy.decrypt(sealed, context=SEALED))
    except privacy.TokenRefused:
        return None
    if owner != learner.pk:
        return None
    return PendingMailbox(owner, address, digest, nonce, datetime.fromtimestamp(sent, tz=UTC))


def send_code(*, learner: Learner, address: str, agreed: bool, now: datetime) -> tuple[PendingMailbox, int]:
    """Mail six digits to an address; returns what the browser keeps, and the message to deliver. Nothing is kept yet.

    Refused with ContactRefused for what can be no address, with MailboxRefused: no mail leaves this city, not agreed,
    nothing given, too often today for this learner or this address.
    """
    if not settings.EMAIL_CARRIER:
        raise MailboxRefused(MailboxRefusal.NO_CARRIER)
    address = tidy_email(address)
    if not address:
        raise MailboxRefused(MailboxRefusal.MISSING)
    if not agreed:
        raise MailboxRefused(MailboxRefusal.NOT_AGREED)
    for what, value in (("mailbox-learner", str(learner.pk)), ("mailbox-address", address.casefold())):
        if limits.take(what=what, value=value, window=limits.DAY, now=now).count > CODES_A_DAY:
            raise MailboxRefused(MailboxRefusal.TOO_OFTEN)
    code, nonce = f"{secrets.randbelow(10**6):06d}", secrets.token_hex(16)
    message = notices.queue(
        kind=notices.MAILBOX_CODE,
        channel="email",
        to=address,
        params={"code": code},
        now=now,
        expires_at=now + CODE_LIFE,
        language=learner.language,
    )
    return PendingMailbox(learner.pk, address, _digest(nonce, code), nonce, now), message.pk


def keep(*, by: User, learner: Learner, pending: PendingMailbox, code: str, now: datetime) -> None:
    """The address is the learner's: from now on what no SMS brings goes there.

    Refused with MailboxRefused after ten minutes, after five tries (counted in the database), for a wrong code.
    """
    if now >= pending.sent_at + CODE_LIFE:
        raise MailboxRefused(MailboxRefusal.EXPIRED)
    tries = limits.take(what="mailbox-try", value=pending.nonce, window=CODE_LIFE, now=now).count
    if tries > CODE_TRIES:
        raise MailboxRefused(MailboxRefusal.TOO_MANY)
    if not secrets.compare_digest(_digest(pending.nonce, code), pending.digest):
        if tries == CODE_TRIES:
            raise MailboxRefused(MailboxRefusal.TOO_MANY)
        raise MailboxRefused(MailboxRefusal.WRONG, left=CODE_TRIES - tries)
    with transaction.atomic():
        _write(learner, pending.address)
        if newest(key=EMAIL_NOTICES):
            switch(by=by, learner=learner, key=EMAIL_NOTICES, on=True, now=now)
        audit.record(by=by, verb="mailbox_kept", target=learner, now=now)


def forget(*, by: User, learner: Learner, now: datetime) -> None:
    """The address is gone, and with it the consent; without one nothing happens."""
    with transaction.atomic():
        if not _write(learner, ""):
            return
        switch(by=by, learner=learner, key=EMAIL_NOTICES, on=False, now=now)
        audit.record(by=by, verb="mailbox_forgotten", target=learner, now=now)


def _write(learner: Learner, address: str) -> bool:
    """Of an erased record nothing is written any more."""
    held = Learner.objects.select_for_update(of=("self",)).get(pk=learner.pk)
    if held.erased_at or held.email == address:
        return False
    held.email = learner.email = address
    held.save(update_fields=["email"])
    notices.readdress_mail(learner=held)
    return True


def _digest(nonce: str, code: str) -> str:
    return privacy.digest(f"{nonce}:{code}", purpose="mailbox-code")
