"""What may still be taken back, what is drawn for a second look, and what is to be undone."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from courses.models.catalogue import District
from courses.models.completion import Completion
from courses.models.people import User


class ApprovalBatch(models.Model):
    """Many completions that one officer approves together; nothing counts before the window ends or is ended."""

    class Status(models.TextChoices):
        OPEN = "open", _("可撤回")
        SETTLED = "settled", _("已生效")
        TAKEN_BACK = "taken_back", _("已撤回")

    number = models.CharField(max_length=16, unique=True)
    status = models.CharField(max_length=10, choices=Status, default=Status.OPEN)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    settles_at = models.DateTimeField()
    reason = models.CharField(max_length=200, blank=True, help_text="why a closed month changes, where one does")
    ended_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(status__in=["open", "settled", "taken_back"]), name="approvalbatch_status_known"
            )
        ]
        ordering = ("-at", "number")
        indexes: ClassVar = [models.Index(fields=["status", "settles_at"], name="approvalbatch_due")]


class ApprovalLine(models.Model):
    batch = models.ForeignKey(ApprovalBatch, on_delete=models.PROTECT, related_name="lines")
    completion = models.ForeignKey(Completion, on_delete=models.PROTECT, related_name="approval_lines")
    is_open = models.BooleanField(default=True)
    refused = models.CharField(max_length=200, blank=True, help_text="the sentence, where it was not approved")

    class Meta:
        ordering = ("pk",)
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["completion"], condition=Q(is_open=True), name="approvalline_one_open_batch"
            ),
        ]


class Revocation(models.Model):
    """撤销: an approved completion to be taken back, proposed by one person and confirmed by another."""

    class Status(models.TextChoices):
        PROPOSED = "proposed", _("待确认")
        CONFIRMED = "confirmed", _("已撤销")
        DROPPED = "dropped", _("不予撤销")

    number = models.CharField(max_length=16, unique=True)
    completion = models.ForeignKey(Completion, on_delete=models.PROTECT, related_name="revocations")
    status = models.CharField(max_length=10, choices=Status, default=Status.PROPOSED)
    reason = models.CharField(max_length=200)
    proposed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    decision = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ("-proposed_at", "number")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["completion"], condition=Q(status="proposed"), name="revocation_one_open"),
            models.CheckConstraint(condition=Q(reason__gt=""), name="revocation_has_reason"),
            models.CheckConstraint(
                condition=~Q(status="confirmed") | (Q(decided_by__isnull=False) & ~Q(decided_by=F("proposed_by"))),
                name="revocation_two_people",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["proposed", "confirmed", "dropped"]), name="revocation_status_known"
            ),
        ]


class Undercut(models.Model):
    """依据有变: an approved completion that its rules no longer bear out. Found by comparison; people decide."""

    class Status(models.TextChoices):
        OPEN = "open", _("待核实")
        KEPT = "kept", _("结业照旧")
        CONFIRMED = "confirmed", _("属实，已提出撤销")
        PASSED = "passed", _("已不存在")

    number = models.CharField(max_length=16, unique=True)
    completion = models.ForeignKey(Completion, on_delete=models.PROTECT, related_name="undercuts")
    approved_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    status = models.CharField(max_length=10, choices=Status, default=Status.OPEN)
    lost = models.JSONField(help_text="each requirement met then and not now: code, then, value, threshold")
    rows = models.JSONField(help_text="what was written since the approval")
    found_at = models.DateTimeField()
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    note = models.CharField(max_length=200, blank=True)
    revocation = models.ForeignKey(
        Revocation, on_delete=models.PROTECT, null=True, blank=True, related_name="undercuts"
    )

    class Meta:
        ordering = ("-found_at", "number")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["completion"], condition=Q(status="open"), name="undercut_one_open"),
            models.CheckConstraint(
                condition=~Q(status__in=["kept", "confirmed"]) | (Q(decided_by__isnull=False) & Q(note__gt="")),
                name="undercut_decided_by_someone",
            ),
            models.CheckConstraint(
                condition=~Q(status="kept") | ~Q(decided_by=F("approved_by")), name="undercut_two_people"
            ),
            models.CheckConstraint(
                condition=~Q(status="confirmed") | Q(revocation__isnull=False), name="undercut_leads_to_revocation"
            ),
            models.CheckConstraint(
                condition=Q(status__in=["open", "kept", "confirmed", "passed"]), name="undercut_status_known"
            ),
        ]


class Sample(models.Model):
    """抽查: completions of one month drawn by lot; seed and population are kept, so that it can be drawn again."""

    number = models.CharField(max_length=16, unique=True)
    year = models.PositiveSmallIntegerField()
    month = models.PositiveSmallIntegerField()
    district = models.ForeignKey(District, on_delete=models.PROTECT, null=True, blank=True)
    seed = models.CharField(max_length=32)
    population = models.PositiveIntegerField()
    population_hash = models.CharField(max_length=64)
    last_entry = models.BigIntegerField(help_text="the newest ledger line that was there")
    drawn_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    drawn_at = models.DateTimeField()

    class Meta:
        ordering = ("-drawn_at", "number")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(month__gte=1, month__lte=12), name="sample_month"),
        ]


class SampleLine(models.Model):
    class Result(models.TextChoices):
        OPEN = "open", _("待核查")
        OK = "ok", _("属实")
        DOUBTFUL = "doubtful", _("存疑")

    sample = models.ForeignKey(Sample, on_delete=models.PROTECT, related_name="lines")
    place = models.PositiveIntegerField()
    completion = models.ForeignKey(Completion, on_delete=models.PROTECT, related_name="sample_lines")
    result = models.CharField(max_length=10, choices=Result, default=Result.OPEN)
    note = models.CharField(max_length=200, blank=True)
    revocation = models.ForeignKey(Revocation, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    checked_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    checked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("place",)
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["sample", "completion"], name="sampleline_once"),
            models.CheckConstraint(
                condition=~Q(result="doubtful") | Q(note__gt=""), name="sampleline_doubt_has_reason"
            ),
            models.CheckConstraint(
                condition=Q(result="open") | Q(checked_by__isnull=False), name="sampleline_checked_by_someone"
            ),
            models.CheckConstraint(condition=Q(result__in=["open", "ok", "doubtful"]), name="sampleline_result_known"),
        ]
