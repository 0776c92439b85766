"""The way to a self-service enrolment: one question at a time, each answer kept on the server until the last one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Self

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from courses import policy as policies
from courses.models import EnrolmentDraft, Learner, LearnerCategory, TrainingClass, User
from courses.people.particulars import Particulars, amend
from courses.people.phones import normalise_mobile
from courses.refusals import Refused

# A diploma that lies further away is a slip of the finger.
DIPLOMA_YEARS = 8


class DraftRefusal(StrEnum):
    UNKNOWN_CATEGORY = "unknown_category"
    DATE_UNLIKELY = "date_unlikely"
    NOT_ALL_DECLARED = "not_all_declared"


class DraftRefused(Refused):
    sentences = {
        DraftRefusal.UNKNOWN_CATEGORY: _("请从列表中选择一项，未保存。"),
        DraftRefusal.DATE_UNLIKELY: _("毕业日期看起来不对，未保存。请核对年份。"),
        DraftRefusal.NOT_ALL_DECLARED: _("还有条件没有勾选，未保存。请逐条确认；有不符合的，请看看其他课程。"),
    }


@dataclass(frozen=True)
class Answers:
    """What has been answered so far; None is not asked or not answered, and leaves what is on record."""

    category: str | None = None
    phone: str | None = None
    graduates_on: date | None = None
    declared: tuple[str, ...] = ()

    @classmethod
    def read(cls, stored: dict[str, Any] | None) -> Self:
        stored = dict(stored or {})
        if stored.get("graduates_on"):
            stored["graduates_on"] = date.fromisoformat(stored["graduates_on"])
        return cls(**{**stored, "declared": tuple(stored.get("declared", ()))})

    @property
    def anything(self) -> bool:
        return self != Answers()


def answer_category(*, learner: Learner, training_class: TrainingClass, category: str, now: datetime) -> None:
    """Refused with DraftRefused for a category that no list has."""
    if not LearnerCategory.objects.filter(key=category).exists():
        raise DraftRefused(DraftRefusal.UNKNOWN_CATEGORY)
    _keep(learner, training_class, now, category=category)


def answer_phone(*, learner: Learner, training_class: TrainingClass, phone: str, now: datetime) -> None:
    """Where messages go; the login keeps its own phone. Refused with PhoneRefused."""
    _keep(learner, training_class, now, phone=normalise_mobile(phone))


def answer_graduation(*, learner: Learner, training_class: TrainingClass, day: date, now: datetime) -> None:
    """Refused with DraftRefused for a day that is years away."""
    if abs(day.year - policies.local_date(now).year) > DIPLOMA_YEARS:
        raise DraftRefused(DraftRefusal.DATE_UNLIKELY)
    _keep(learner, training_class, now, graduates_on=day.isoformat())


def answer_criteria(*, learner: Learner, training_class: TrainingClass, declared: Sequence[str], now: datetime) -> None:
    """Refused with DraftRefused unless every criterion of this kind of training is confirmed."""
    policy = policies.of_class(training_class=training_class, on=policies.local_date(now))
    wanted = [key for key, *_words in policy.criteria.get(training_class.kind_key, [])]
    if set(wanted) - set(declared):
        raise DraftRefused(DraftRefusal.NOT_ALL_DECLARED)
    _keep(learner, training_class, now, declared=wanted)


def _keep(learner: Learner, training_class: TrainingClass, now: datetime, **said: Any) -> None:
    with transaction.atomic():
        draft, _created = EnrolmentDraft.objects.select_for_update().get_or_create(
            learner=learner,
            training_class=training_class,
            defaults={"answers": {}, "updated_at": now},  # type: ignore[misc]
        )
        draft.answers = {**draft.answers, **said}
        draft.updated_at = now
        draft.save(update_fields=["answers", "updated_at"])


def settle(
    *, learner: Learner, training_class: TrainingClass, answers: Answers, by: User | None, now: datetime
) -> None:
    """The application takes the answers over: they become the learner's particulars, and the draft goes."""
    category = LearnerCategory.objects.get(key=answers.category) if answers.category else None
    particulars = Particulars(category=category, phone=answers.phone, graduates_on=answers.graduates_on)
    amend(learner=learner, particulars=particulars, by=by, now=now)
    EnrolmentDraft.objects.filter(learner=learner, training_class=training_class).delete()


def prune_drafts(*, now: datetime) -> int:
    """Drafts left lying for `draft_days` go; gives how many."""
    days = policies.current(on=policies.local_date(now)).draft_days
    return EnrolmentDraft.objects.filter(updated_at__lt=now - timedelta(days=days)).delete()[0]
