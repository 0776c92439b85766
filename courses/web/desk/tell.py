"""当面告知: learners of one class whom no message reaches, what is to be said to each, and that it was said."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from courses import notices, privacy
from courses.access import Permission
from courses.models import OutboxMessage, TrainingClass
from courses.web.desk.class_file import fetch
from courses.web.desk.page import officer, show
from courses.web.gate import allow
from courses.web.told import told

NO_PHONE, OVER_SHARE, NOT_TAKEN = (
    gettext_lazy("没有手机号"),
    gettext_lazy("当天短信已满，没有发"),
    gettext_lazy("短信没有送到"),
)


@dataclass(frozen=True)
class Said:
    key: UUID
    text: str
    at: datetime


@dataclass(frozen=True)
class Unheard:
    """One learner, with all that is to be said."""

    number: str
    name: str
    phone: str
    why: list[str | Promise]
    said: list[Said]


@never_cache
@allow(Permission.RUN_CLASSES)
def desk_tell(request: HttpRequest, number: str) -> HttpResponse:
    training_class = fetch(request, number, Permission.RUN_CLASSES)
    context = {
        "training_class": training_class,
        "learners": _learners(training_class, timezone.now()),
        "ways": OutboxMessage.How.choices,
        "crumbs": [
            (_("班次"), reverse("desk_classes")),
            (training_class.number, reverse("desk_class", args=[number])),
        ],
        "here": _("当面告知"),
    }
    return show(request, "desk/tell/show.html", context, here="desk_classes")


def _learners(training_class: TrainingClass, now: datetime) -> list[Unheard]:
    """Who waits longest first; of each the oldest message first. One statement."""
    rows = notices.unheard(now=now).filter(training_class=training_class).select_related("learner")
    by_learner: dict[int, list[OutboxMessage]] = {}
    for row in rows.order_by("due_at", "pk"):
        by_learner.setdefault(row.learner_id or 0, []).append(row)
    return [_learner(held) for held in by_learner.values()]


def _learner(rows: list[OutboxMessage]) -> Unheard:
    learner = rows[0].learner
    assert learner is not None
    said = [Said(row.provider_key, notices.words_to_say(message=row), row.created_at) for row in rows]
    why = list(dict.fromkeys(_why(row) for row in rows))
    return Unheard(learner.number, learner.masked_name, privacy.mask_phone(learner.phone), why, said)


def _why(row: OutboxMessage) -> str | Promise:
    if not row.to:
        return NO_PHONE
    return NOT_TAKEN if row.status == OutboxMessage.Status.FAILED else OVER_SHARE


@require_POST
@allow(Permission.RUN_CLASSES)
def desk_tell_done(request: HttpRequest, number: str) -> HttpResponse:
    """Exactly what stood on the page was said; what came since stays to be said."""
    training_class = fetch(request, number, Permission.RUN_CLASSES)
    with told(request, _("已记下。")):
        notices.acknowledge(
            by=officer(request),
            training_class=training_class,
            keys=_keys(request),
            how=request.POST.get("how", ""),
            now=timezone.now(),
        )
    return redirect("desk_tell", number)


def _keys(request: HttpRequest) -> list[UUID]:
    """What is no key is none of ours, and is left out."""
    found = []
    for value in request.POST.getlist("message"):
        try:
            found.append(UUID(value))
        except ValueError:
            continue
    return found
