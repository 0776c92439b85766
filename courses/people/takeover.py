"""A record that an institution or another system opened for somebody comes to its owner's own login.

The record with the history stays; the login's first, empty one ends in a `PersonMerge` row, and what hung on it moves.
"""

from datetime import datetime

from courses import audit
from courses.models import (
    Attendance,
    Consent,
    Device,
    Enrolment,
    EnrolmentDraft,
    Evidence,
    IdentityDocument,
    IdentityDraft,
    Learner,
    OutboxMessage,
    PersonMerge,
    Proof,
    User,
)


def has_history(learner: Learner) -> bool:
    """Whether a record holds what counts or leads to it, so that two people have to look before it is merged."""
    histories = (Enrolment, Evidence, Attendance, IdentityDocument)
    return any(model._default_manager.filter(learner=learner).exists() for model in histories)


def take_over(*, held: Learner, empty: Learner, by: User | None, now: datetime) -> bool:
    """Give the login of `empty` to `held`, with everything live that hangs on `empty`, in the caller's transaction.

    False where another login was faster.
    """
    user = empty.user
    assert user is not None
    Learner.objects.filter(pk=empty.pk).update(user=None, phone="", email="")
    if not Learner.objects.filter(pk=held.pk, user__isnull=True).update(user=user):
        return False
    if empty.email and not held.email:
        Learner.objects.filter(pk=held.pk).update(email=empty.email)
        held.email = empty.email
    held.user, empty.user, empty.phone, empty.email = user, None, "", ""
    move_belongings(of=empty, to=held)
    PersonMerge.objects.create(kept=held, merged=empty, by=by or user, at=now, reason="本人实名，认领已登记的记录")
    audit.record(by=by, verb="record_taken_over", target=held, now=now, detail={"merged": empty.number})
    return True


def move_belongings(*, of: Learner, to: Learner) -> None:
    """What hangs on a record beside its history. Of what both have one of, that of the record that stays stays."""
    empty, held = of, to
    Device.objects.filter(learner=empty).update(learner=held)
    OutboxMessage.objects.filter(learner=empty).update(learner=held)
    drafts = EnrolmentDraft.objects.filter(learner=empty)
    drafts.filter(training_class__in=EnrolmentDraft.objects.filter(learner=held).values("training_class")).delete()
    drafts.update(learner=held)
    # Half an answer to who somebody is: the record that stays knows it.
    IdentityDraft.objects.filter(learner=empty).delete()
    given = Consent.objects.filter(learner=held).values("notice")
    Consent.objects.filter(learner=empty).exclude(notice__in=given).update(learner=held)
    kept = {(row.category_id, row.digest) for row in Proof.objects.filter(learner=held, deleted_at__isnull=True)}
    for proof in Proof.objects.filter(learner=empty, deleted_at__isnull=True):
        if (proof.category_id, proof.digest) not in kept:
            Proof.objects.filter(pk=proof.pk).update(learner=held)
