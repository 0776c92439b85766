"""The outbox: rows written with their cause, handed over by whoever claims them first."""

import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q

from courses.models import Learner, OutboxMessage, RateCount, TrainingClass, User
from courses.notices.carriers import CarrierRefusal, CarrierRefused, Letter, carrier_of
from courses.notices.texts import BLANKED, SENTENCES, spoken, text_of
from courses.notices.timing import due, over_a_days_share, seconds_until_the_city_may_send

LOG = logging.getLogger(__name__)
Status = OutboxMessage.Status
Channel = OutboxMessage.Channel
ATTEMPTS_MAX = 8
CLAIM_LIFE = timedelta(minutes=2)
PAUSE_MAX = timedelta(hours=1)
# Messages to a learner are read under /my/messages/ for two years; a login code is of use to nobody the next month.
KEPT = timedelta(days=30)
KEPT_FOR_LEARNERS = timedelta(days=730)


def queue(
    *,
    kind: str,
    channel: str,
    params: dict[str, Any],
    now: datetime,
    to: str = "",
    learner: Learner | None = None,
    user: User | None = None,
    expires_at: datetime | None = None,
    language: str = "",
    first_at: datetime | None = None,
    training_class: TrainingClass | None = None,
    said_by: User | None = None,
) -> OutboxMessage:
    """Write a message in the transaction of its cause; who has no phone is told on the site alone, as is a `user` of
    the staff. In the language of the learner where none is given.

    Due now (or at `first_at`), or after the quiet hours. `training_class` is that whose institution says it to a
    learner who has no login either (`unheard`); `said_by` stands before the learner at this moment, and says what no
    phone will. A kind without a sentence is a LookupError, so that it is found where it is written and not where it is
    sent.
    """
    if kind not in SENTENCES:
        raise LookupError(kind)
    carrier = Channel(channel) if to else Channel.SITE
    return OutboxMessage.objects.create(
        kind=kind,
        channel=carrier,
        learner=learner,
        user=user,
        training_class=training_class,
        to=to,
        params=params,  # type: ignore[misc]
        language=language or (learner.language if learner else settings.LANGUAGE_CODE),
        **_by_mouth(said_by if not to else None, now),
        due_at=due(kind=kind, channel=carrier, now=first_at or now),
        expires_at=expires_at,
        created_at=now,
    )


def tell_staff(*, user: User, kind: str, params: dict[str, Any], now: datetime) -> OutboxMessage:
    """Somebody who works here reads it on the site in any case; by SMS who has given a phone, else by mail who has
    given an address."""
    by_mail = not user.phone and user.email and settings.EMAIL_CARRIER
    channel, to = (Channel.EMAIL, user.email) if by_mail else (Channel.SMS, user.phone)
    return queue(kind=kind, channel=channel, params=params, now=now, to=to, user=user)


def _by_mouth(said_by: User | None, now: datetime) -> dict[str, Any]:
    return {"told_at": now, "told_by": said_by, "told_how": OutboxMessage.How.IN_PERSON} if said_by else {}


@dataclass(frozen=True)
class Addressee:
    """What one of many is told. `to` is a phone; empty tells on the site alone."""

    learner: Learner
    params: dict[str, Any]
    training_class: TrainingClass
    to: str = ""


def queue_many(*, kind: str, channel: str, addressees: Sequence[Addressee], now: datetime, first_at: datetime) -> None:
    """One message to each, a second apart from `first_at` on: a crowd is no storm at the gateway. As `queue`.

    Those who fall into the quiet hours follow a second apart from their end on; the budgets count them like any other.
    """
    if kind not in SENTENCES:
        raise LookupError(kind)
    moments = _a_second_apart(kind, channel, len(addressees), first_at)
    OutboxMessage.objects.bulk_create(
        [
            OutboxMessage(
                kind=kind,
                channel=Channel(channel) if one.to else Channel.SITE,
                learner=one.learner,
                training_class=one.training_class,
                to=one.to,
                params=one.params,  # type: ignore[misc]
                language=one.learner.language,
                due_at=moment,
                created_at=now,
            )
            for one, moment in zip(addressees, moments, strict=True)
        ],
        batch_size=500,
    )


def _a_second_apart(kind: str, channel: str, many: int, first_at: datetime) -> list[datetime]:
    moments: list[datetime] = []
    for _place in range(many):
        after = moments[-1] + timedelta(seconds=1) if moments else first_at
        moments.append(due(kind=kind, channel=channel, now=after))
    return moments


