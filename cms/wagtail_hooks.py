"""What Wagtail's admin is told about: lists to keep, menus to leave out."""

import json
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from wagtail import hooks
from wagtail.models import Page

from cms.models.review import APPROVE
from cms.viewsets import ListsGroup, PlacesGroup, TeachingGroup

# People are kept on the desk; help and release notes live on other hosts.
HIDDEN_MENUS = frozenset({"users", "groups", "workflows", "workflow-tasks", "help"})


@hooks.register("register_admin_viewset")
def reference_data() -> list[Any]:
    return [TeachingGroup(), PlacesGroup(), ListsGroup()]


def _shown(items: list[Any]) -> list[Any]:
    return [item for item in items if item.name not in HIDDEN_MENUS]


@hooks.register("construct_main_menu")
def main_menu(_request: HttpRequest, items: list[Any]) -> None:
    items[:] = _shown(items)


@hooks.register("construct_settings_menu")
def settings_menu(_request: HttpRequest, items: list[Any]) -> None:
    items[:] = _shown(items)


@hooks.register("before_edit_page")
def decision(request: HttpRequest, page: Page) -> HttpResponse | None:
    """A decision is about the version that was submitted, never about what stands in the form that it is pressed in.

    Wagtail would save the form first, and who saves is the author of what he approves.
    """
    task, action = page.current_workflow_task, request.POST.get("workflow-action-name", "")
    if not request.POST.get("action-workflow-action") or task is None:
        return None
    held = reverse("review_held", args=[page.pk])
    if action not in {name for name, _label, _modal in task.get_actions(page, request.user)}:
        return redirect(held) if action == APPROVE else None
    told = json.loads(request.POST.get("workflow-action-extra-data") or "{}")
    refused = task.on_action(page.current_workflow_task_state, request.user, action, **told)
    if refused:
        return redirect(refused)
    messages.success(request, _("已批准。") if action == APPROVE else _("已退回给编辑。"))
    return redirect("wagtailadmin_explore", page.get_parent().pk)
