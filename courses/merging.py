"""合并记录: two learners proved to be one citizen. Proposed by one officer, confirmed by another.

Histories stay where they happened, enrolments, evidence and completions on the record they were made for; `histories`
reads both together. What counts goes over to the kept record (`ledger.join`), as do login, documents and belongings.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from courses import audit, ledger, policy
from courses.models import (
    CountEntry,
    Enrolment,
    IdentityDocument,
    Learner,
    MergeProposal,
    PersonalCard,
    PersonMerge,
    User,
)
from courses.people import cards
from courses.people.numbers import fresh
from courses.people.takeover import move_belongings
from courses.refusals import Refused

Status = MergeProposal.Status


class MergeRefusal(StrEnum):
    REASON_MISSING = "reason_missing"
    SAME_RECORD = "same_record"
    MERGED_ALREADY = "merged_already"
    STILL_IN_CLASS = "still_in_class"
    ERASED = "erased"
    ALREADY = "already"
    SAME_PERSON = "same_person"
    DECIDED = "decided"


class MergeRefused(Refused):
    sentences = {
        MergeRefusal.REASON_MISSING: _("请写明怎样核实为同一人，未保存。"),
        MergeRefusal.SAME_RECORD: _("两个编号是同一份记录，未保存。请核对学员编号。"),
        MergeRefusal.MERGED_ALREADY: _("其中一份记录已经并入别的记录，未保存。请用保留的那份记录办理。"),
        MergeRefusal.STILL_IN_CLASS: _(
            "要并入的记录还有没结束的班次 %(number)s，未保存。请等班次结束，或先退出后再合并。"
        ),
        MergeRefusal.ERASED: _("其中一份记录已注销，不能合并，未保存。不用再办。"),
        MergeRefusal.ALREADY: _("要并入的记录已经提出过合并，未重复保存。请等他人确认。"),
        MergeRefusal.SAME_PERSON: _("合并须由另一人确认，未改动。请交他人办理。"),
        MergeRefusal.DECIDED: _("这项合并已经办结，未改动。请刷新后再看。"),
    }


def propose_merge(*, by: User, kept: Learner, merged: Learner, reason: str, now: datetime) -> MergeProposal:
    """Say that two records are one citizen, and how that was proved. Nothing changes before somebody else confirms.

    Refused with MergeRefused: no reason, the same record twice, one merged or erased already, `merged` in a class that
    is not over, a proposal for it that waits.
    """
    if not reason.strip():
        raise MergeRefused(MergeRefusal.REASON_MISSING)
    _refuse_impossible(kept, merged, now)
    try:
        with transaction.atomic():
            made = MergeProposal.objects.create(
                number=fresh(prefix="H"),
                kept=kept,
                merged=merged,
                reason=reason.strip()[:200],
                proposed_by=by,
                proposed_at=now,
            )
            detail = {"kept": kept.number, "merged": merged.number}
            audit.record(by=by, verb="merge_proposed", target=made, now=now, detail=detail)
    except IntegrityError as error:
        raise MergeRefused(MergeRefusal.ALREADY) from error
    return made


def _refuse_impossible(kept: Learner, merged: Learner, now: datetime) -> None:
    if kept.pk == merged.pk:
        raise MergeRefused(MergeRefusal.SAME_RECORD)
    if kept.erased_at or merged.erased_at:
        raise MergeRefused(MergeRefusal.ERASED)
    if PersonMerge.objects.filter(merged__in=[kept, merged]).exists():
        raise MergeRefused(MergeRefusal.MERGED_ALREADY)
    live = Enrolment.objects.filter(
        learner=merged, status__in=Enrolment.LIVE, training_class__ends_on__gte=policy.local_date(now)
    )
    number = live.values_list("training_class__number", flat=True).first()
    if number is not None:
        raise MergeRefused(MergeRefusal.STILL_IN_CLASS, number=number)


def confirm_merge(*, by: User, proposal: MergeProposal, now: datetime) -> PersonMerge:
    """Make them one, in one transaction: the row, the ledger, documents, login and belongings.

    Refused with MergeRefused: by who proposed it, decided already, or impossible meanwhile; with LedgerRefused when
    today is sealed. The login of the merged record goes over where the kept one has none, and is shut otherwise,
    unless it is an officer's.
    """
    if by.pk == proposal.proposed_by_id:
        raise MergeRefused(MergeRefusal.SAME_PERSON)
    kept, merged = proposal.kept, proposal.merged
    with transaction.atomic():
        # Alone with the books from here on: whoever posts next for the merged record finds the row.
        ledger.exclude()
        _refuse_impossible(kept, merged, now)
        # What was merged into the record before goes with it, so that one look always leads to the record that stays.
        PersonMerge.objects.filter(kept=merged).update(kept=kept)
        row = PersonMerge.objects.create(kept=kept, merged=merged, by=by, at=now, reason=proposal.reason)
        _decide(proposal, Status.CONFIRMED, by, now, merge=row)
        joined = ledger.join(by=by, kept=kept, merged=merged, reason=proposal.reason, now=now)
        _documents_over(kept, merged, now)
        _login_over(kept, merged)
        for card in PersonalCard.objects.filter(learner=merged, voided_at__isnull=True):
            cards.void(by=by, card=card, why=PersonalCard.Why.REPLACED, now=now)
        move_belongings(of=merged, to=kept)
        told = {name: len(lines) for name, lines in joined._asdict().items()}
        detail = {"merged": merged.number, **told}
        audit.record(by=by, verb="records_merged", target=kept, now=now, detail=detail)
    return row


def drop_merge(*, by: User, proposal: MergeProposal, now: datetime) -> None:
    """They stay two. Refused with MergeRefused when decided already."""
    with transaction.atomic():
        _decide(proposal, Status.DROPPED, by, now)
        audit.record(by=by, verb="merge_dropped", target=proposal, now=now)


def _decide(proposal: MergeProposal, status: Status, by: User, now: datetime, merge: PersonMerge | None = None) -> None:
    changes = {"status": status, "decided_by": by, "decided_at": now, "merge": merge}
    if not MergeProposal.objects.filter(pk=proposal.pk, status=Status.PROPOSED).update(**changes):
        raise MergeRefused(MergeRefusal.DECIDED)
    for name, value in changes.items():
        setattr(proposal, name, value)


def _documents_over(kept: Learner, merged: Learner, now: datetime) -> None:
    """Either number leads to the kept record from now on; its own current document stays the current one."""
    rows = IdentityDocument.objects.filter(learner=merged)
    if kept.documents.filter(until__isnull=True).exists():
        rows.filter(until__isnull=True).update(until=now)
    rows.update(learner=kept)


def _login_over(kept: Learner, merged: Learner) -> None:
    """The address for mails goes with it, so that its owner can take it away."""
    Learner.objects.filter(pk=merged.pk).update(email="")
    Learner.objects.filter(pk=kept.pk).update(email=kept.email or merged.email)
    login = merged.user
    if login is None:
        return
    Learner.objects.filter(pk=merged.pk).update(user=None)
    if kept.user_id is None:
        Learner.objects.filter(pk=kept.pk).update(user=login)
    else:
        # Who holds or held a post keeps the login for the desk; it leads to no learner any more.
        User.objects.filter(pk=login.pk, posts__isnull=True).update(is_active=False)


@dataclass(frozen=True)
class History:
    """What one record has of its own: enrolments with their completions, and the lines that count."""

    learner: Learner
    enrolments: list[Enrolment]
    entries: list[CountEntry]


def records_of(*, learner: Learner) -> QuerySet[Learner]:
    """The record and those that were merged into it."""
    return Learner.objects.filter(Q(pk=learner.pk) | Q(merge__kept=learner))


def histories(*, learners: QuerySet[Learner]) -> list[History]:
    """The histories of several records, each on its own, latest class first. Three statements."""
    rows = list(learners.order_by("number"))
    enrolments: dict[int, list[Enrolment]] = {row.pk: [] for row in rows}
    found = Enrolment.objects.filter(learner__in=rows).select_related(
        "training_class__course", "training_class__district", "completion"
    )
    for row in found.order_by("-training_class__starts_on", "pk"):
        enrolments[row.learner_id].append(row)
    entries: dict[UUID | str, list[CountEntry]] = {row.person: [] for row in rows}
    for entry in CountEntry.objects.filter(person__in=entries).order_by("pk"):
        entries[entry.person].append(entry)
    return [History(row, enrolments[row.pk], entries[row.person]) for row in rows]
