"""Other systems that call the API, and the answers they were given."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from courses.models.catalogue import District, Institution, Venue
from courses.models.classes import Lesson
from courses.models.people import User
from courses.privacy import DigestField


class ApiClient(models.Model):
    """Another system. A registered scanner belongs to an institution, and to the venue and room where it is fixed."""

    name = models.CharField(max_length=60, unique=True)
    token_digest = DigestField(unique=True)
    scopes = models.JSONField(default=list)
    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, null=True, blank=True)
    district = models.ForeignKey(District, on_delete=models.PROTECT, null=True, blank=True)
    venue = models.ForeignKey(Venue, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    room = models.CharField(max_length=40, blank=True)
    created_at = models.DateTimeField()
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


class Kiosk(models.Model):
    """固定扫码台: a screen that scans for one lesson or one room, known by its own token, with nobody signed in."""

    number = models.CharField(max_length=16, unique=True)
    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="kiosks")
    lesson = models.ForeignKey(Lesson, on_delete=models.PROTECT, null=True, blank=True, related_name="kiosks")
    venue = models.ForeignKey(Venue, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    room = models.CharField(max_length=40, blank=True)
    opening_digest = DigestField(null=True, blank=True, unique=True)
    opens_until = models.DateTimeField()
    token_digest = DigestField(null=True, blank=True, unique=True)
    started_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ("-started_at",)
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(lesson__isnull=False) | Q(room__gt=""), name="kiosk_has_its_place"),
        ]
