"""Who did what to which row. No foreign keys, so that history outlives what it speaks of."""

from typing import ClassVar

from django.db import models


class AuditEvent(models.Model):
    at = models.DateTimeField(db_index=True)
    by_id = models.BigIntegerField(null=True, blank=True)
    by_name = models.CharField(max_length=60)
    verb = models.CharField(max_length=40)
    target_kind = models.CharField(max_length=40)
    target = models.CharField(max_length=40)
    detail = models.JSONField(default=dict)

    class Meta:
        ordering = ("id",)
        indexes: ClassVar = [models.Index(fields=["target_kind", "target"], name="auditevent_target")]
