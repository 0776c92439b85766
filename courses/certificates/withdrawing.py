"""A certificate is taken back, replaced by a new version, or given anew after it was revoked: one asks with a reason,
another decides."""

from collections.abc import Iterable
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Max

from courses import audit, ledger, turns
from courses.certificates.issuing import NEEDED, write
from courses.certificates.refusals import CertificateRefusal, CertificateRefused
from courses.models import Certificate, CertificateWithdrawal, Completion, User

Kind = CertificateWithdrawal.Kind


def ask(*, by: User, certificate: Certificate, kind: str, reason: str, now: datetime) -> CertificateWithdrawal:
    """Ask that a certificate be revoked or replaced, or one that was revoked be given anew, its completion standing.
    Nothing changes before somebody else agrees.

    Refused with CertificateRefused: no reason, asked already, no longer the live version; of a new issue one that was
    not revoked, a completion that no longer stands.
    """
    if not reason.strip():
        raise CertificateRefused(CertificateRefusal.REASON_MISSING)
    newest = Certificate.objects.filter(completion=certificate.completion_id).aggregate(last=Max("version"))["last"]
    if newest != certificate.version:
        raise CertificateRefused(CertificateRefusal.NOT_LIVE)
    if kind == Kind.REISSUE:
        _refuse_new_issue(certificate)
    try:
        with transaction.atomic():
            asked = CertificateWithdrawal.objects.create(
                certificate=certificate, kind=kind, reason=reason.strip()[:200], asked_by=by, asked_at=now
            )
            audit.record(by=by, verb="certificate_withdrawal_asked", target=certificate, now=now, detail={"kind": kind})
    except IntegrityError as error:
        raise CertificateRefused(CertificateRefusal.NOT_LIVE) from error
    return asked


def _refuse_new_issue(certificate: Certificate) -> None:
    if not certificate.withdrawals.filter(kind=Kind.REVOKE, status=CertificateWithdrawal.Status.DONE).exists():
        raise CertificateRefused(CertificateRefusal.NOT_REVOKED)
    if certificate.completion.status != Completion.Status.APPROVED:
        raise CertificateRefused(
            CertificateRefusal.NOT_APPROVED, status=Completion.Status(certificate.completion.status).label
        )


def to_give_anew(certificates: Iterable[Certificate]) -> set[int]:
    """By id, those whose completion stands although its newest certificate was revoked, and that nobody asked for
    again. Wants every version of a completion, with completion and withdrawals at hand."""
    newest: dict[int, Certificate] = {}
    for row in sorted(certificates, key=lambda one: one.version):
        newest[row.completion_id] = row
    return {
        row.pk
        for row in newest.values()
        if row.completion.status == Completion.Status.APPROVED
        and {(Kind.REVOKE, CertificateWithdrawal.Status.DONE)} == _held(row)
    }


def _held(certificate: Certificate) -> set[tuple[str, str]]:
    """What was asked of it and not dropped."""
    rows = [(row.kind, row.status) for row in certificate.withdrawals.all()]
    return {row for row in rows if row[1] != CertificateWithdrawal.Status.DROPPED}


def agree(*, by: User, withdrawal: CertificateWithdrawal, now: datetime) -> Certificate | None:
    """The second person agrees: the certificate is void from now on, and a new version is issued where one was asked.

    Gives the new version, drawn from the facts of today. Refused with CertificateRefused: by who asked, by who approved
    the completion where a new version is given, decided already, a completion that no longer stands or about which
    something is left to decide, a character that the typeface lacks; then nothing has changed.
    """
    if by.pk == withdrawal.asked_by_id:
        raise CertificateRefused(CertificateRefusal.SAME_PERSON)
    with transaction.atomic():
        # The books before the rows, in the order of whoever takes a completion back.
        ledger.share()
        _decide(withdrawal, CertificateWithdrawal.Status.DONE, by, now)
        old = withdrawal.certificate
        audit.record(by=by, verb=f"certificate_{withdrawal.kind}d", target=old, now=now)
        if withdrawal.kind == Kind.REVOKE:
            return None
        row = Completion.objects.select_related(*NEEDED).select_for_update(of=("self",)).get(pk=old.completion_id)
        if row.status != Completion.Status.APPROVED:
            raise CertificateRefused(CertificateRefusal.NOT_APPROVED, status=Completion.Status(row.status).label)
        if by.pk == row.approved_by_id:
            raise CertificateRefused(CertificateRefusal.SAME_PERSON)
        if turns.in_question(Completion.objects.filter(pk=row.pk)).exists():
            raise CertificateRefused(CertificateRefusal.IN_QUESTION)
        made = write(by=by, completion=row, version=old.version + 1, now=now)
        audit.record(by=by, verb="certificate_issued", target=made, now=now, detail={"instead_of": old.number})
    return made


def drop(*, by: User, withdrawal: CertificateWithdrawal, now: datetime) -> None:
    """The second person does not agree, or who asked takes it back: the certificate stays as it was."""
    with transaction.atomic():
        _decide(withdrawal, CertificateWithdrawal.Status.DROPPED, by, now)
        audit.record(by=by, verb="certificate_withdrawal_dropped", target=withdrawal.certificate, now=now)


def _decide(withdrawal: CertificateWithdrawal, to: str, by: User, now: datetime) -> None:
    """One conditional update decides between rivals."""
    asked = CertificateWithdrawal.objects.filter(pk=withdrawal.pk, status=CertificateWithdrawal.Status.ASKED)
    if not asked.update(status=to, decided_by=by, decided_at=now):
        raise CertificateRefused(CertificateRefusal.NOTHING_ASKED)
