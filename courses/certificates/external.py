"""外发证书: certificates of other issuers, recorded with kind, number, level, day and issuer (domain §8.7-58).

They are no proof of ours: nothing is signed or counted by them. One number is recorded once in the city, so that one
certificate does not stand for two people.
"""

import re
from collections.abc import Iterable
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from courses import audit
from courses import policy as policies
from courses.certificates.refusals import CertificateRefusal, CertificateRefused
from courses.models import Completion, ExternalCertificate, Learner, SkillLevel, TrainingClass, User
from courses.people.numbers import fresh

Kind = ExternalCertificate.Kind
NUMBER = re.compile(r"[0-9A-Z()\-]{4,40}")
ISSUER = range(2, 61)
WIDE = str.maketrans("（）－—", "()--")


def record(
    *,
    by: User,
    completion: Completion,
    kind: str,
    number: str,
    level: SkillLevel | None,
    issued_on: date,
    issuer: str,
    now: datetime,
) -> ExternalCertificate:
    """Keep what the paper says. Refused with CertificateRefused: a completion that is not approved, a kind or number
    that cannot be, a day before the class or after today, a number that is recorded already."""
    if completion.status != Completion.Status.APPROVED:
        raise CertificateRefused(CertificateRefusal.NOT_APPROVED, status=completion.get_status_display())
    if completion.enrolment.learner.erased_at is not None:
        raise CertificateRefused(CertificateRefusal.HOLDER_ERASED)
    number, issuer = as_number(number), issuer.strip()
    if kind not in Kind.values:
        raise CertificateRefused(CertificateRefusal.EXTERNAL_UNKNOWN)
    if not NUMBER.fullmatch(number):
        raise CertificateRefused(CertificateRefusal.EXTERNAL_NUMBER)
    if len(issuer) not in ISSUER:
        raise CertificateRefused(CertificateRefusal.EXTERNAL_ISSUER)
    begun, today = completion.enrolment.training_class.starts_on, policies.local_date(now)
    if not begun <= issued_on <= today:
        raise CertificateRefused(CertificateRefusal.EXTERNAL_DAY, begun=begun, today=today)
    try:
        with transaction.atomic():
            made = ExternalCertificate.objects.create(
                code=fresh(prefix="W"), completion=completion, kind=kind, number=number, level=level,
                issued_on=issued_on, issuer=issuer, by=by, at=now,
            )  # fmt: skip
            _keep(by, "external_certificate_recorded", made, now)
    except IntegrityError as error:
        raise CertificateRefused(CertificateRefusal.EXTERNAL_TWICE, kind=Kind(kind).label) from error
    return made


def take_back_external(*, by: User, certificate: ExternalCertificate, reason: str, now: datetime) -> None:
    """A record that was wrong; its number is free again. Refused with CertificateRefused without a reason, or twice."""
    if not reason.strip():
        raise CertificateRefused(CertificateRefusal.REASON_MISSING)
    with transaction.atomic():
        rows = ExternalCertificate.objects.filter(pk=certificate.pk, taken_back_at__isnull=True)
        if not rows.update(taken_back_by=by, taken_back_at=now, taken_back_reason=reason.strip()[:200]):
            raise CertificateRefused(CertificateRefusal.EXTERNAL_GONE)
        _keep(by, "external_certificate_taken_back", certificate, now)


def _keep(by: User, verb: str, row: ExternalCertificate, now: datetime) -> None:
    """Under the completion's number: that of the paper names its holder elsewhere, and the book forgets nothing."""
    audit.record(by=by, verb=verb, target=row.completion, now=now, detail={"kind": row.kind, "code": row.code})


def as_number(text: str) -> str:
    """As it is compared: capitals, no spaces, narrow brackets and dashes."""
    return re.sub(r"\s", "", text.translate(WIDE)).upper()


def external_of_class(*, training_class: TrainingClass) -> QuerySet[ExternalCertificate]:
    """Those that stand and those taken back, person by person."""
    related = ("completion__enrolment__learner", "level", "by", "taken_back_by")
    rows = ExternalCertificate.objects.filter(completion__enrolment__training_class=training_class)
    return rows.select_related(*related).order_by("completion__enrolment__arrival_no", "at", "pk")


def external_by_completion(*, completions: Iterable[Completion]) -> dict[int, list[ExternalCertificate]]:
    """Those that stand, in one statement."""
    found: dict[int, list[ExternalCertificate]] = {}
    keys = [row.pk for row in completions]
    rows = ExternalCertificate.objects.filter(completion__in=keys, taken_back_at__isnull=True)
    for row in rows.select_related("level").order_by("at", "pk"):
        found.setdefault(row.completion_id, []).append(row)
    return found


def forget_external(*, learner: Learner) -> int:
    """The registers of their issuers name the holder by the number: with the person it goes."""
    gone, _kinds = ExternalCertificate.objects.filter(completion__enrolment__learner=learner).delete()
    return gone
