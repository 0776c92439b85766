"""What an erasure would do to a citizen's records, and what stands in its way; reads only."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from courses import merging
from courses import policy as policies
from courses.models import (
    CertificateWithdrawal,
    Completion,
    CountEntry,
    Dispute,
    Enrolment,
    Learner,
    MergeProposal,
    Post,
    Revocation,
    TrainingClass,
    Undercut,
)

# Nothing of these is decided any more.
Status = Completion.Status


@dataclass(frozen=True)
class Outlook:
    """`obstacles` are sentences; `withdrawn` are the places given back with it; `kept` the classes whose files keep the
    name, until `kept_until`."""

    obstacles: list[str]
    withdrawn: list[Enrolment]
    kept: list[Enrolment]
    kept_until: date | None


def records_of(learner: Learner) -> list[Learner]:
    """The record that stays and those that were merged into it, whichever of them is in hand."""
    merged = getattr(learner, "merge", None)
    own = merged.kept if merged is not None else learner
    return list(merging.records_of(learner=own).select_related("user").order_by("pk"))


def outlook(*, learner: Learner, now: datetime) -> Outlook:
    records = records_of(learner)
    kept = list(kept_files(records).select_related("training_class__course"))
    withdrawn = to_withdraw(records, now).select_related("training_class__course").order_by("pk")
    return Outlook(list(obstacles(records, now)), list(withdrawn), kept, _kept_until(kept, now))


def to_withdraw(records: Sequence[Learner], now: datetime) -> QuerySet[Enrolment]:
    """Live places but for the seats of classes that have begun: those are history, or stand in the way."""
    begun = Q(status=Enrolment.Status.ADMITTED, training_class__starts_on__lte=policies.local_date(now))
    return Enrolment.objects.filter(learner__in=records, status__in=Enrolment.LIVE).exclude(begun)


def kept_files(records: Sequence[Learner]) -> QuerySet[Enrolment]:
    """The enrolments whose completion holds, or has ever counted."""
    counted = CountEntry.objects.filter(completion__enrolment=OuterRef("pk"))
    own = Enrolment.objects.filter(learner__in=records)
    return own.filter(Q(completion__status=Status.APPROVED) | Exists(counted)).order_by("training_class__ends_on")


def years_before(*, today: date, years: int) -> date:
    """A day that every month has, so that a file is rather kept a little longer."""
    return today.replace(year=today.year - years, day=min(today.day, 28))


def _kept_until(kept: Sequence[Enrolment], now: datetime) -> date | None:
    if not kept:
        return None
    years = policies.current(on=policies.local_date(now)).file_years
    return years_before(today=max(one.training_class.ends_on for one in kept), years=-years)


def obstacles(records: Sequence[Learner], now: datetime) -> Iterator[str]:
    """A sentence for each thing that somebody has to decide first."""
    own = Enrolment.objects.filter(learner__in=records).select_related("training_class")
    begun = own.filter(status=Enrolment.Status.ADMITTED, training_class__starts_on__lte=policies.local_date(now))
    running = begun.exclude(training_class__status__in=TrainingClass.OVER).exclude(completion__status=Status.APPROVED)
    for one in running.exclude(completion__status__in=(Status.PROPOSED, Status.SUBMITTED)):
        yield _("班次 %(number)s 还没有结束。请先请机构办理退班，或等班次结束。") % _number(one)
    for one in own.filter(completion__status__in=(Status.PROPOSED, Status.SUBMITTED)):
        yield _("班次 %(number)s 的结业还在审批。请等审批有结果。") % _number(one)
    for one in own.filter(Exists(Dispute.objects.filter(enrolment=OuterRef("pk"), status__in=Dispute.OPEN))):
        yield _("班次 %(number)s 的考勤异议还没有决定。请先撤回异议，或等决定。") % _number(one)
    for one in own.filter(_in_question()):
        yield _("班次 %(number)s 的结业或证书正在核查。请等核查有结果。") % _number(one)
    waiting = MergeProposal.objects.filter(status=MergeProposal.Status.PROPOSED)
    if waiting.filter(Q(kept__in=records) | Q(merged__in=records)).exists():
        yield _("这份记录正在办理合并。请等合并有结果。")
    if Post.objects.filter(user__learner__in=records, since__lte=now).exclude(until__lte=now).exists():
        yield _("这个账号还有工作岗位。请先由管理员解除岗位。")


def _in_question() -> Exists:
    revoked = Revocation.objects.filter(status=Revocation.Status.PROPOSED).values("completion")
    shown = Undercut.objects.filter(status=Undercut.Status.OPEN).values("completion")
    asked = CertificateWithdrawal.objects.filter(status=CertificateWithdrawal.Status.ASKED)
    looked_at = Q(pk__in=revoked) | Q(pk__in=shown) | Q(pk__in=asked.values("certificate__completion"))
    return Exists(Completion.objects.filter(looked_at, enrolment=OuterRef("pk")))


def _number(one: Enrolment) -> dict[str, str]:
    return {"number": one.training_class.number}
