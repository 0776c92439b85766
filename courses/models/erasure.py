"""注销: a citizen asks that what the service holds about them be deleted; what was deleted leaves a tombstone."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from courses.models.people import Learner, User


class ErasureRequest(models.Model):
    """Asked for by the learner, or by staff for somebody at the counter; received by one person, decided by another."""

    class Status(models.TextChoices):
        ASKED = "asked", _("待受理")
        RECEIVED = "received", _("待决定")
        DONE = "done", _("已注销")
        REFUSED = "refused", _("未同意")
        TAKEN_BACK = "taken_back", _("本人撤回")

    OPEN = (Status.ASKED, Status.RECEIVED)
    # Who was erased since on another request is told nothing any more.
    UNTOLD = Q(by_people=True, told_at__isnull=True, learner__erased_at__isnull=True)

    number = models.CharField(max_length=16, unique=True)
    learner = models.ForeignKey(Learner, on_delete=models.PROTECT, related_name="erasure_requests")
    status = models.CharField(max_length=10, choices=Status, default=Status.ASKED)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    due_on = models.DateField()
    received_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    received_at = models.DateTimeField(null=True, blank=True)
    note = models.CharField(max_length=200, blank=True, help_text="how it was made sure that the person asks themself")
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    answer = models.CharField(max_length=200, blank=True, help_text="why not, as the learner reads it")
    by_people = models.BooleanField(default=False, help_text="no message reaches them: the answer is told by people")
    told_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    told_at = models.DateTimeField(null=True, blank=True)
    told_how = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ("-asked_at", "-pk")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["learner"], condition=Q(status__in=["asked", "received"]), name="erasure_one_open"
            ),
            models.CheckConstraint(
                condition=Q(status__in=["asked", "received", "done", "refused", "taken_back"]),
                name="erasure_status_known",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["received", "done", "refused"])
                | Q(received_by__isnull=False, received_at__isnull=False, note__gt=""),
                name="erasure_received_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["done", "refused"])
                | (Q(decided_by__isnull=False, decided_at__isnull=False) & ~Q(decided_by=F("received_by"))),
                name="erasure_two_people",
            ),
            models.CheckConstraint(condition=~Q(status="refused") | Q(answer__gt=""), name="erasure_refused_has_why"),
            models.CheckConstraint(
                condition=Q(told_at__isnull=True, told_by__isnull=True, told_how="")
                | Q(by_people=True, status="refused", told_by__isnull=False, told_at__isnull=False, told_how__gt=""),
                name="erasure_told_by_somebody",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["due_on"], condition=Q(status__in=["asked", "received"]), name="erasure_open"),
        ]

    def __str__(self) -> str:
        return self.number


class Tombstone(models.Model):
    """One record of a person was emptied. Append-only, and printed to be kept outside: after a restore it is applied
    again. It names nobody: `person` is the random key of the record, which no document leads to."""

    person = models.UUIDField()
    at = models.DateTimeField()
    keeps_name = models.BooleanField(help_text="the files of classes that counted keep the name until their time is up")
    request = models.CharField(max_length=16)
    by_name = models.CharField(max_length=40, help_text="the login of who decided")

    class Meta:
        ordering = ("at", "pk")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["person", "at"], name="tombstone_once"),
        ]
