"""规则变更: what one officer puts forward about the rules, and another publishes."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from courses.models.opening import CommitmentText
from courses.models.people import User
from courses.models.policy import PolicyVersion


class RuleProposal(models.Model):
    """规则变更: a version of the policy, or of the text that institutions commit themselves to, put forward by one
    officer and published by another.

    `changes` holds what differs, by key: the value before and the value after. `seen` is how many versions there were,
    so that one that was published since is noticed.
    """

    class Kind(models.TextChoices):
        POLICY = "policy", _("政策版本")
        COMMITMENT = "commitment", _("承诺书")

    class Status(models.TextChoices):
        PROPOSED = "proposed", _("待确认")
        PUBLISHED = "published", _("已发布")
        RETURNED = "returned", _("已退回")
        TAKEN_BACK = "taken_back", _("已收回")

    number = models.CharField(max_length=16, unique=True)
    kind = models.CharField(max_length=10, choices=Kind)
    status = models.CharField(max_length=10, choices=Status, default=Status.PROPOSED)
    effective_on = models.DateField()
    changes = models.JSONField(default=dict)
    body = models.TextField(blank=True)
    seen = models.PositiveIntegerField()
    reason = models.CharField(max_length=200)
    source = models.CharField(max_length=200)
    proposed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    answer = models.CharField(max_length=200, blank=True)
    version = models.OneToOneField(
        PolicyVersion, on_delete=models.PROTECT, null=True, blank=True, related_name="proposal"
    )
    text = models.OneToOneField(
        CommitmentText, on_delete=models.PROTECT, null=True, blank=True, related_name="proposal"
    )

    class Meta:
        ordering = ("-proposed_at", "number")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(reason__gt="") & Q(source__gt=""), name="ruleproposal_has_reason"),
            models.CheckConstraint(condition=Q(kind__in=["policy", "commitment"]), name="ruleproposal_kind_known"),
            models.CheckConstraint(
                condition=Q(status__in=["proposed", "published", "returned", "taken_back"]),
                name="ruleproposal_status_known",
            ),
            models.CheckConstraint(
                condition=~Q(status="published")
                | (
                    Q(decided_by__isnull=False, decided_at__isnull=False)
                    & ~Q(decided_by=F("proposed_by"))
                    & (Q(version__isnull=False) | Q(text__isnull=False))
                ),
                name="ruleproposal_two_people",
            ),
            models.CheckConstraint(
                condition=~Q(status="returned")
                | (Q(decided_by__isnull=False, answer__gt="") & ~Q(decided_by=F("proposed_by"))),
                name="ruleproposal_returned_has_why",
            ),
        ]

    def __str__(self) -> str:
        return self.number
