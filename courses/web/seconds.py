"""考勤待确认 for trainer and desk: what of a class waits for a second person, and many rows decided by one press."""

from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from courses.attendance import MarkRefused, seconds
from courses.attendance.kit.words import Why
from courses.attendance.reasons import mark_reasons
from courses.attendance.seconds import WaitingRow
from courses.models import Evidence, Learner, Lesson, TrainingClass, User

# A form holds no more fields than this many rows have; who has decided these is shown the next.
SHOWN = 300
# Why a row waits where that is no reason of a mark by hand.
WHYS: dict[str, str | Promise] = {
    Why.PHONES_DIFFER: gettext_lazy("几条离线记录不一样"),
    Why.NUMBER_TWICE: gettext_lazy("同一序号有两条离线记录"),
    Why.CHAIN: gettext_lazy("离线记录与前后接不上"),
    Why.CLOCK: gettext_lazy("离线点名的手机时钟被改过"),
    Why.CODE_TIME: gettext_lazy("签到码与扫码时间对不上"),
    "kit_late": gettext_lazy("离线记录交得太晚"),
    "register_file": gettext_lazy("机构从文件导入"),
    "shared_device": gettext_lazy("这部手机还为别人签到"),
    "second_scan": gettext_lazy("还缺老师扫码"),
    "old_code": gettext_lazy("签到码已过时"),
}


@dataclass(frozen=True)
class Door:
    """One side from which it is decided. The desk shows masked names, as everywhere."""

    base: str
    whole_names: bool

    def named(self, learner: Learner) -> str:
        return learner.shown_name if self.whole_names else learner.masked_name


TEACH = Door("base_teach.html", whole_names=True)
DESK = Door("base_desk.html", whole_names=False)


@dataclass(frozen=True)
class Shown:
    """One row as the page tells it. `own` is left to others."""

    row: Evidence
    name: str
    why: str
    by: User | None
    own: bool


def page(request: HttpRequest, *, by: User, training_class: TrainingClass, door: Door) -> dict[str, Any]:
    """What waits, lesson by lesson; `all` in the address ticks every box."""
    found = seconds.waiting(training_class=training_class, by=by)
    reasons = {**dict(mark_reasons()), **{key: str(words) for key, words in WHYS.items()}}
    rows = [_shown(one, door, reasons) for one in found[:SHOWN]]
    groups: list[tuple[Lesson, list[Shown]]] = [
        (lesson, list(group)) for lesson, group in groupby(rows, key=lambda one: one.row.lesson)
    ]
    return {
        "training_class": training_class,
        "groups": groups,
        "total": len(found),
        "more": len(found) - len(rows),
        "mine": sum(1 for one in rows if not one.own),
        "ticked": "all" in request.GET,
        "base": door.base,
        "is_desk": door is DESK,
    }


def _shown(one: WaitingRow, door: Door, reasons: dict[str, str]) -> Shown:
    row = one.row
    handed_in = row.kit_entry.by if hasattr(row, "kit_entry") else None
    return Shown(row, door.named(row.learner), reasons.get(row.reason, ""), row.by or handed_in, one.own)


def decide(request: HttpRequest, *, by: User, training_class: TrainingClass, door: Door, now: datetime) -> None:
    """Let what was ticked count or not; how many were decided and which were not, and why, stands on the next page."""
    decision = request.POST.get("decision")
    if decision not in ("agree", "drop"):
        raise BadRequest
    receipts = request.POST.getlist("receipt")[:SHOWN]
    if not receipts:
        messages.error(request, _("没有勾选，未保存。请先勾选要办的记录。"))
        return
    agree = decision == "agree"
    try:
        made = seconds.decide_many(
            by=by, training_class=training_class, receipts=receipts, agree=agree,
            why=request.POST.get("why", ""), now=now,
        )  # fmt: skip
    except MarkRefused as refusal:
        messages.error(request, refusal.sentence)
        return
    if made.done:
        agreed = ngettext("已确认 %(count)s 条，计入考勤。", "已确认 %(count)s 条，计入考勤。", made.done)
        refused = ngettext("%(count)s 条不认可，不计考勤。", "%(count)s 条不认可，不计考勤。", made.done)
        messages.success(request, (agreed if agree else refused) % {"count": made.done})
    for row, cause in made.refused:
        told = {"name": door.named(row.learner), "number": row.lesson.number, "why": cause.sentence}
        messages.error(request, _("%(name)s，第 %(number)s 次课：%(why)s") % told)
