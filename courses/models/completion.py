"""结业: the decision that an enrolment fulfils its class's rules, with the reasoning kept at each step."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from courses.models.enrolment import Enrolment
from courses.models.people import User

Reasoning = dict[str, Any]


class Completion(models.Model):
    class Status(models.TextChoices):
        PROPOSED = "proposed", _("老师已提出")
        SUBMITTED = "submitted", _("机构已提交")
        APPROVED = "approved", _("区市已批准")
        RETURNED = "returned", _("已退回")
        REVOKED = "revoked", _("已撤销")

    # Nothing stands of these.
    UNDONE = (Status.RETURNED, Status.REVOKED)

    number = models.CharField(max_length=16, unique=True)
    enrolment = models.OneToOneField(Enrolment, on_delete=models.PROTECT, related_name="completion")
    status = models.CharField(max_length=10, choices=Status, default=Status.PROPOSED)
    revision = models.PositiveSmallIntegerField(default=0)
    proposed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    proposed_reasoning = models.JSONField()
    submitted_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    submitted_at = models.DateTimeField(null=True, blank=True)
    submitted_reasoning = models.JSONField(null=True, blank=True)
    approved_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    approved_at = models.DateTimeField(null=True, blank=True)
    approved_reasoning = models.JSONField(null=True, blank=True)
    not_counted = models.CharField(_("未计数原因"), max_length=24, blank=True)
    sent_back_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    sent_back_at = models.DateTimeField(null=True, blank=True)
    return_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ("number",)
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(status="submitted") | (Q(submitted_by__isnull=False) & Q(submitted_at__isnull=False)),
                name="completion_submitted_by_someone",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["approved", "revoked"])
                | (
                    Q(submitted_by__isnull=False)
                    & Q(approved_by__isnull=False)
                    & Q(approved_at__isnull=False)
                    & ~Q(approved_by=F("proposed_by"))
                    & ~Q(approved_by=F("submitted_by"))
                ),
                name="completion_two_people",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["proposed", "submitted", "approved", "returned", "revoked"]),
                name="completion_status_known",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["status", "proposed_at"], name="completion_status")]


class CompletionStep(models.Model):
    """办理记录: one step of a completion with the reasoning that it was taken by; appended, never changed.

    A step that lets a completion go, the trainer's own before it was submitted included, has a reason instead. A
    completion that was returned keeps what it was proposed and submitted by before.
    """

    class Step(models.TextChoices):
        PROPOSED = "proposed", _("老师提出")
        SUBMITTED = "submitted", _("机构提交")
        APPROVED = "approved", _("区市批准")
        RETURNED = "returned", _("退回")
        WITHDRAWN = "withdrawn", _("老师收回")
        REVOKED = "revoked", _("撤销")

    completion = models.ForeignKey(Completion, on_delete=models.PROTECT, related_name="steps")
    step = models.CharField(max_length=10, choices=Step)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    reasoning = models.JSONField(null=True, blank=True)
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ("pk",)
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(step__in=["proposed", "submitted", "approved"], reasoning__isnull=False)
                | Q(step__in=["returned", "withdrawn", "revoked"], reason__gt=""),
                name="completionstep_says_why",
            ),
            models.CheckConstraint(
                condition=Q(step__in=["proposed", "submitted", "approved", "returned", "withdrawn", "revoked"]),
                name="completionstep_step_known",
            ),
        ]
