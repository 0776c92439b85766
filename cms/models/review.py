"""The step between an editor's page and the public, and what a reviewer let pass with a reason."""

from typing import Any, ClassVar

from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.models import AbstractGroupApprovalTask, Page, Revision, WorkflowState

from cms.gate import PublishRefused
from courses import audit
from courses.models import User
from courses.privacy import DigestField

APPROVE = "approve"


def under_review(*, page: Page) -> Revision:
    """The version that was submitted and waits; of a page that waits for nobody, its latest."""
    task_state = page.current_workflow_task_state
    return task_state.revision if task_state else page.get_latest_revision()


def wrote(*, page: Page, user: Any) -> bool:
    """Whether somebody submitted the page that waits, or made the version that waits or its latest one."""
    revisions = (under_review(page=page), page.get_latest_revision())
    state: WorkflowState | None = page.current_workflow_state
    return user.pk in {*(row.user_id for row in revisions if row), state.requested_by_id if state else None}


class ReviewTask(AbstractGroupApprovalTask):
    """Two people: who submitted a page or changed it last may return it, never approve it."""

    def get_actions(self, obj: Any, user: Any) -> list[tuple[str, Any, bool]]:
        actions: list[tuple[str, Any, bool]] = super().get_actions(obj, user)
        if wrote(page=obj, user=user):
            return [action for action in actions if action[0] != APPROVE]
        return actions

    def on_action(self, task_state: Any, user: Any, action_name: str, **kwargs: Any) -> str | None:
        """Approve or return. What may not go out stays in review; the answer is where to read why."""
        page = task_state.revision.content_object
        if action_name == APPROVE and wrote(page=page, user=user):
            return reverse("review_held", args=[page.pk])
        try:
            super().on_action(task_state, user, action_name, **kwargs)
        except PublishRefused as refused:
            now, found = timezone.now(), {"findings": len(refused.findings)}
            audit.record(by=user, verb="page_held", target=page, now=now, detail=found)
            return reverse("review_held", args=[page.pk])
        return None

    class Meta:
        verbose_name = _("审核")


class Release(models.Model):
    """放行: a reviewer says that one finding on one page is nobody's number, and why. Never changed."""

    page = models.ForeignKey(Page, on_delete=models.CASCADE, related_name="+")
    key = DigestField()
    reason = models.CharField(max_length=200)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["page", "key"], name="release_once"),
            models.CheckConstraint(condition=models.Q(reason__gt=""), name="release_has_reason"),
        ]
