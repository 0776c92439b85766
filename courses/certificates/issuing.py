"""Who gets a certificate, who gives it, and its number.

Approved completions only; whoever approved one does not issue its certificate (two people for anything that counts).
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from courses import audit, ledger, privacy, turns
from courses import policy as policies
from courses.certificates import signing, typeface
from courses.certificates.layout import LayoutRefused, lay_out
from courses.certificates.refusals import CertificateRefusal, CertificateRefused
from courses.certificates.snapshot import Snapshot, content_of, gather
from courses.certificates.supplying import load_for
from courses.models import Certificate, Completion, TrainingClass, User
from courses.people.numbers import fresh, next_in_series
from courses.refusals import Refused

NEEDED = (*ledger.NEEDED, "enrolment__learner__user", "enrolment__training_class__course")
SERIAL = 5
UNGUESSABLE = 7


class Issued(NamedTuple):
    """What became of many at once: the certificates, and the refusals of the others."""

    done: list[Certificate]
    refused: list[Refused]


def waiting(*, training_class: TrainingClass) -> QuerySet[Completion]:
    """Approved completions of a class that have no certificate yet, and about which nothing is left to decide."""
    return turns.uncertified().filter(enrolment__training_class=training_class).order_by("number")


def held_back(*, training_class: TrainingClass) -> QuerySet[Completion]:
    """Those of a class that get none until somebody has decided on them."""
    lacking = Completion.objects.filter(enrolment__training_class=training_class, certificates__isnull=True)
    return turns.in_question(lacking.filter(status=Completion.Status.APPROVED))


def issue(*, by: User, completion: Completion, now: datetime) -> Certificate:
    """Freeze what the certificate says, number it, sign it. Its paper is drawn afterwards from the snapshot.

    Refused with CertificateRefused: not approved, issued already, issued by who approved, a revocation or what
    undercuts the completion not decided on yet, a character that the typeface lacks (the number is not used up), no key
    to sign with; with LedgerRefused when today is sealed. Where the policy counts by the certificate, the completion
    counts from here on.
    """
    with transaction.atomic():
        # The books before the row, in the order of whoever takes a completion back.
        ledger.share()
        row = Completion.objects.select_related(*NEEDED).select_for_update(of=("self",)).get(pk=completion.pk)
        if row.status != Completion.Status.APPROVED:
            raise CertificateRefused(CertificateRefusal.NOT_APPROVED, status=Completion.Status(row.status).label)
        if by.pk == row.approved_by_id:
            raise CertificateRefused(CertificateRefusal.SAME_PERSON)
        if row.certificates.exists():
            raise CertificateRefused(CertificateRefusal.ALREADY_ISSUED)
        if turns.in_question(Completion.objects.filter(pk=row.pk)).exists():
            raise CertificateRefused(CertificateRefusal.IN_QUESTION)
        try:
            with transaction.atomic():
                made = write(by=by, completion=row, version=1, now=now)
        except IntegrityError as error:
            raise CertificateRefused(CertificateRefusal.ALREADY_ISSUED) from error
        ledger.post_certified(completion=row, by=by, now=now)
        audit.record(by=by, verb="certificate_issued", target=made, now=now, detail={"completion": row.number})
    return made


def issue_class(*, by: User, training_class: TrainingClass, now: datetime) -> Issued:
    """Every certificate that a class still lacks, each in a transaction of its own."""
    return _each(waiting(training_class=training_class), by, now)


def _each(completions: Iterable[Completion], by: User, now: datetime) -> Issued:
    issued = Issued([], [])
    for row in completions:
        try:
            issued.done.append(issue(by=by, completion=row, now=now))
        except Refused as refusal:
            issued.refused.append(refusal)
    return issued


def write(*, by: User, completion: Completion, version: int, now: datetime) -> Certificate:
    """The row of one version, inside the transaction of whoever decides that it may be."""
    if completion.enrolment.learner.erased_at is not None:
        raise CertificateRefused(CertificateRefusal.HOLDER_ERASED)
    today = policies.local_date(now)
    expires_on = _expiry(completion, today)
    draft = gather(completion=completion, number="", issued_on=today, expires_on=expires_on)
    _refuse_what_cannot_be_printed(draft)
    number = _next_number(completion, today.year)
    snapshot = {**draft, "number": number}
    signed = signing.sign(content=content_of(snapshot), now=now)
    fields: dict[str, Any] = {"snapshot": snapshot, "key_id": signed.key_id, "signature": signed.signature}
    return Certificate.objects.create(
        number=number,
        completion=completion,
        version=version,
        expires_on=expires_on,
        issued_by=by,
        issued_at=now,
        **fields,
    )


def _refuse_what_cannot_be_printed(draft: Snapshot) -> None:
    texts = [str(value) for value in draft.values()]
    load_for(texts)
    lacking = typeface.missing(texts)
    if lacking:
        raise CertificateRefused(
            CertificateRefusal.GLYPH_MISSING,
            name=privacy.mask_name(draft["name"]),
            characters="".join(lacking),
            codes="、".join(typeface.code_of(character) for character in lacking),
        )
    try:
        lay_out(draft)
    except LayoutRefused as refused:
        raise CertificateRefused(CertificateRefusal.NAME_TOO_LONG, field=refused.field) from refused


def _expiry(completion: Completion, today: date) -> date | None:
    """By the pinned policy, where certificates of this kind run out at all."""
    a_class = completion.enrolment.training_class
    years = policies.of_class(training_class=a_class, on=today).certificate_years.get(a_class.kind_key)
    if years is None:
        return None
    # A day that every year has.
    return today.replace(year=today.year + years, day=min(today.day, 28) if today.month == 2 else today.day)


def _next_number(completion: Completion, year: int) -> str:
    """区市代码末两位 + 类型字母 + 年 + 五位流水 + 七位随机; the serial runs per district, letter and year.

    The random end is what nobody finds by counting up. The head is that of the class numbers.
    """
    a_class = completion.enrolment.training_class
    head = f"{a_class.district.code[-2:] or a_class.district.key[:2].upper()}{a_class.course.kind.letter}{year}"
    serial = next_in_series(key=f"Z{head}", above=0)
    return fresh(prefix=f"{head}{serial:0{SERIAL}d}", length=UNGUESSABLE)


def of_class(*, training_class: TrainingClass) -> QuerySet[Certificate]:
    """Every version of a class's certificates, by learner, the newest first."""
    return (
        Certificate.objects.filter(completion__enrolment__training_class=training_class)
        .select_related("completion__enrolment__learner", "issued_by", "paper")
        .prefetch_related("withdrawals__asked_by", "withdrawals__decided_by")
        .order_by("completion__enrolment__arrival_no", "-version")
    )
