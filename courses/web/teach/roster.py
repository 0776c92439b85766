"""点名册: who needs me, who is missing, who is here; and the state that the page asks for every two seconds."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from courses import access, attendance, policy, supervision
from courses.access import Permission
from courses.attendance import Mark, Phase, RosterRow
from courses.attendance.reasons import mark_reasons
from courses.models import Attendance, Lesson
from courses.web.gate import allow, public
from courses.web.presence import why_turned_away
from courses.web.teach.classes import own_lesson
from courses.web.teach.drawn import drawn
from courses.web.teach.screens import CSRF_PLACE, Answer, Moment, Screen, answer_of, draws, screen_token, told

Status = Attendance.Status
CALLABLE = (Phase.OPEN, Phase.CLOSING, Phase.LATE)
AWAY = (Status.LEAVE, Status.SICK, Status.ABSENT)
FIRST = 10
SHAPES: dict[str, tuple[str, str | Promise]] = {
    Status.PRESENT: ("ok", gettext_lazy("已到")),
    Status.ADDED: ("ok", gettext_lazy("补签")),
    Status.LATE: ("half", gettext_lazy("迟到")),
    Status.LEFT_EARLY: ("half", gettext_lazy("早退")),
    Status.AWAITING: ("wait", gettext_lazy("待确认")),
    Status.LEAVE: ("none", gettext_lazy("已请假")),
    Status.SICK: ("none", gettext_lazy("病假")),
    Status.ABSENT: ("no", gettext_lazy("缺勤")),
    Status.UNMARKED: ("none", gettext_lazy("未到")),
}
MARKS: tuple[tuple[Mark, str | Promise], ...] = (
    (Mark.PRESENT, pgettext_lazy("mark", "到课")),
    (Mark.LATE, gettext_lazy("迟到")),
    (Mark.OUT, gettext_lazy("签退")),
    (Mark.LEAVE, gettext_lazy("事假")),
    (Mark.SICK, gettext_lazy("病假")),
    (Mark.ABSENT, gettext_lazy("缺勤")),
)


@dataclass(frozen=True)
class Item:
    row: RosterRow
    shape: str
    word: str | Promise


@allow(Permission.TEACH)
@never_cache
def roster(request: HttpRequest, name: str) -> HttpResponse:
    """The whole page. `no` names the seat whose hand mark is asked for."""
    lesson = own_lesson(request, name)
    now = timezone.now()
    shown = _shown(lesson, name, now)
    context = {
        "token": screen_token(screen=Screen.ROSTER, lesson=lesson, now=now),
        "marks": MARKS,
        "reasons": mark_reasons(),
        "chosen": request.GET.get("no", ""),
        "chosen_as": request.GET.get("as", ""),
        "by_place": sorted(shown["rows"], key=lambda item: item.row.arrival_no),
        "turned_away": [(row, why_turned_away(row.code)) for row in attendance.turned_away(lesson=lesson)],
        "guests": attendance.guests_of(lesson=lesson),
        "signals": supervision.latest(access.own_signals(lessons=[lesson]), looked_at=False).count(),
    }
    return render(request, "teach/lesson/show.html", {**context, **shown})


@public
@require_safe
def roster_state(request: HttpRequest, name: str) -> HttpResponse:
    return told(request, screen=Screen.ROSTER, name=name)


@draws(Screen.ROSTER)
def _parts(_request: HttpRequest, moment: Moment) -> Answer:
    """The parts that change. The time in the head is the page's own to tell, and no change."""
    lesson = moment.lesson
    context = {**_shown(lesson, attendance.lesson_name(lesson), moment.now), "csrf_token": CSRF_PLACE}
    parts = {part: render_to_string(f"teach/lesson/{part}.html", context) for part in ("head", "rows")}
    body = {**parts, "counting": context["counting"]}
    told_by_head = [context["counts"], context["counting"], str(lesson.training_class.course.label), lesson.number]
    return answer_of(body=body, seen=f"{told_by_head}{parts['rows']}")


def _shown(lesson: Lesson, name: str, now: datetime) -> dict[str, Any]:
    rows = attendance.roster(lesson=lesson)
    call = attendance.roll_call_state(lesson=lesson)
    pinned = policy.of_class(training_class=lesson.training_class, on=policy.local_date(now))
    phase = attendance.phase_of(lesson=lesson, policy=pinned, now=now)
    items = [_item(row, phase) for row in rows]
    came = [item for item in items if item.row.in_at is not None and "in_awaits" not in item.row.reasons]
    missing = [item for item in items if item.row.in_at is None and not item.row.needs_me]
    by_hand = sum(1 for item in came if item.row.by_hand)
    suggested = attendance.suggested_at(lesson=lesson, policy=pinned)
    return {
        "lesson": lesson,
        "name": name,
        "now": now,
        "phase": phase,
        "call": call,
        "calling": call is not None and call.is_running(now),
        "may_tick": now <= lesson.ends_at,
        "over": now > lesson.ends_at,
        "suggested": call is None and suggested is not None and suggested <= now and phase in CALLABLE,
        "counting": supervision.is_counting(lesson=lesson, now=now),
        "rows": items,
        "door": attendance.asking(lesson=lesson),
        "asking": [item for item in items if item.row.needs_me and not item.row.for_another],
        "for_another": [item for item in items if item.row.for_another],
        "stayed": [item for item in came if _stayed(item.row, phase)],
        "missing": missing,
        "missing_first": [_missing_row(item) for item in missing[:FIRST]],
        "missing_more": [_missing_row(item) for item in missing[FIRST:]],
        "came": [_came_row(item) for item in came if not item.row.needs_me and not _stayed(item.row, phase)],
        "counts": {
            "here": sum(1 for item in came if "late" not in item.row.reasons),
            "late": sum(1 for item in came if "late" in item.row.reasons),
            "awaiting": sum(1 for item in items if item.row.needs_me),
            "missing": len(missing),
        },
        "by_hand": by_hand,
        "manual_limit": pinned.manual_share_flag,
        "too_many_by_hand": by_hand * 100 > pinned.manual_share_flag * max(1, len(came)),
    }


def _missing_row(item: Item) -> SafeString:
    row = item.row
    return drawn(
        "teach/lesson/missing.html",
        no=row.arrival_no,
        person=row.name,
        unmarked=row.status == Status.UNMARKED,
        shape=item.shape,
        word=str(item.word),
    )


def _came_row(item: Item) -> SafeString:
    row = item.row
    return drawn(
        "teach/lesson/came.html",
        no=row.arrival_no,
        person=row.name,
        by_hand=row.by_hand,
        in_at=row.in_at,
        out_at=row.out_at,
        shape=item.shape,
        word=str(item.word),
    )


def _stayed(row: RosterRow, phase: Phase) -> bool:
    """Nobody can scan out any more, and this learner did not: 0 minutes until the trainer decides."""
    return phase == Phase.ENDED and "no_checkout" in row.reasons and not row.needs_me


def _item(row: RosterRow, phase: Phase) -> Item:
    """A learner who is in the room and has yet to scan out is not called 待确认."""
    if row.status != Status.AWAITING or "no_checkout" not in row.reasons:
        return Item(row, *SHAPES[row.status])
    if _stayed(row, phase):
        return Item(row, "wait", gettext_lazy("没有签退"))
    return Item(row, *SHAPES[Status.LATE if "late" in row.reasons else Status.PRESENT])
