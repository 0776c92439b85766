"""Which version holds when, and for which class."""

from datetime import date
from functools import lru_cache
from typing import Any

from courses.models import PolicyVersion, TrainingClass, User
from courses.policy.document import DEFAULTS, Policy
from courses.policy.refusals import PolicyRefusal, PolicyRefused
from courses.policy.validation import validate


def publish(
    *,
    by: User | None,
    number: str,
    effective_on: date,
    document: dict[str, Any],
    note: str = "",
    is_exception: bool = False,
) -> PolicyVersion:
    """Add a version. Refused with PolicyRefused when a key is unknown, missing or of another type, or the date is
    taken.

    An exception version never comes into force by date: it holds only for the classes that are pinned to it.
    """
    validate(document)
    if not is_exception and PolicyVersion.objects.filter(effective_on=effective_on, is_exception=False).exists():
        raise PolicyRefused(PolicyRefusal.DATE_TAKEN, date=effective_on)
    return PolicyVersion.objects.create(
        number=number, effective_on=effective_on, document=document, note=note, by=by, is_exception=is_exception
    )


def current(*, on: date) -> Policy:
    return of_version(version_on(on=on))


def version_on(*, on: date) -> PolicyVersion:
    """The version in force on a date: the latest that is not later and is no exception."""
    found = PolicyVersion.objects.filter(effective_on__lte=on, is_exception=False).order_by("-effective_on").first()
    if found is None:
        raise PolicyVersion.DoesNotExist(f"no policy in force on {on}; run load_reference")
    return found


def of_class(*, training_class: TrainingClass, on: date) -> Policy:
    """The pinned version once the class is approved, until then the one in force."""
    version = training_class.policy_id
    return current(on=on) if version is None else of_pinned(version_id=version)


def parts_asked(*, training_class: TrainingClass) -> list[str]:
    """The scores and works that the pinned version asks of this kind of class; none before it is approved."""
    version = training_class.policy_id
    return [] if version is None else of_pinned(version_id=version).assessments.get(training_class.kind_key, [])


def line_of(*, kind: str, own: str, policy: Policy) -> str:
    """Toward which target a kind of training counts: as the version says, else as the list of kinds does (`own`)."""
    return policy.counts_as.get(kind, own)


def of_version(version: PolicyVersion) -> Policy:
    """A number within `signals` or `eligibility` that came after the version has its default, like any other key."""
    added = {key: {**DEFAULTS[key], **version.document.get(key, {})} for key in ("signals", "eligibility")}
    return Policy(**{**version.document, **added})


@lru_cache(maxsize=256)
def of_pinned(*, version_id: int) -> Policy:
    """Versions are immutable, so one read per process is enough."""
    return of_version(PolicyVersion.objects.get(pk=version_id))
