"""What became of the messages: how long the oldest waits, what reached nobody, what a gateway reports later."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.db import transaction
from django.db.models import Count, Min, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from courses import audit
from courses.models import Enrolment, OutboxMessage, User
from courses.notices.outbox import say_it_by_mail
from courses.notices.texts import BLANKED
from courses.notices.timing import city_time, due
from courses.refusals import Refused

Status = OutboxMessage.Status
SLOW = timedelta(minutes=5)
# What is older is no matter of an outage, and is looked at one by one.
TOGETHER = timedelta(days=3)
OFFER = "enrolment_offered"


class MessageRefusal(StrEnum):
    QUEUED_ALREADY = "queued_already"
    SENT_ALREADY = "sent_already"
    BLANKED = "blanked"
    OUTDATED = "outdated"
    TOLD_ALREADY = "told_already"
    HOW_MISSING = "how_missing"
    NOTHING_LEFT = "nothing_left"


class MessageRefused(Refused):
    sentences = {
        MessageRefusal.QUEUED_ALREADY: _("这条消息已经在发送队列里，没有重复放入。不用再按，稍后刷新看是否送达。"),
        MessageRefusal.SENT_ALREADY: _("这条消息已经送出，没有重发。不用再办。"),
        MessageRefusal.OUTDATED: _("这条消息说的空位已经不再保留，或者已经过期，没有重发。请看报名现在的状态。"),
        MessageRefusal.TOLD_ALREADY: _("这几条已经有人告知，或者已经过期，没有再记。不用再办。"),
        MessageRefusal.HOW_MISSING: _("没有选怎样告知的，未保存。请选当面、打电话或托人转告。"),
        MessageRefusal.NOTHING_LEFT: _("没有可以一起重发的消息，没有重发。多半已经有人重发过，请刷新后再看。"),
        MessageRefusal.BLANKED: _("这类消息送出后不留内容，没有重发。登录验证码请本人重新获取。"),
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


def failures(*, kinds: Collection[str] = (), error: str = "") -> QuerySet[OutboxMessage]:
    """What reached nobody by the carrier it was given, newest first; of these kinds and this cause where any is
    named."""
    rows = OutboxMessage.objects.filter(status=Status.FAILED).exclude(kind__in=BLANKED)
    rows = rows.filter(kind__in=kinds) if kinds else rows
    rows = rows.filter(last_error=error) if error else rows
    return rows.select_related("learner", "second_try").order_by("-created_at", "-pk")


def outdated(*, messages: Sequence[OutboxMessage], now: datetime) -> set[int]:
    """Those (by id) whose words are no longer true: their time is over, or the offer that they tell of was answered.

    One statement.
    """
    offers = {message.pk: str(message.params.get("number", "")) for message in messages if message.kind == OFFER}
    stand = set(
        Enrolment.objects.filter(
            number__in=offers.values(), status=Enrolment.Status.OFFERED, offer_until__gt=now
        ).values_list("number", flat=True)
    )
    over = {message.pk for message in messages if message.expires_at is not None and message.expires_at <= now}
    return over | {pk for pk, number in offers.items() if number not in stand}


def resend(*, by: User, message: OutboxMessage, now: datetime) -> datetime:
    """Back into the queue under the same key, so that a gateway which had taken it after all sends it once. Gives when
    it goes out: nobody's phone rings at night.

    Refused with MessageRefused: it is on its way or sent already, it is of a kind of which nothing is kept, or it is
    out of date.
    """
    if message.kind in BLANKED:
        raise MessageRefused(MessageRefusal.BLANKED)
    if outdated(messages=[message], now=now):
        raise MessageRefused(MessageRefusal.OUTDATED)
    at = due(kind=message.kind, channel=message.channel, now=now)
    with transaction.atomic():
        if not _queued_again(message, now):
            raise MessageRefused(_what_happened(message))
        audit.record(by=by, verb="message_resent", target=message, now=now)
    return at


def sendable(*, kinds: Collection[str] = (), error: str = "", now: datetime) -> list[OutboxMessage]:
    """Those of the failures that are worth another try together: of the last `TOGETHER`, neither said by word of mouth
    nor taken by mail instead, and still true. A mail that failed in the place of an SMS goes with that SMS."""
    rows = failures(kinds=kinds, error=error).filter(created_at__gt=now - TOGETHER, told_at=None, instead_of=None)
    lost = list(rows.exclude(second_try__status__in=(Status.QUEUED, Status.CLAIMED, Status.SENT)))
    over = outdated(messages=lost, now=now)
    return [message for message in lost if message.pk not in over]


def resend_all(*, by: User, kinds: Collection[str] = (), error: str = "", now: datetime) -> int:
    """As `resend`, everything that is `sendable` by these filters; gives how many went back into the queue. They leave
    it as fast as the budgets let any message leave. Refused with MessageRefused where nothing is left."""
    with transaction.atomic():
        wanted = sendable(kinds=kinds, error=error, now=now)
        sent = [message for message in wanted if _queued_again(message, now)]
        if not sent:
            raise MessageRefused(MessageRefusal.NOTHING_LEFT)
        audit.record_many(by=by, verb="message_resent", targets=[(message, {}) for message in sent], now=now)
    return len(sent)


def _queued_again(message: OutboxMessage, now: datetime) -> bool:
    """False: it is not failed any more."""
    at = due(kind=message.kind, channel=message.channel, now=now)
    failed = OutboxMessage.objects.filter(pk=message.pk, status=Status.FAILED)
    return bool(failed.update(status=Status.QUEUED, due_at=at, attempts=0, last_error=""))


def _what_happened(message: OutboxMessage) -> MessageRefusal:
    """To one that is not failed any more: somebody pressed before, or the carrier reported after all."""
    message.refresh_from_db(fields=["status"])
    if message.status == Status.EXPIRED:
        return MessageRefusal.OUTDATED
    return MessageRefusal.SENT_ALREADY if message.status == Status.SENT else MessageRefusal.QUEUED_ALREADY


def report(*, receipt: str, arrived: bool, now: datetime) -> bool:
    """What a gateway says later about a message it took; False for a receipt that is not ours. Twice is once.

    What did not arrive has failed, and goes the next way.
    """
    with transaction.atomic():
        message = (
            OutboxMessage.objects.select_for_update(of=("self",))
            .select_related("learner", "user")
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
