"""Two records that may be one citizen: put forward by one officer, decided by another."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from courses.models.people import Learner, PersonMerge, User


class MergeProposal(models.Model):
    class Status(models.TextChoices):
        PROPOSED = "proposed", _("待确认")
        CONFIRMED = "confirmed", _("已合并")
        DROPPED = "dropped", _("不予合并")

    number = models.CharField(max_length=16, unique=True)
    kept = models.ForeignKey(Learner, on_delete=models.PROTECT, related_name="+")
    merged = models.ForeignKey(Learner, on_delete=models.PROTECT, related_name="+")
    status = models.CharField(max_length=10, choices=Status, default=Status.PROPOSED)
    reason = models.CharField(max_length=200)
    proposed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    merge = models.OneToOneField(PersonMerge, on_delete=models.PROTECT, null=True, blank=True, related_name="proposal")

    class Meta:
        ordering = ("-proposed_at", "number")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["merged"], condition=Q(status="proposed"), name="mergeproposal_one_open"),
            models.CheckConstraint(condition=~Q(kept=F("merged")), name="mergeproposal_two_records"),
            models.CheckConstraint(condition=Q(reason__gt=""), name="mergeproposal_has_reason"),
            models.CheckConstraint(
                condition=~Q(status="confirmed")
                | (Q(decided_by__isnull=False) & ~Q(decided_by=F("proposed_by")) & Q(merge__isnull=False)),
                name="mergeproposal_two_people",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["proposed", "confirmed", "dropped"]), name="mergeproposal_status_known"
            ),
        ]
