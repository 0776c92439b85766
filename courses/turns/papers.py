"""Approved completions and their certificates: which are in question, which still lack the paper."""

from django.db.models import Exists, OuterRef, QuerySet

from courses.models import Completion, Revocation, Undercut


def in_question(rows: QuerySet[Completion]) -> QuerySet[Completion]:
    """A revocation waits for its decision, or what undercuts the completion does. A confirmed one waits with its
    revocation; where that was dropped, two people have said that the completion stands."""
    proposed = Revocation.objects.filter(completion=OuterRef("pk"), status=Revocation.Status.PROPOSED)
    shown = Undercut.objects.filter(completion=OuterRef("pk"), status=Undercut.Status.OPEN)
    return rows.filter(Exists(proposed) | Exists(shown))


def uncertified() -> QuerySet[Completion]:
    """Approved, without a certificate yet, and nothing about them is left to decide."""
    lacking = Completion.objects.filter(
        status=Completion.Status.APPROVED, certificates__isnull=True, enrolment__learner__erased_at__isnull=True
    )
    return lacking.exclude(pk__in=in_question(lacking))
