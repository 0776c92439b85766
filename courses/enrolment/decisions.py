"""One enrolment becomes something else: written, recorded and told in one way, whoever decides it.

Whoever changes a class's occupancy holds its row first (`hold_class`): the lock on SQLite and PostgreSQL alike.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import F, QuerySet
from django.utils import translation

from courses import audit, notices
from courses import policy as policies
from courses.enrolment.eligibility import Finding, as_rows
from courses.enrolment.refusals import EnrolmentRefusal, EnrolmentRefused
from courses.enrolment.weighing import Weighed, weigh
from courses.models import Enrolment, Learner, TrainingClass, User

Status = Enrolment.Status


def hold_class(*class_ids: int) -> None:
    """Keep everybody else from these classes' seats until the transaction ends; always in the same order."""
    for pk in sorted(class_ids):
        TrainingClass.objects.filter(pk=pk).update(arrivals=F("arrivals"))


def refuse_erased(*, learners: Collection[int], hold: bool = False) -> None:
    """Nobody whose record was emptied gets a place. With `hold`, an erasure that is being written is waited for, and
    one that comes later waits for the end of this transaction."""
    rows = Learner.objects.filter(pk__in=learners)
    if hold:
        rows = rows.select_for_update(no_key=True).order_by("pk")
    if any(erased_at is not None for erased_at in rows.values_list("erased_at", flat=True)):
        raise EnrolmentRefused(EnrolmentRefusal.NOT_VERIFIED)


def weigh_again(enrolment: Enrolment, now: datetime) -> Weighed:
    """What the rules find when a waiting or applied learner is about to be admitted; kept with the decision."""
    weighed = weigh(
        learner=enrolment.learner,
        training_class=enrolment.training_class,
        declared=enrolment.declared,
        category=enrolment.category.key if enrolment.category else None,
        now=now,
    )
    enrolment.findings = as_rows(weighed.found)
    return weighed


def still_blocked(*, enrolment: Enrolment, now: datetime) -> str:
    """The sentence of the rule that now keeps this learner from a seat, as it is kept; empty where none does."""
    blocking = weigh_again(enrolment, now).blocking
    return kept_words(blocking) if blocking else ""


def kept_words(finding: Finding) -> str:
    """A reason is kept in the language of the house, whoever's request brought it about."""
    with translation.override(settings.LANGUAGE_CODE):
        return finding.sentence


def waiting_list(*, training_class_id: int) -> QuerySet[Enrolment]:
    return Enrolment.objects.filter(training_class_id=training_class_id, status=Status.WAITLISTED).order_by(
        "arrival_no"
    )


def place(*, enrolment: Enrolment) -> int:
    """How many wait ahead, plus one; 0 for those who do not wait."""
    if enrolment.status != Status.WAITLISTED:
        return 0
    return (
        waiting_list(training_class_id=enrolment.training_class_id).filter(arrival_no__lt=enrolment.arrival_no).count()
        + 1
    )


def become(
    by: User | None,
    enrolment: Enrolment,
    from_: tuple[Status, ...],
    to: Status,
    reason: str,
    now: datetime,
    *,
    why: str = "",
    **also: Any,
) -> None:
    """Write the decision with what else it sets, and record it. Refused where another decision was faster."""
    values = {"status": to, "decided_at": now, "decided_by": by, "reason": reason.strip()[:200], "why": why, **also}
    if to in Enrolment.SEATED:
        # 人员类别 as stated with the application; whatever the learner becomes later, this training was given to that.
        enrolment.category_id = enrolment.category_id or enrolment.learner.category_id
        values |= {"category_id": enrolment.category_id, "findings": enrolment.findings}
    if to == Status.ADMITTED:
        values["admitted_at"] = enrolment.admitted_at = now
    changed = Enrolment.objects.filter(pk=enrolment.pk, status__in=from_).update(**values)
    if not changed:
        raise EnrolmentRefused(EnrolmentRefusal.WRONG_STATUS, status=Status(enrolment.status).label)
    for name, value in ({"status": to, "decided_at": now, "reason": reason, "why": why} | also).items():
        setattr(enrolment, name, value)
    audit.record(by=by, verb=f"enrolment_{to}", target=enrolment, now=now, detail={"arrival_no": enrolment.arrival_no})


def take_offer_back(offered: Enrolment) -> None:
    """An offer that ends is not told of any more where nobody has been given its message yet; the class is held."""
    if offered.decided_at is not None:
        moments = {offered.learner_id: {offered.decided_at}}
        kinds = (f"enrolment_{Status.OFFERED}",)
        notices.call_off(kinds=kinds, training_class=offered.training_class_id, moments=moments)


def review_of(*, enrolment: Enrolment) -> dict[str, int]:
    """What is said of the review that an application to a reviewed class still has before it: its working days."""
    training_class = enrolment.training_class
    reviewed = training_class.mode == TrainingClass.Mode.REVIEWED
    if not reviewed or enrolment.status not in (Status.APPLIED, Status.OFFERED):
        return {}
    policy = policies.of_class(training_class=training_class, on=policies.local_date(enrolment.applied_at))
    return {"days": policy.application_days}


def tell(
    enrolment: Enrolment,
    learner: Learner,
    now: datetime,
    *,
    kind: str = "",
    place: int = 0,
    expires_at: datetime | None = None,
    said_by: User | None = None,
    **said: str | bool,
) -> None:
    """One message of what this enrolment is now; `kind` where its status alone does not say it; `said_by` as
    `notices.queue`."""
    course = enrolment.training_class.course
    notices.queue(
        kind=kind or f"enrolment_{enrolment.status}",
        channel="sms",
        learner=learner,
        to=learner.phone,
        params={
            "course": course.name,
            "starts": enrolment.training_class.starts_on.isoformat(),
            "number": enrolment.number,
            "place": place,
            "reason": enrolment.reason,
            **review_of(enrolment=enrolment),
            **said,
        },
        now=now,
        expires_at=expires_at,
        training_class=enrolment.training_class,
        said_by=said_by,
    )
