"""Scheduled pages go live and expired ones come down; what may not go out any more is taken off the schedule first."""

import logging
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.utils import timezone

from cms import review

LOG = logging.getLogger(__name__)


class Command(BaseCommand):
    help = "发布到点的页面，撤下到期的页面；含完整号码的不发布，退出计划。"

    def handle(self, *args: Any, **options: Any) -> None:
        taken_back = review.hold_due(now=timezone.now())
        if taken_back:
            LOG.warning("scheduled pages were held back", extra={"count": taken_back})
        call_command("publish_scheduled")
