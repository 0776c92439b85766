"""全班撤销: what counts of one class, all of it proposed for revocation with one reason, and confirmed by another."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from courses.access import Permission
from courses.completion import whole_class
from courses.models import Completion, CountEntry, Revocation, TrainingClass, User
from courses.refusals import Refused
from courses.web.desk.class_file import fetch
from courses.web.desk.outlook import gather
from courses.web.desk.page import officer, show
from courses.web.gate import allow


@dataclass(frozen=True)
class Line:
    """One person-time that counts; `said` is the latest revocation that was proposed of it, decided or not."""

    completion: Completion
    name: str
    entry: CountEntry
    said: Revocation | None

    @property
    def waits(self) -> bool:
        return self.said is not None and self.said.status == Revocation.Status.PROPOSED

    def may_confirm(self, by: User) -> bool:
        return self.said is not None and self.waits and by.pk not in (
            self.said.proposed_by_id, self.completion.approved_by_id
        )  # fmt: skip


@require_http_methods(["GET", "POST"])
@allow(Permission.REVIEW)
def desk_class_revocations(request: HttpRequest, number: str) -> HttpResponse:
    """The lines; by POST all of them that nobody has decided on are proposed for revocation."""
    training_class = fetch(request, number, Permission.REVIEW)
    if request.method == "POST":
        return _propose(request, training_class)
    user = officer(request)
    lines = _lines(training_class)
    context = {
        "training_class": training_class,
        "lines": lines,
        "undecided": sum(line.said is None for line in lines),
        "to_confirm": [line for line in lines if line.may_confirm(user)],
        "waiting": sum(line.waits for line in lines),
        "crumbs": [
            (_("班次"), reverse("desk_classes")),
            (training_class.number, reverse("desk_class", args=[training_class.number])),
        ],
        "here": _("撤销全班计数"),
    }
    return show(request, "desk/revocations/whole_class.html", context, here="desk_completions")


def _lines(training_class: TrainingClass) -> list[Line]:
    """Three statements, however many there are."""
    rows = list(whole_class.counted(training_class=training_class).select_related("enrolment__learner"))
    entries = CountEntry.objects.filter(completion__in=rows, amount=1, reversal__isnull=True)
    standing = {entry.completion_id: entry for entry in entries}
    proposals = Revocation.objects.filter(completion__in=rows).select_related("proposed_by").order_by("pk")
    said = {one.completion_id: one for one in proposals}
    return [
        Line(row, row.enrolment.learner.masked_name, standing[row.pk], said.get(row.pk))
        for row in rows
        if row.pk in standing
    ]


def _propose(request: HttpRequest, training_class: TrainingClass) -> HttpResponse:
    reason = request.POST.get("reason", "")
    try:
        taken = whole_class.propose_class(
            by=officer(request), training_class=training_class, reason=reason, now=timezone.now()
        )
    except Refused as refusal:
        messages.error(request, refusal.sentence)
        return redirect("desk_class_revocations", training_class.number)
    words = ngettext(
        "已提出撤销 %(count)s 人次，等他人确认。确认之前仍然计数。",
        "已提出撤销 %(count)s 人次，等他人确认。确认之前仍然计数。",
        taken.done,
    )
    _tell(
        request, words % {"count": taken.done} if taken.done else _("没有可提出撤销的人次，没有改动。"), taken.refused
    )
    return redirect("desk_class_revocations", training_class.number)


@require_POST
@allow(Permission.REVIEW)
def desk_class_revocations_confirm(request: HttpRequest, number: str) -> HttpResponse:
    """The second person confirms what others proposed for the class, as the page showed it."""
    training_class = fetch(request, number, Permission.REVIEW)
    taken = whole_class.confirm_class(
        by=officer(request),
        training_class=training_class,
        numbers=request.POST.getlist("revocation"),
        now=timezone.now(),
    )
    words = ngettext(
        "已撤销 %(count)s 人次，已冲减，证书随之失效。", "已撤销 %(count)s 人次，已冲减，证书随之失效。", taken.done
    )
    _tell(
        request, words % {"count": taken.done} if taken.done else _("没有可由您确认的撤销，没有改动。"), taken.refused
    )
    return redirect("desk_class_revocations", number)


def _tell(request: HttpRequest, words: str, refused: Iterable[Refused]) -> None:
    messages.info(request, words)
    for sentence, many in gather(refusal.sentence for refusal in refused):
        told = ngettext("%(many)s 人没有办理：%(sentence)s", "%(many)s 人没有办理：%(sentence)s", many)
        messages.error(request, told % {"many": many, "sentence": sentence})
