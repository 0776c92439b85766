"""The way to 实名: one question at a time, each answer kept on the server until the last one.

What is handled is told and agreed to first: before that no answer is taken, and the document number comes after it.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Self

from django.db import transaction

from courses import policy as policies
from courses.models import District, EducationLevel, IdentityDraft, Learner, LearnerCategory, User
from courses.models.catalogue import Named
from courses.people.consents import newest_notices
from courses.people.learners import (
    IdentityRefusal,
    IdentityRefused,
    checked_document,
    choice,
    hold_unproved,
    verify_identity,
)


class IdentityStep(StrEnum):
    """The questions in the order in which they are asked."""

    CONSENT = "consent"
    NAME = "name"
    DOCUMENT = "document"
    DISTRICT = "district"
    EDUCATION = "education"
    CATEGORY = "category"


LISTS: dict[IdentityStep, type[Named]] = {
    IdentityStep.DISTRICT: District,
    IdentityStep.EDUCATION: EducationLevel,
    IdentityStep.CATEGORY: LearnerCategory,
}
ANSWERED_BY = {IdentityStep.DOCUMENT: "number"}


@dataclass(frozen=True)
class IdentityAnswers:
    """What has been answered so far; choices by the keys of the reference lists, `consent` the versions agreed to."""

    consent: tuple[str, ...] | None = None
    name: str = ""
    kind: str = ""
    number: str = ""
    district: str = ""
    education: str = ""
    category: str = ""

    def __repr__(self) -> str:
        return f"<IdentityAnswers to {', '.join(sorted(self.given))}>"

    @classmethod
    def read(cls, stored: dict[str, Any]) -> Self:
        agreed = stored.get("consent")
        return cls(**{**stored, "consent": None if agreed is None else tuple(agreed)})

    @property
    def given(self) -> set[IdentityStep]:
        asked = {step: getattr(self, ANSWERED_BY.get(step, step.value)) for step in IdentityStep}
        return {step for step, answer in asked.items() if answer not in ("", None)}


def answers_of(*, learner: Learner) -> IdentityAnswers:
    """What the learner has answered; a consent to a text that is not the newest any more is none,
    nor is a choice that was taken from its list meanwhile."""
    draft = IdentityDraft.objects.filter(learner=learner).first()
    answers = IdentityAnswers.read(draft.answers) if draft else IdentityAnswers()
    gone: dict[str, Any] = {
        step.value: "" for step, model in LISTS.items() if not _is_listed(model, getattr(answers, step))
    }
    answers = replace(answers, **gone)
    return answers if answers.consent == _versions() else replace(answers, consent=None)


def _is_listed(model: type[Named], key: str) -> bool:
    return not key or model._default_manager.filter(key=key).exists()


def open_steps(*, answers: IdentityAnswers) -> list[IdentityStep]:
    return [step for step in IdentityStep if step not in answers.given]


def agree(*, learner: Learner, consent: bool, document: bool, now: datetime) -> None:
    """Two consents, the document number by itself, for it is sensitive. Refused with IdentityRefused without either."""
    if not consent:
        raise IdentityRefused(IdentityRefusal.CONSENT_MISSING)
    if not document:
        raise IdentityRefused(IdentityRefusal.DOCUMENT_CONSENT_MISSING)
    _keep(learner, now, consent=list(_versions()))


def answer_name(*, learner: Learner, name: str, now: datetime) -> None:
    """Refused with IdentityRefused for an empty one."""
    if not name.strip():
        raise IdentityRefused(IdentityRefusal.NAME_MISSING)
    _answer(learner, now, name=name.strip())


def answer_document(*, learner: Learner, kind_key: str, number: str, now: datetime) -> None:
    """Type and number belong together. Refused with IdentityRefused: a number that cannot be, a citizen under the age
    of policy; whose it is is asked with the last step."""
    checked = checked_document(kind_key=kind_key, number=number, now=now)
    _answer(learner, now, kind=checked.kind.value, number=checked.number)


def answer_choice(*, learner: Learner, step: IdentityStep, key: str, now: datetime) -> None:
    """Refused with IdentityRefused for what the list of this question does not have."""
    if choice(LISTS[step], key) is None:
        raise IdentityRefused(IdentityRefusal.UNKNOWN_CHOICE, value=key)
    _answer(learner, now, **{step.value: key})


def complete(*, learner: Learner, by: User, now: datetime) -> Learner:
    """The answers become the record, as `verify_identity`, and the draft goes. Refused with IdentityRefused; then every
    answer is still there to be changed."""
    answers = answers_of(learner=learner)
    with transaction.atomic():
        own = verify_identity(
            learner=learner,
            kind_key=answers.kind,
            number=answers.number,
            name=answers.name,
            education_id=choice(EducationLevel, answers.education),
            category_id=choice(LearnerCategory, answers.category),
            district_id=choice(District, answers.district),
            consent=answers.consent is not None,
            by=by,
            now=now,
        )
        IdentityDraft.objects.filter(learner__in=(learner, own)).delete()
    return own


def prune(*, now: datetime) -> int:
    """Answers left lying for `draft_days` go; gives how many learners' they were."""
    days = policies.current(on=policies.local_date(now)).draft_days
    return IdentityDraft.objects.filter(updated_at__lt=now - timedelta(days=days)).delete()[0]


def _versions() -> tuple[str, ...]:
    return tuple(f"{notice.key}:{notice.version}" for notice in newest_notices())


def _answer(learner: Learner, now: datetime, **said: str) -> None:
    if answers_of(learner=learner).consent is None:
        raise IdentityRefused(IdentityRefusal.CONSENT_MISSING)
    _keep(learner, now, **said)


def _keep(learner: Learner, now: datetime, **said: Any) -> None:
    with transaction.atomic():
        hold_unproved(learner)
        draft, _created = IdentityDraft.objects.select_for_update().get_or_create(
            learner=learner,
            defaults={"answers": {}, "updated_at": now},  # type: ignore[misc]
        )
        draft.answers = {**draft.answers, **said}
        draft.updated_at = now
        draft.save(update_fields=["answers", "updated_at"])