def call_off(
    *, kinds: Collection[str], training_class: int, moments: Mapping[int, Collection[datetime]]
) -> set[tuple[int, datetime]]:
    """Take back what was queued of this class for these learners at these moments and handed to nobody, second tries
    included; one sweep may have told a learner of two classes at one moment.

    Gives who is thereby not told at all, by moment: of a message that a carrier was tried with, one cannot know. What
    was said by word of mouth stays.
    """
    spared: set[tuple[int, datetime]] = set()
    pks = list(moments)
    for start in range(0, len(pks), 500):
        queued = OutboxMessage.objects.filter(
            kind__in=kinds,
            training_class=training_class,
            learner__in=pks[start : start + 500],
            status=Status.QUEUED,
            told_at=None,
        ).select_for_update(of=("self",))
        found = [
            (pk, (learner, first or at), attempts)
            for pk, learner, attempts, at, first in queued.values_list(
                "pk", "learner_id", "attempts", "created_at", "instead_of__created_at"
            )
            if (first or at) in moments[learner]
        ]
        OutboxMessage.objects.filter(pk__in=[pk for pk, _told, _attempts in found]).delete()
        spared |= {told for _pk, told, attempts in found if not attempts}
    return spared


def readdress(*, learner: Learner, to: str) -> None:
    """What no carrier has taken goes to the number that the learner has now, or stays on the site for want of one: the
    former one may be a stranger's. So does what failed or ran out, since somebody may send it again."""
    waits = OutboxMessage.objects.filter(learner=learner, channel=Channel.SMS).exclude(status=Status.SENT)
    waits.update(**({"to": to} if to else {"to": "", "channel": Channel.SITE}))


def readdress_mail(*, learner: Learner) -> None:
    """As `readdress`, of the mails that go out where no SMS arrived: to the address of now, or not at all."""
    waits = OutboxMessage.objects.filter(learner=learner, channel=Channel.EMAIL).exclude(status=Status.SENT)
    if learner.email:
        waits.update(to=learner.email)
    else:
        waits.delete()


def take_back(*, message: OutboxMessage) -> bool:
    """Take back one message that nobody has handed over. True: its reader knows nothing of it."""
    queued = OutboxMessage.objects.filter(pk=message.pk, status=Status.QUEUED).select_for_update().first()
    if queued is None:
        return False
    queued.delete()
    return not queued.attempts


def put_off(*, message: OutboxMessage, until: datetime, now: datetime, **said: str) -> None:
    """What a message that has reached nobody says has another end: it tells that one, also by mail, whenever it goes
    out. One that ran out in the queue goes back into it."""
    open_ones = OutboxMessage.objects.filter(Q(pk=message.pk) | Q(instead_of=message), told_at=None)
    ran_out = open_ones.filter(status=Status.EXPIRED)
    ran_out.update(status=Status.QUEUED, attempts=0, due_at=due(kind=message.kind, channel=message.channel, now=now))
    waits = open_ones.filter(status__in=(Status.QUEUED, Status.FAILED))
    waits.update(params={**message.params, **said}, expires_at=until)


def deliver_due(*, now: datetime, clock: Callable[[], datetime] | None = None, limit: int = 100) -> int:
    """Hand over what is due at `now`, soonest to expire first; returns how many were taken.

    `clock` is asked before each message, so that a claim is as young as it says however long the others took; without
    it the whole batch is handed over at `now`.

    A message that cannot even be read (its key is gone, a value is missing) holds up none behind it; it stays claimed
    and is tried again like any that nobody finished.
    """
    ids = (
        OutboxMessage.objects.filter(_claimable(now))
        .order_by(F("expires_at").asc(nulls_last=True), "due_at", "pk")
        .values_list("pk", flat=True)[:limit]
    )
    return sum(_tried(pk, clock() if clock else now) for pk in list(ids))


def _tried(message_id: int, now: datetime) -> bool:
    try:
        return deliver_one(message_id=message_id, now=now)
    except Exception as error:  # noqa: BLE001 (whatever it is, the next message is another's)
        LOG.error("message not readable", extra={"row": message_id, "why": type(error).__name__})  # noqa: TRY400
        return False


def deliver_one(*, message_id: int, now: datetime) -> bool:
    """Claim one message and hand it over. False: somebody else has it, it is not due, ran out, or was not taken.

    A claim that nobody finished within two minutes may be claimed again; the carrier gets the same key, so a gateway
    can tell a repeat. Eight attempts, 5 s to 1 h apart, however each of them ended; a rejection ends at once.
    """
    claimed = OutboxMessage.objects.filter(_claimable(now), pk=message_id).update(
        status=Status.CLAIMED, claimed_at=now, attempts=F("attempts") + 1
    )
    if not claimed:
        return False
    message = OutboxMessage.objects.select_related("learner", "user").get(pk=message_id)
    if message.expires_at is not None and message.expires_at <= now:
        _finish(message, Status.EXPIRED)
        return False
    if message.attempts > ATTEMPTS_MAX:
        # Each claim before ended without an answer: a worker killed, or a message that no carrier can be given.
        _give_up(message, "unfinished", now)
        return False
    if message.attempts == 1 and not _within_budget(message, now):
        return False
    try:
        receipt = carrier_of(channel=message.channel)(_letter(message))
    except CarrierRefused as refusal:
        _put_back(message, refusal, now)
        return False
    return _finish(message, Status.SENT, sent_at=now, provider_receipt=receipt, last_error="")


