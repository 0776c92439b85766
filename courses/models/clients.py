"""Other systems that call the API, and the answers they were given."""

from typing import ClassVar

from django.db import models

from courses.models.catalogue import District, Institution
from courses.privacy import DigestField


class ApiClient(models.Model):
    name = models.CharField(max_length=60, unique=True)
    token_digest = DigestField(unique=True)
    scopes = models.JSONField(default=list)
    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, null=True, blank=True)
    district = models.ForeignKey(District, on_delete=models.PROTECT, null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    revoked_at = models.DateTimeField(null=True, blank=True)


class IdempotentAnswer(models.Model):
    """The same key with the same body gets this answer again; with another body it is refused."""

    client = models.ForeignKey(ApiClient, on_delete=models.PROTECT)
    key = models.CharField(max_length=80)
    body_hash = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True, blank=True)
    answer = models.JSONField(null=True, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["client", "key"], name="idempotentanswer_key")]
