"""The outbox: a message is a row written with the change that causes it."""

import uuid
from typing import ClassVar

from django.db import models

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

    kind = models.CharField(max_length=40)
    channel = models.CharField(max_length=8, choices=Channel)
    learner = models.ForeignKey("courses.Learner", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
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
    created_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["due_at"], condition=models.Q(status__in=["queued", "claimed"]), name="outbox_due"),
            models.Index(fields=["learner", "created_at"], name="outbox_learner"),
            models.Index(
                fields=["provider_receipt"], condition=models.Q(provider_receipt__gt=""), name="outbox_receipt"
            ),
            models.Index(fields=["created_at"], condition=models.Q(status="failed"), name="outbox_failed"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~models.Q(status="sent") | models.Q(sent_at__isnull=False), name="outbox_sent_when"
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
