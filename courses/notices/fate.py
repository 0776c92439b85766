"""What became of the messages: how long the oldest waits, what reached nobody, what a gateway reports later."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.db import transaction
from django.db.models import Count, Min, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from courses import audit
from courses.models import OutboxMessage, User
from courses.notices.outbox import say_it_by_mail
from courses.notices.texts import LOGIN_CODE
from courses.notices.timing import city_time
from courses.refusals import Refused

Status = OutboxMessage.Status
SLOW = timedelta(minutes=5)


class MessageRefusal(StrEnum):
    NOT_FAILED = "not_failed"
    BLANKED = "blanked"


class MessageRefused(Refused):
    sentences = {
        MessageRefusal.NOT_FAILED: _("这条消息不在未送达之列，没有重发。请刷新页面核对。"),
        MessageRefusal.BLANKED: _("登录验证码不留存，没有重发。请本人重新获取。"),
    }


@dataclass(frozen=True)
class State:
    """Figures of this moment. `oldest_seconds`: how long the oldest message that is due has waited; 0 when none is."""

    waiting: int
    due: int
    oldest_seconds: int
    sent_today: int
    delivered_today: int
    failed: int

    @property
    def is_slow(self) -> bool:
        return self.oldest_seconds > SLOW.total_seconds()


def state(*, now: datetime) -> State:
    """One query. Today is the day in Asia/Shanghai."""
    today = city_time(now).replace(hour=0, minute=0, second=0, microsecond=0)
    waiting = Q(status__in=[Status.QUEUED, Status.CLAIMED])
    found = OutboxMessage.objects.filter(waiting | Q(status=Status.FAILED) | Q(sent_at__gte=today)).aggregate(
        waiting=Count("pk", filter=waiting),
        due=Count("pk", filter=waiting & Q(due_at__lte=now)),
        oldest=Min("due_at", filter=waiting & Q(due_at__lte=now)),
        sent=Count("pk", filter=Q(sent_at__gte=today)),
        delivered=Count("pk", filter=Q(sent_at__gte=today, delivered_at__isnull=False)),
        failed=Count("pk", filter=Q(status=Status.FAILED)),
    )
    oldest = int((now - found["oldest"]).total_seconds()) if found["oldest"] else 0
    return State(found["waiting"], found["due"], oldest, found["sent"], found["delivered"], found["failed"])


def failures() -> QuerySet[OutboxMessage]:
    """What reached nobody by the carrier it was given, newest first."""
    rows = OutboxMessage.objects.filter(status=Status.FAILED).exclude(kind=LOGIN_CODE)
    return rows.select_related("learner", "second_try").order_by("-created_at", "-pk")


def resend(*, by: User, message: OutboxMessage, now: datetime) -> None:
    """Back into the queue under the same key, so that a gateway which had taken it after all sends it once.

    Refused with MessageRefused: it did not fail, or it was a login code, of which nothing is kept.
    """
    if message.kind == LOGIN_CODE:
        raise MessageRefused(MessageRefusal.BLANKED)
    with transaction.atomic():
        failed = OutboxMessage.objects.filter(pk=message.pk, status=Status.FAILED)
        if not failed.update(status=Status.QUEUED, due_at=now, attempts=0, last_error=""):
            raise MessageRefused(MessageRefusal.NOT_FAILED)
        audit.record(by=by, verb="message_resent", target=message, now=now)


def report(*, receipt: str, arrived: bool, now: datetime) -> bool:
    """What a gateway says later about a message it took; False for a receipt that is not ours. Twice is once.

    What did not arrive has failed, and goes the next way.
    """
    with transaction.atomic():
        message = (
            OutboxMessage.objects.select_for_update(of=("self",))
            .select_related("learner__user")
            .filter(provider_receipt=receipt)
            .first()
        )
        if message is None:
            return False
        sent = OutboxMessage.objects.filter(pk=message.pk, status=Status.SENT, delivered_at__isnull=True)
        if arrived:
            sent.update(delivered_at=now)
        elif sent.update(status=Status.FAILED, last_error="not_delivered"):
            say_it_by_mail(message=message, now=now)
        return True
