"""Editor → reviewer → public: who may approve, what is held back, what is let pass, what is due."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.log_actions import log
from wagtail.models import Page, Revision, Task, Workflow, WorkflowPage, WorkflowState, WorkflowTask

from cms import editors, gate
from cms.gate import Finding, PublishRefused
from cms.models import Release, ReviewTask
from cms.models.review import under_review, wrote
from courses import access, audit
from courses.models import User
from courses.refusals import Refused

WORKFLOW = "页面审核"


class ReleaseCode(StrEnum):
    NOT_REVIEWER = "not_reviewer"
    OWN_PAGE = "own_page"
    NOTHING_CHOSEN = "nothing_chosen"
    NO_REASON = "no_reason"
    REASON_HAS_NUMBER = "reason_has_number"


class ReleaseRefused(Refused):
    sentences = {
        ReleaseCode.NOT_REVIEWER: _("只有审核人可以放行，没有放行。请联系审核人。"),
        ReleaseCode.OWN_PAGE: _("这一版由您提交或改过，没有放行。请另一位审核人处理。"),
        ReleaseCode.NOTHING_CHOSEN: _("没有选中任何一处，没有放行。请勾选确认不是个人信息的几处。"),
        ReleaseCode.NO_REASON: _("没有写理由，没有放行。请写明为什么不是个人信息。"),
        ReleaseCode.REASON_HAS_NUMBER: _("理由里有完整的号码，没有保存。请去掉号码再写。"),
    }


def establish(*, root: Page) -> Workflow:
    """The workflow over every page under `root`: one step, the reviewers. Safe to repeat."""
    task = ReviewTask.objects.filter(name=WORKFLOW).first() or ReviewTask.objects.create(name=WORKFLOW)
    task.groups.set([editors.reviewers()])
    workflow: Workflow = Workflow.objects.filter(name=WORKFLOW).first() or Workflow.objects.create(name=WORKFLOW)
    WorkflowTask.objects.get_or_create(workflow=workflow, task=Task.objects.get(pk=task.pk))
    WorkflowPage.objects.update_or_create(page=root, defaults={"workflow": workflow})
    return workflow


def held(*, page: Page) -> tuple[Finding, ...]:
    """What may not go out with this version of a page: findings that no reviewer has let pass on it."""
    found = gate.page_findings(page)
    if not found:
        return ()
    passed = set(Release.objects.filter(page=page.alias_of_id or page.pk).values_list("key", flat=True))
    return tuple(finding for finding in found if finding.key not in passed)


def require_clear(*, page: Page) -> None:
    """Refused: PublishRefused, with every finding."""
    findings = held(page=page)
    if findings:
        raise PublishRefused(findings)


def publish_approved(state: WorkflowState, user: User | None = None) -> None:
    """An approval publishes the version that was submitted, or schedules it; a later one stays a draft.

    Refused: PublishRefused; nothing changes. No group may publish; the approval is the permission.
    """
    revision = state.current_task_state.revision
    page = state.content_object
    require_clear(page=revision.as_object())
    revision.publish(user=user, skip_permission_checks=True)
    detail = {"revision": revision.pk, "is_latest": revision.is_latest_revision()}
    audit.record(by=user, verb="page_approved", target=page, now=timezone.now(), detail=detail)


@dataclass(frozen=True)
class Held:
    """Where a page stands before the gate, for one person: the version that waits for review, else its latest."""

    findings: tuple[Finding, ...]
    is_own: bool
    may_release: bool
    in_review: bool


def state_of(*, page: Page, user: User, now: datetime) -> Held:
    findings = held(page=under_review(page=page).as_object())
    is_own, in_review = wrote(page=page, user=user), bool(page.workflow_in_progress)
    reviews = access.may(user=user, permission=access.Permission.REVIEW_PAGES, now=now)
    return Held(findings, is_own, reviews and not is_own and bool(findings), in_review)


@transaction.atomic
def release(*, page: Page, keys: Sequence[str], reason: str, by: User, now: datetime) -> int:
    """Let chosen findings pass on this page, with a reason; returns how many.

    Those of the version that waits for review, else of the latest.
    Two people: the reviewer neither submitted this version nor changed it. Refused: ReleaseRefused.
    """
    if not access.may(user=by, permission=access.Permission.REVIEW_PAGES, now=now):
        raise ReleaseRefused(ReleaseCode.NOT_REVIEWER)
    if wrote(page=page, user=by):
        raise ReleaseRefused(ReleaseCode.OWN_PAGE)
    reason = reason.strip()
    if not reason:
        raise ReleaseRefused(ReleaseCode.NO_REASON)
    if not gate.is_clean(reason):
        raise ReleaseRefused(ReleaseCode.REASON_HAS_NUMBER)
    chosen = {finding.key for finding in held(page=under_review(page=page).as_object()) if finding.key in keys}
    if not chosen:
        raise ReleaseRefused(ReleaseCode.NOTHING_CHOSEN)
    for key in sorted(chosen):
        Release.objects.create(page_id=page.pk, key=key, reason=reason[:200], by=by, at=now)
    audit.record(by=by, verb="page_released", target=page, now=now, detail={"findings": len(chosen), "reason": reason})
    return len(chosen)


def hold_due(*, now: datetime) -> int:
    """Take back the schedule of versions that are due and may not go out any more; returns how many.

    A file may have been replaced since the approval. The page stays as it is, its history says so.
    """
    taken_back = 0
    for revision in Revision.objects.filter(approved_go_live_at__lte=now):
        page: Any = revision.as_object()
        findings = held(page=page)
        if findings:
            taken_back += 1
            _take_back(revision, page, findings, now)
    return taken_back


@transaction.atomic
def _take_back(revision: Revision, page: Page, findings: Sequence[Finding], now: datetime) -> None:
    revision.approved_go_live_at = None
    revision.save(update_fields=["approved_go_live_at"])
    data = {"revision": {"id": revision.pk, "created": revision.created_at.isoformat(), "has_live_version": page.live}}
    log(instance=page, action="wagtail.schedule.cancel", data=data, revision=revision)
    audit.record(by=None, verb="page_held", target=page, now=now, detail={"findings": len(findings)})
