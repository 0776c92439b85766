"""The outbox: a message is a row written with the change that causes it."""

import uuid
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from courses.privacy import DigestField, EncryptedJSONField, EncryptedTextField


class OutboxMessage(models.Model):
    class Channel(models.TextChoices):
        SMS = "sms"
        EMAIL = "email"
        SITE = "site"

    class Status(models.TextChoices):
        QUEUED = "queued"
        CLAIMED = "claimed"
        SENT = "sent"
        FAILED = "failed"
        EXPIRED = "expired"

    class How(models.TextChoices):
        IN_PERSON = "in_person", _("当面")
        BY_PHONE = "by_phone", _("打电话")
        THROUGH_OTHERS = "through_others", _("托家人或单位转告")

    kind = models.CharField(max_length=40)
    channel = models.CharField(max_length=8, choices=Channel)
    learner = models.ForeignKey("courses.Learner", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # Somebody of the staff, who reads it at the desk.
    user = models.ForeignKey("courses.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # Whose institution says it by word of mouth to a learner whom nothing else reaches.
    training_class = models.ForeignKey(
        "courses.TrainingClass", on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    to = EncryptedTextField(blank=True, default="")
    params = EncryptedJSONField(default=dict)
    language = models.CharField(max_length=10, default="zh-hans")
    status = models.CharField(max_length=8, choices=Status, default=Status.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    provider_key = models.UUIDField(unique=True, default=uuid.uuid4)
    provider_receipt = models.CharField(max_length=80, blank=True)
    # The same words on the next carrier, after this one gave up.
    instead_of = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="second_try"
    )
    last_error = models.CharField(max_length=120, blank=True)
    due_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    claimed_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    delivered_at = models.DateTimeField(null=True, blank=True)
    # By word of mouth.
    told_at = models.DateTimeField(null=True, blank=True)
    told_by = models.ForeignKey("courses.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    told_how = models.CharField(max_length=14, choices=How, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["due_at"], condition=models.Q(status__in=["queued", "claimed"]), name="outbox_due"),
            models.Index(fields=["learner", "created_at"], name="outbox_learner"),
            models.Index(fields=["user", "created_at"], condition=models.Q(user__isnull=False), name="outbox_user"),
            models.Index(
                fields=["provider_receipt"], condition=models.Q(provider_receipt__gt=""), name="outbox_receipt"
            ),
            models.Index(fields=["created_at"], condition=models.Q(status="failed"), name="outbox_failed"),
            models.Index(
                fields=["training_class"],
                condition=models.Q(told_at__isnull=True, training_class__isnull=False)
                & (models.Q(channel="site") | models.Q(status="failed")),
                name="outbox_unheard",
            ),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~models.Q(status="sent") | models.Q(sent_at__isnull=False), name="outbox_sent_when"
            ),
            models.CheckConstraint(
                condition=models.Q(learner__isnull=True) | models.Q(user__isnull=True), name="outbox_one_reader"
            ),
            models.CheckConstraint(
                condition=models.Q(told_at__isnull=True, told_by__isnull=True, told_how="")
                | models.Q(
                    told_at__isnull=False,
                    told_by__isnull=False,
                    told_how__in=["in_person", "by_phone", "through_others"],
                ),
                name="outbox_told_by_whom_and_how",
            ),
            models.CheckConstraint(
                condition=models.Q(told_how__in=["", "in_person", "by_phone", "through_others"]),
                name="outbox_told_how_known",
            ),
            models.CheckConstraint(
                condition=models.Q(channel__in=["sms", "email", "site"]), name="outbox_channel_known"
            ),
            models.CheckConstraint(
                condition=models.Q(status__in=["queued", "claimed", "sent", "failed", "expired"]),
                name="outbox_status_known",
            ),
        ]


class RateCount(models.Model):
    """One window of one limit; the key is a digest, so a phone or an address cannot be read back."""

    key = DigestField()
    window = models.CharField(max_length=24)
    count = models.PositiveIntegerField(default=0)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["key", "window"], name="ratecount_window")]
