"""离线点名: phones that are prepared for a lesson without network, and every entry that they handed in. Append-only."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from courses.models.attendance import Evidence
from courses.models.classes import Lesson
from courses.models.people import Learner, User


class Kit(models.Model):
    """One phone, prepared for one lesson: the public half of its key, and how far its clock was from ours then."""

    number = models.CharField(max_length=16, unique=True)
    lesson = models.ForeignKey(Lesson, on_delete=models.PROTECT, related_name="kits")
    public_key = models.CharField(max_length=100, help_text="base64 of an uncompressed point of P-256")
    label = models.CharField(max_length=60, blank=True)
    offset_ms = models.BigIntegerField(help_text="the server's clock less that of the phone")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    prepared_at = models.DateTimeField()

    class Meta:
        ordering = ("prepared_at", "pk")
        constraints: ClassVar = [models.UniqueConstraint(fields=["lesson", "public_key"], name="kit_one_key")]


class KitEntry(models.Model):
    """One entry as the phone signed it, what the rules made of it, and the receipt that the phone was given.

    The same content comes in once; another content under the same number is another row, and both are kept.
    """

    class State(models.TextChoices):
        ACCEPTED = "accepted", _("已收到")
        DISPUTED = "disputed", _("有争议")
        REFUSED = "refused", _("不能计入")

    kit = models.ForeignKey(Kit, on_delete=models.PROTECT, related_name="entries")
    number = models.PositiveIntegerField(help_text="counts up on the phone; 0 where nothing can be read")
    digest = models.CharField(max_length=64, help_text="SHA-256 of the body, which the next entry names")
    body = models.TextField()
    signature = models.CharField(max_length=100)
    proven = models.BooleanField(help_text="the signature is this phone's")
    kind = models.CharField(max_length=8, blank=True)
    way = models.CharField(max_length=5, blank=True)
    said = models.CharField(max_length=8, blank=True)
    learner = models.ForeignKey(Learner, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    made_at = models.DateTimeField(null=True, blank=True, help_text="by the phone, put right by its offset")
    state = models.CharField(max_length=8, choices=State)
    why = models.CharField(max_length=20)
    evidence = models.OneToOneField(Evidence, on_delete=models.PROTECT, null=True, blank=True, related_name="kit_entry")
    receipt = models.CharField(max_length=16, unique=True)
    received_at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", help_text="who handed it in")

    class Meta:
        ordering = ("pk",)
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kit", "digest", "proven"], name="kitentry_once"),
            models.UniqueConstraint(
                fields=["kit", "number"],
                condition=Q(proven=True, number__gt=0) & ~Q(why="number_twice"),
                name="kitentry_one_of_a_number",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["accepted", "disputed", "refused"]), name="kitentry_state_known"
            ),
            models.CheckConstraint(
                condition=Q(proven=True) | Q(state="refused", evidence__isnull=True),
                name="kitentry_unproven_is_nothing",
            ),
            models.CheckConstraint(
                condition=Q(evidence__isnull=True) | Q(learner__isnull=False), name="kitentry_evidence_of_somebody"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["kit", "number"], name="kitentry_number")]


class KitReport(models.Model):
    """How many entries a phone says that it has made, signed; with `closing` it says that there will be no more."""

    kit = models.ForeignKey(Kit, on_delete=models.PROTECT, related_name="reports")
    made = models.PositiveIntegerField()
    closing = models.BooleanField()
    body = models.TextField()
    signature = models.CharField(max_length=100)
    received_at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ("pk",)
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kit", "made", "closing"], name="kitreport_once"),
        ]
