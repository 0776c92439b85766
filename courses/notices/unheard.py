"""What reached a learner by no carrier, and is said by word of mouth."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from courses import audit
from courses.models import Enrolment, Learner, OutboxMessage, TrainingClass, User
from courses.notices.fate import OFFER, MessageRefusal, MessageRefused
from courses.notices.texts import text_of

Status = OutboxMessage.Status
How = OutboxMessage.How
# Said on the site alone, whether for want of a phone or above a day's share, or given up by the carrier.
NOT_CARRIED = Q(channel=OutboxMessage.Channel.SITE) | Q(status=Status.FAILED)


# Who has a login reads the rest on the site in time; a seat is gone by then, so that its offer is said to them too.
NOT_READ = Q(learner__user__isnull=True) | Q(
    Q(second_try__isnull=True) | Q(second_try__status__in=(Status.FAILED, Status.EXPIRED)),
    kind=OFFER,
    status=Status.FAILED,
)


def unheard(*, now: datetime) -> QuerySet[OutboxMessage]:
    """Messages that are due and that their learner can neither receive nor read, since there is no login, and that
    nobody has said yet; an offer that no carrier took among them, login or not. Each belongs to the class whose
    institution says it. What is over, or answered, is said no more."""
    return _unsaid(now).filter(due_at__lte=now)


def _unsaid(now: datetime) -> QuerySet[OutboxMessage]:
    """Those that are not due yet among them: a crowd is told a second apart."""
    rows = OutboxMessage.objects.filter(
        NOT_CARRIED,
        NOT_READ,
        ~Q(kind=OFFER) | Exists(_standing_offer()),
        Q(expires_at__isnull=True) | Q(expires_at__gt=now),
        training_class__isnull=False,
        told_at__isnull=True,
        learner__isnull=False,
        learner__erased_at__isnull=True,
        learner__merge__isnull=True,
    )
    return rows.exclude(status=Status.EXPIRED)


def _standing_offer() -> QuerySet[Enrolment]:
    """The offer that a message tells of, while it stands."""
    return Enrolment.objects.filter(
        learner=OuterRef("learner"),
        training_class=OuterRef("training_class"),
        decided_at=OuterRef("created_at"),
        status=Enrolment.Status.OFFERED,
    )


def count_unheard(*, training_class: TrainingClass, now: datetime) -> int:
    """Whom a deed of this moment concerns and nothing tells."""
    rows = _unsaid(now).filter(training_class=training_class, created_at=now)
    return rows.values("learner").distinct().count()


def is_reached(*, learner: Learner) -> bool:
    """By a phone, or on the site by a login."""
    return bool(learner.phone) or learner.user_id is not None


def words_to_say(*, message: OutboxMessage) -> str:
    """The sentence for whoever says it, in the language that is being read; the link of an offer is the learner's own
    and stays out of it."""
    params = dict(message.params)
    if message.kind == OFFER:
        params["link"] = _("报名链接（这里不显示）")
    return text_of(kind=message.kind, params=params, language=get_language() or message.language)


def acknowledge(*, by: User, training_class: TrainingClass, keys: Collection[UUID], how: str, now: datetime) -> int:
    """Somebody has said these messages of a class to their learner. Gives how many; what was said meanwhile by another,
    or is over, is none of them. Refused with MessageRefused where nothing is left, and without a way that is known."""
    if how not in How.values:
        raise MessageRefused(MessageRefusal.HOW_MISSING)
    with transaction.atomic():
        rows = unheard(now=now).filter(training_class=training_class, provider_key__in=keys)
        told = list(rows.select_for_update(of=("self",)))
        if not told:
            raise MessageRefused(MessageRefusal.TOLD_ALREADY)
        OutboxMessage.objects.filter(pk__in=[row.pk for row in told]).update(told_at=now, told_by=by, told_how=how)
        said = [(row, {"how": how, "class": training_class.number}) for row in told]
        audit.record_many(by=by, verb="told_by_word_of_mouth", targets=said, now=now)
    return len(told)
