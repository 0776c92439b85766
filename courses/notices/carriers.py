"""Who takes a message to its reader: a window for newcomers, a list for tests, a gateway for a city."""

import http.client
import json
import smtplib
import sys
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from courses.privacy import mask_phone
from courses.refusals import Refused

GATEWAY_SECONDS = 5


class CarrierRefusal(StrEnum):
    UNREACHABLE = "unreachable"
    REJECTED = "rejected"


class CarrierRefused(Refused):
    """The message was not taken. `rejected` is for good; `unreachable` may be tried again."""

    sentences = {
        CarrierRefusal.UNREACHABLE: _("短信通道没有接通，消息已保留，会自动重发。"),
        CarrierRefusal.REJECTED: _("短信通道不接收这条消息，没有发出。请核对号码和短信模板。"),
    }


@dataclass(frozen=True)
class Letter:
    """A message as a carrier sees it. `key` stays the same over all attempts, so a gateway can know a repeat."""

    to: str
    text: str
    kind: str
    params: dict[str, Any]
    key: str


Carrier = Callable[[Letter], str]

sent_in_memory: list[Letter] = []


def console(letter: Letter) -> str:
    """A line in the window where the service runs. Past the log, which blanks every code, and past the worker's
    redirection of what is printed."""
    window = sys.__stdout__
    if window is not None:
        window.write(f"短信 → {mask_phone(letter.to)}：{letter.text}\n")
        window.flush()
    return "console"


def memory(letter: Letter) -> str:
    sent_in_memory.append(letter)
    return "memory"


class _NoDetour(urllib.request.HTTPRedirectHandler):
    """A redirected POST becomes a GET: the page behind it would answer 2xx without ever having seen the message."""

    def redirect_request(self, *_args: Any, **_named: Any) -> None:
        return None


_straight = urllib.request.build_opener(_NoDetour)


def gateway(letter: Letter) -> str:
    """POST to SMS_GATEWAY_URL: JSON with to, template, text, params; `Idempotency-Key` names the message.

    2xx takes it (`receipt` of a JSON answer is kept); 4xx but 408, 425 and 429 rejects it for good; the rest, a
    redirect among it, is tried again. Refused: CarrierRefused.
    """
    body = {"to": letter.to, "template": letter.kind, "text": letter.text, "params": letter.params}
    request = urllib.request.Request(  # noqa: S310 (the address is the operator's own setting)
        settings.SMS_GATEWAY_URL,
        data=json.dumps(body, ensure_ascii=False).encode(),
        headers={
            "Content-Type": "application/json; charset=utf-8",
            "Idempotency-Key": letter.key,
            "Authorization": f"Bearer {settings.SMS_GATEWAY_TOKEN}",
        },
    )
    try:
        with _straight.open(request, timeout=GATEWAY_SECONDS) as answer:
            return _receipt(answer.read(4096))
    except urllib.error.HTTPError as error:
        error.close()
        for_good = 400 <= error.code < 500 and error.code not in {408, 425, 429}
        raise CarrierRefused(CarrierRefusal.REJECTED if for_good else CarrierRefusal.UNREACHABLE) from error
    except (OSError, http.client.HTTPException) as error:
        raise CarrierRefused(CarrierRefusal.UNREACHABLE) from error


def _receipt(answer: bytes) -> str:
    try:
        told = json.loads(answer)
    except ValueError:
        return ""
    return str(told.get("receipt", ""))[:80] if isinstance(told, dict) else ""


def mail(letter: Letter) -> str:
    """One mail in plain text; its Message-ID is made of the key, so that a repeat is known as one."""
    name = f"<{letter.key}@{settings.ALLOWED_HOSTS[0].lstrip('.') if settings.ALLOWED_HOSTS else 'localhost'}>"
    subject = gettext("潮线：培训通知")
    message = EmailMessage(subject, letter.text, to=[letter.to], headers={"Message-ID": name})
    try:
        message.send()
    except smtplib.SMTPRecipientsRefused as error:
        raise CarrierRefused(CarrierRefusal.REJECTED) from error
    except (OSError, smtplib.SMTPException) as error:
        raise CarrierRefused(CarrierRefusal.UNREACHABLE) from error
    return letter.key


def site(_letter: Letter) -> str:
    """Read under /my/messages/: the row is the message."""
    return "site"


SMS_CARRIERS: dict[str, Carrier] = {"console": console, "memory": memory, "http": gateway}


def carrier_of(*, channel: str) -> Carrier:
    return {"site": site, "email": mail}.get(channel) or SMS_CARRIERS[settings.SMS_BACKEND]
