"""Approved completions and their certificates: which are in question, which still lack the paper."""

from django.db.models import Q, QuerySet

from courses.models import Completion, Revocation, Undercut

# Of a completion: a revocation waits for its decision, or what undercuts it does. These are few, and read once.
IN_QUESTION = Q(
    pk__in=Revocation.objects.filter(status=Revocation.Status.PROPOSED).order_by().values("completion")
) | Q(pk__in=Undercut.objects.filter(status=Undercut.Status.OPEN).order_by().values("completion"))


def in_question(rows: QuerySet[Completion]) -> QuerySet[Completion]:
    """A revocation waits for its decision, or what undercuts the completion does. A confirmed one waits with its
    revocation; where that was dropped, two people have said that the completion stands."""
    return rows.filter(IN_QUESTION)


def uncertified() -> QuerySet[Completion]:
    """Approved, without a certificate yet, and nothing about them is left to decide."""
    lacking = Completion.objects.filter(
        status=Completion.Status.APPROVED, certificates__isnull=True, enrolment__learner__erased_at__isnull=True
    )
    return lacking.filter(~IN_QUESTION)