def _within_budget(message: OutboxMessage, now: datetime) -> bool:
    """Over the reader's day: told on the site alone. Over the city's hour: later, without having been an attempt."""
    pause = seconds_until_the_city_may_send(message=message, now=now)
    if pause:
        later = due(kind=message.kind, channel=message.channel, now=now + timedelta(seconds=pause))
        _of_claim(message).update(status=Status.QUEUED, due_at=later, attempts=0)
        return False
    if message.learner_id and over_a_days_share(message=message, now=now):
        _finish(message, Status.SENT, sent_at=now, channel=Channel.SITE, last_error="over_a_days_share")
        return False
    return True


def _claimable(now: datetime) -> Q:
    return Q(status=Status.QUEUED, due_at__lte=now) | Q(status=Status.CLAIMED, claimed_at__lte=now - CLAIM_LIFE)


def _letter(message: OutboxMessage) -> Letter:
    text = text_of(kind=message.kind, params=message.params, language=message.language)
    values = spoken(params=message.params, language=message.language)
    return Letter(message.to, text, message.kind, values, str(message.provider_key))


def _put_back(message: OutboxMessage, refusal: CarrierRefused, now: datetime) -> None:
    over = refusal.code == CarrierRefusal.REJECTED or message.attempts >= ATTEMPTS_MAX
    LOG.warning("message not taken", extra={"kind": message.kind, "attempt": message.attempts, "why": refusal.code})
    if over:
        _give_up(message, refusal.code.value, now)
        return
    pause = min(timedelta(seconds=5 * 4 ** (message.attempts - 1)), PAUSE_MAX)
    again = due(kind=message.kind, channel=message.channel, now=now + pause)
    _of_claim(message).update(status=Status.QUEUED, due_at=again, last_error=refusal.code.value)


def _give_up(message: OutboxMessage, error: str, now: datetime) -> None:
    with transaction.atomic():
        if _finish(message, Status.FAILED, last_error=error):
            say_it_by_mail(message=message, now=now)


def say_it_by_mail(*, message: OutboxMessage, now: datetime) -> OutboxMessage | None:
    """The next carrier for an SMS that did not arrive: mail, where a learner has confirmed an address or somebody of
    the staff has one; once.

    On the site both learners and staff read every message in any case; what reached nobody stands on the desk's list.
    """
    reader = message.learner or message.user
    if message.channel != Channel.SMS or reader is None or not reader.email or not settings.EMAIL_CARRIER:
        return None
    mail, made = OutboxMessage.objects.get_or_create(
        instead_of=message,
        defaults={
            "kind": message.kind,
            "channel": Channel.EMAIL,
            "learner": message.learner,
            "user": message.user,
            "training_class": message.training_class,
            "to": reader.email,
            "params": message.params,
            "language": message.language,
            "due_at": now,
            "created_at": now,
        },
    )
    if not made:
        # The SMS was sent again and did not arrive again.
        failed = OutboxMessage.objects.filter(pk=mail.pk, status=Status.FAILED)
        failed.update(status=Status.QUEUED, attempts=0, due_at=now, last_error="")
    return mail


def _finish(message: OutboxMessage, status: Status, **values: Any) -> bool:
    """Close a claim that is still ours; a login code leaves the row with it, and so does who was told of an erasure."""
    if message.kind in BLANKED:
        values |= {"params": {}, "to": ""}
    return bool(_of_claim(message).update(status=status, **values))


def _of_claim(message: OutboxMessage) -> Any:
    return OutboxMessage.objects.filter(pk=message.pk, status=Status.CLAIMED, claimed_at=message.claimed_at)


def prune(*, now: datetime) -> int:
    """Drop what is over: finished messages past their time, and counters whose window has closed."""
    RateCount.objects.filter(expires_at__lte=now).delete()
    finished = OutboxMessage.objects.filter(status__in=(Status.SENT, Status.FAILED, Status.EXPIRED))
    old = Q(learner__isnull=True, created_at__lte=now - KEPT) | Q(created_at__lte=now - KEPT_FOR_LEARNERS)
    return finished.filter(old).delete()[0]
