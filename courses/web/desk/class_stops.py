"""取消班次、暂停班次: what that means for everybody concerned, before it is done."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from courses import attendance
from courses.access import Permission
from courses.attendance import Stop
from courses.classes import ClassRefusal
from courses.models import Completion, Enrolment, TrainingClass
from courses.web.desk.class_file import fetch
from courses.web.desk.class_moves import moves_for
from courses.web.desk.page import officer, show
from courses.web.gate import allow

Status = TrainingClass.Status
Of = Enrolment.Status
# What becomes of whom, in the order of the page.
CANCELLED: dict[str, str | Promise] = {
    Of.ADMITTED: gettext_lazy("席位取消，报名结束，不能恢复"),
    Of.APPLIED: gettext_lazy("席位取消，报名结束，不能恢复"),
    Of.CANDIDATE: gettext_lazy("评选不再进行，报名结束"),
    Of.OFFERED: gettext_lazy("空位收回，报名结束"),
    Of.WAITLISTED: gettext_lazy("不再递补，报名结束"),
}
SUSPENDED: dict[str, str | Promise] = {
    Of.ADMITTED: gettext_lazy("席位保留，暂停期间不上课"),
    Of.APPLIED: gettext_lazy("席位保留，恢复后再审核"),
    Of.CANDIDATE: gettext_lazy("申请保留，恢复后再录取"),
    Of.OFFERED: gettext_lazy("空位保留，恢复后重新发短信确认"),
    Of.WAITLISTED: gettext_lazy("名次保留，暂停期间不递补"),
}
# The refusal would say that nothing was saved, of what nobody has pressed yet.
AGAINST: dict[str, str | Promise] = {
    ClassRefusal.COMPLETIONS_STAND: gettext_lazy("这个班已有结业记录。请先退回或撤销结业。"),
    ClassRefusal.WAS_HELD: gettext_lazy("这个班已有考勤或成绩。请先开班（已暂停的先恢复），再办结班次，记录都会保留。"),
}


@dataclass(frozen=True)
class Line:
    label: str | Promise
    value: str
    note: str | Promise = ""


@allow(Permission.SEE_DESK)
def desk_class_cancel(request: HttpRequest, number: str) -> HttpResponse:
    return _outlook(request, number, Status.CANCELLED, CANCELLED)


@allow(Permission.SEE_DESK)
def desk_class_suspend(request: HttpRequest, number: str) -> HttpResponse:
    return _outlook(request, number, Status.SUSPENDED, SUSPENDED)


def _outlook(request: HttpRequest, number: str, to: Status, becomes: dict[str, str | Promise]) -> HttpResponse:
    """Shown to whom the page of the class offers this step; the step itself is `desk_class_advance`."""
    now = timezone.now()
    training_class = fetch(request, number, Permission.SEE_DESK)
    offered = moves_for(user=officer(request), training_class=training_class, now=now)
    move = next((move for move in offered if move.to == to and move.page), None)
    if move is None:
        messages.info(request, _("班次现在不能这样办理。请看现在的状态再选。"))
        return redirect("desk_class", number)
    stop = attendance.foresee_stop(training_class=training_class, to=to, now=now)
    context: dict[str, Any] = {
        "training_class": training_class,
        "move": move,
        "cancels": to == Status.CANCELLED,
        "against": AGAINST[stop.refusal.code] if stop.refusal else "",
        "people": [Line(Of(one).label, _people(stop.concerned.people.get(one, 0)), becomes[one]) for one in becomes],
        "told": _told(stop),
        "unreached": stop.concerned.unreached,
        "held": stop.held,
        "ahead": stop.ahead,
        "completions": [Line(Completion.Status(one).label, _people(many)) for one, many in stop.completions.items()],
        "crumbs": [(_("班次"), reverse("desk_classes")), (number, reverse("desk_class", args=[number]))],
        "here": move.words,
    }
    return show(request, "desk/classes/stop.html", context, here="desk_classes")


def _told(stop: Stop) -> list[Line]:
    """Who hears of it; nobody is named twice, and those of whom there is none are left out."""
    learners = sum(stop.concerned.people.values()) - stop.concerned.unreached
    found = [
        (_("本班报名的学员"), learners),
        (_("任课教师"), stop.concerned.trainers),
        (_("团报单位联系人"), stop.concerned.contacts),
        (_("来本班补课的外班学员"), stop.guests),
        (_("申请转入本班的学员"), stop.concerned.wishes),
    ]
    return [Line(label, _people(many)) for label, many in found if many]


def _people(many: int) -> str:
    return ngettext("%(count)s 人", "%(count)s 人", many) % {"count": many}
