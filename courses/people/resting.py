"""A number that nobody used for long may be somebody else's by now: an SMS alone does not open the old account.

Who has the number answers with name and last four digits of the document, or a counter vouches for them face to face;
or says that the number is new to them, and the old account lets it go without being opened. Source: operators give a
number out again after some months (二次放号).
"""

import unicodedata
from datetime import datetime, timedelta
from enum import StrEnum

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from courses import audit, policy
from courses.models import IdentityDocument, Learner, User
from courses.notices import limits
from courses.people.learners import last4_digest
from courses.people.names import same_name
from courses.refusals import Refused

TRIES, TRIES_WINDOW = 5, timedelta(days=1)


class OwnerRefusal(StrEnum):
    WRONG = "wrong"
    TOO_MANY = "too_many"
    NO_LOGIN = "no_login"


class OwnerRefused(Refused):
    sentences = {
        OwnerRefusal.WRONG: _("姓名或证件后四位不对，还没有登录。请按实名时的证件填写，今天还可以试 %(left)s 次。"),
        OwnerRefusal.TOO_MANY: _("今天已试 5 次，还没有登录。请明天再试，或带证件到窗口办理。"),
        OwnerRefusal.NO_LOGIN: _("这位学员没有手机登录，未改动。请本人用自己的手机号登录一次。"),
    }


def is_resting(*, user: User, now: datetime) -> bool:
    """Whether the number of a login with a proved person was not used for `phone_rest_days`.

    A sign-in is use, since its code went to the number. A scan of a bound phone is not: the phone needs no number.
    """
    if not Learner.objects.filter(user=user, verified_at__isnull=False).exists():
        return False
    last = max(moment for moment in (user.date_joined, user.last_login, user.phone_verified_at) if moment is not None)
    return now - last > timedelta(days=policy.current(on=policy.local_date(now)).phone_rest_days)


def prove_owner(*, user: User, name: str, last4: str, now: datetime) -> None:
    """The person who proved the number is who the account belongs to. Which of the two is wrong is not told.

    Refused with OwnerRefused; five tries a day, counted before they are looked at.
    """
    taken = limits.take(what="owner", value=str(user.pk), window=TRIES_WINDOW, now=now)
    if taken.count > TRIES:
        raise OwnerRefused(OwnerRefusal.TOO_MANY)
    learner = Learner.objects.get(user=user)
    digest = last4_digest(last4=unicodedata.normalize("NFKC", last4).strip())
    known = IdentityDocument.objects.filter(learner=learner, until__isnull=True, last4_digest=digest).exists()
    if not (same_name(learner.name, name) and known):
        if taken.count == TRIES:
            raise OwnerRefused(OwnerRefusal.TOO_MANY)
        raise OwnerRefused(OwnerRefusal.WRONG, left=TRIES - taken.count)
    limits.forget(what="owner", value=str(user.pk))
    audit.record(by=user, verb="phone_reclaimed", target=user, now=now)


def let_go(*, user: User, now: datetime) -> None:
    """The number has another owner: the account keeps everything but the number, and no message goes there any more."""
    with transaction.atomic():
        held = User.objects.select_for_update().get(pk=user.pk)
        number = held.phone
        held.phone, held.phone_digest, held.phone_verified_at = "", None, None
        held.save(update_fields=["phone", "phone_digest", "phone_verified_at"])
        for learner in Learner.objects.filter(user=held):
            if learner.phone == number:
                learner.phone = ""
                learner.save(update_fields=["phone"])
        audit.record(by=None, verb="phone_let_go", target=held, now=now)


def vouch(*, by: User, learner: Learner, now: datetime) -> None:
    """The counter has seen person and document: the number is theirs as of today. Refused with OwnerRefused where the
    learner has no login with a number."""
    with transaction.atomic():
        own = User.objects.filter(learner=learner, phone_digest__isnull=False)
        if not own.update(phone_verified_at=now):
            raise OwnerRefused(OwnerRefusal.NO_LOGIN)
        audit.record(by=by, verb="phone_vouched", target=learner, now=now)
