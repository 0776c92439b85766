"""证书: what was printed on the day of issue, frozen and signed; its paper, its withdrawal, and the keys that signed."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from courses.models.completion import Completion
from courses.models.people import User
from courses.privacy import EncryptedJSONField


class Certificate(models.Model):
    """One version of one completion's certificate. `snapshot` holds every printed field, and nothing is drawn from
    anything else; `signature` is over it, so that a changed row is found."""

    number = models.CharField(max_length=24, unique=True)
    completion = models.ForeignKey(Completion, on_delete=models.PROTECT, related_name="certificates")
    version = models.PositiveSmallIntegerField(default=1)
    snapshot = EncryptedJSONField()
    key_id = models.CharField(max_length=8)
    signature = models.CharField(max_length=128)
    expires_on = models.DateField(null=True, blank=True)
    issued_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    issued_at = models.DateTimeField()

    class Meta:
        ordering = ("completion", "version")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["completion", "version"], name="certificate_version"),
            models.CheckConstraint(condition=Q(version__gte=1), name="certificate_version_positive"),
        ]


class CertificatePaper(models.Model):
    """The PDF of a certificate, encrypted in the `private` storage under the name `file`."""

    certificate = models.OneToOneField(Certificate, on_delete=models.PROTECT, related_name="paper")
    file = models.CharField(max_length=60, unique=True)
    size = models.PositiveIntegerField()
    made_at = models.DateTimeField()


class CertificateWithdrawal(models.Model):
    """撤销、换发或重新发证: asked for with a reason by one person, decided by another."""

    class Kind(models.TextChoices):
        REVOKE = "revoke", _("撤销")
        REPLACE = "replace", _("换发")
        REISSUE = "reissue", _("重新发证")

    # They end the certificate that they name; a new issue follows one that was revoked.
    ENDING = (Kind.REVOKE, Kind.REPLACE)

    class Status(models.TextChoices):
        ASKED = "asked", _("待确认")
        DONE = "done", _("已办理")
        DROPPED = "dropped", _("未同意")

    certificate = models.ForeignKey(Certificate, on_delete=models.PROTECT, related_name="withdrawals")
    kind = models.CharField(max_length=8, choices=Kind)
    status = models.CharField(max_length=8, choices=Status, default=Status.ASKED)
    reason = models.CharField(max_length=200)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("asked_at", "pk")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["certificate"],
                condition=Q(status__in=["asked", "done"], kind__in=["revoke", "replace"]),
                name="certificatewithdrawal_one",
            ),
            models.UniqueConstraint(
                fields=["certificate"],
                condition=Q(status__in=["asked", "done"], kind="reissue"),
                name="certificatewithdrawal_one_reissue",
            ),
            models.CheckConstraint(condition=Q(reason__gt=""), name="certificatewithdrawal_has_reason"),
            models.CheckConstraint(
                condition=~Q(status="done")
                | (Q(decided_by__isnull=False) & Q(decided_at__isnull=False) & ~Q(decided_by=F("asked_by"))),
                name="certificatewithdrawal_two_people",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["revoke", "replace", "reissue"]), name="certificatewithdrawal_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(status__in=["asked", "done", "dropped"]), name="certificatewithdrawal_status_known"
            ),
        ]


class ExternalCertificate(models.Model):
    """外发证书: one that somebody else issued to who completed, as it was shown; a wrong one is taken back, not edited."""

    class Kind(models.TextChoices):
        LEVEL = "level", _("职业技能等级证书")
        SPECIAL = "special", _("专项职业能力证书")
        QUALIFICATION = "qualification", _("职业资格证书")
        OPERATION = "operation", _("特种作业操作证")

    code = models.CharField(max_length=12, unique=True)
    completion = models.ForeignKey(Completion, on_delete=models.PROTECT, related_name="external_certificates")
    kind = models.CharField(max_length=16, choices=Kind)
    number = models.CharField(max_length=40)
    level = models.ForeignKey("courses.SkillLevel", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    issued_on = models.DateField()
    issuer = models.CharField(max_length=60)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    taken_back_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    taken_back_at = models.DateTimeField(null=True, blank=True)
    taken_back_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ("completion", "at", "pk")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["kind", "number"],
                condition=Q(taken_back_at__isnull=True),
                name="externalcertificate_once",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["level", "special", "qualification", "operation"]),
                name="externalcertificate_kind_known",
            ),
            models.CheckConstraint(condition=Q(number__gt="") & Q(issuer__gt=""), name="externalcertificate_told"),
            models.CheckConstraint(
                condition=Q(taken_back_at__isnull=True, taken_back_by__isnull=True, taken_back_reason="")
                | Q(taken_back_at__isnull=False, taken_back_by__isnull=False, taken_back_reason__gt=""),
                name="externalcertificate_taken_back_has_reason",
            ),
        ]


class SuppliedGlyph(models.Model):
    """补字: how one character that the typeface lacks is drawn, taken from a font file; used once another confirmed it.

    `outline` are the strokes of a pen and `advance` the width, both in thousandths of the height.
    """

    class Status(models.TextChoices):
        ASKED = "asked", _("待确认")
        HELD = "held", _("已采用")
        DROPPED = "dropped", _("未采用")

    number = models.CharField(max_length=16, unique=True)
    character = models.CharField(max_length=1)
    advance = models.PositiveSmallIntegerField()
    outline = models.JSONField()
    source = models.CharField(max_length=80, blank=True)
    file_hash = models.CharField(max_length=64)
    status = models.CharField(max_length=8, choices=Status, default=Status.ASKED)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-at", "-pk")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["character"], condition=Q(status__in=["asked", "held"]), name="suppliedglyph_once"
            ),
            models.CheckConstraint(
                condition=~Q(status="held")
                | (Q(decided_by__isnull=False) & Q(decided_at__isnull=False) & ~Q(decided_by=F("by"))),
                name="suppliedglyph_two_people",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["asked", "held", "dropped"]), name="suppliedglyph_status_known"
            ),
        ]


class SigningKey(models.Model):
    """The public half of a key that signed certificates; published for as long as paper lives."""

    key_id = models.CharField(max_length=8, unique=True)
    public = models.CharField(max_length=64, help_text="raw Ed25519 key, hexadecimal")
    since = models.DateTimeField()
