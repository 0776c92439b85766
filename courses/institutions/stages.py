"""How far the registration of each institution has come, for a list and its file."""

from typing import Any

from django.db.models import Exists, Max, OuterRef, QuerySet
from django.utils.translation import gettext as _

from courses.models import Institution, Registration

Status = Registration.Status


def with_stage(*, institutions: QuerySet[Institution]) -> QuerySet[Any]:
    """Each with `waits`, `returned`, `drafted`, `holds`, and `since`: when it last handed something in."""
    files = Registration.objects.filter(institution=OuterRef("pk"))
    return institutions.annotate(
        waits=Exists(files.filter(status=Status.SUBMITTED)),
        returned=Exists(files.filter(status=Status.RETURNED)),
        drafted=Exists(files.filter(status=Status.DRAFT)),
        holds=Exists(files.filter(status=Status.APPROVED)),
        since=Max("registrations__submitted_at"),
    )


def stage_words(institution: Institution) -> str:
    """Of one that `with_stage` gave: what comes first is what somebody has to do."""
    stages = (("waits", _("待审核")), ("returned", _("已退回")), ("holds", _("已通过")))
    return next((words for name, words in stages if getattr(institution, name)), _("未备案"))
