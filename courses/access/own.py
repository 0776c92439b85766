"""What a learner sees of themselves."""

from django.db.models import Q, QuerySet

from courses.models import (
    Certificate,
    Dispute,
    Enrolment,
    ErasureRequest,
    Learner,
    LeaveRequest,
    MakeUp,
    Proof,
    Reveal,
)


def own_erasures(*, learner: Learner) -> QuerySet[ErasureRequest]:
    return ErasureRequest.objects.filter(learner=learner)


def own_make_ups(*, learner: Learner) -> QuerySet[MakeUp]:
    return MakeUp.objects.filter(enrolment__in=own_enrolments(learner=learner))


def own_leave(*, learner: Learner) -> QuerySet[LeaveRequest]:
    return LeaveRequest.objects.filter(enrolment__in=own_enrolments(learner=learner))


def own_disputes(*, learner: Learner) -> QuerySet[Dispute]:
    return Dispute.objects.filter(enrolment__in=own_enrolments(learner=learner))


def own_proofs(*, learner: Learner) -> QuerySet[Proof]:
    return Proof.objects.filter(learner=learner, deleted_at__isnull=True)


def own_certificates(*, learner: Learner) -> QuerySet[Certificate]:
    return Certificate.objects.filter(completion__enrolment__in=own_enrolments(learner=learner))


def own_reveals(*, learner: Learner) -> QuerySet[Reveal]:
    """Who looked at the record and at those that were merged into it."""
    return Reveal.objects.filter(Q(learner=learner) | Q(learner__merge__kept=learner))


def own_enrolments(*, learner: Learner) -> QuerySet[Enrolment]:
    """Of the record and of those that were merged into it."""
    return Enrolment.objects.filter(Q(learner=learner) | Q(learner__merge__kept=learner))
