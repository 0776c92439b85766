"""What an applicant hands in: proof of a category, and the answers given so far."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from courses.models.classes import TrainingClass
from courses.models.people import Learner, LearnerCategory, User
from courses.privacy import DigestField, EncryptedJSONField


class Proof(models.Model):
    """证明材料: one encrypted file of the `private` storage, named `file` there. The row outlives the file."""

    class Kind(models.TextChoices):
        JPEG = "jpeg", _("照片")
        PDF = "pdf", _("PDF 文件")

    code = models.CharField(max_length=26, unique=True)
    file = models.CharField(max_length=40, unique=True)
    learner = models.ForeignKey(Learner, on_delete=models.PROTECT, related_name="proofs")
    # None: a file that bears out a request for leave or a dispute.
    category = models.ForeignKey(LearnerCategory, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    kind = models.CharField(max_length=4, choices=Kind)
    size = models.PositiveIntegerField()
    digest = DigestField()
    uploaded_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    uploaded_at = models.DateTimeField()
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("uploaded_at", "pk")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(kind__in=["jpeg", "pdf"]), name="proof_kind_known"),
            models.CheckConstraint(condition=Q(size__gt=0), name="proof_not_empty"),
            models.UniqueConstraint(
                fields=["learner", "category", "digest"], condition=Q(deleted_at__isnull=True), name="proof_once"
            ),
        ]


class EnrolmentDraft(models.Model):
    """What has been answered on the way to an enrolment; gone with the application, or when left lying."""

    learner = models.ForeignKey(Learner, on_delete=models.PROTECT, related_name="drafts")
    training_class = models.ForeignKey(TrainingClass, on_delete=models.PROTECT, related_name="+")
    answers = EncryptedJSONField()
    updated_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["learner", "training_class"], name="enrolmentdraft_one"),
        ]


class IdentityDraft(models.Model):
    """What has been answered on the way to 实名, the document number among it; gone when it is proved, or when left
    lying."""

    learner = models.OneToOneField(Learner, on_delete=models.PROTECT, related_name="identity_draft")
    answers = EncryptedJSONField()
    updated_at = models.DateTimeField(db_index=True)
