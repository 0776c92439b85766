"""我的学习: the next lesson, what is still missing, and the path."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from courses import access, catalogue, enrolment, policy
from courses.attendance import LessonProgress, Progress, of_enrolments, roll_call_for
from courses.models import Attendance, Enrolment, Learner, Lesson
from courses.web.gate import learner_only
from courses.web.presence import SHAPES

CAME = (Attendance.Status.PRESENT, Attendance.Status.LATE, Attendance.Status.LEFT_EARLY, Attendance.Status.ADDED)


@dataclass(frozen=True)
class Card:
    """One class of the learner's as the page shows it."""

    enrolment: Enrolment
    progress: Progress
    beads: list[dict[str, Any]]
    place: int
    words: str


@learner_only
def learning(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    learner: Learner = request.learner  # type: ignore[attr-defined]
    rows = list(
        access.own_enrolments(learner=learner)
        .filter(status__in=Enrolment.LIVE)
        .select_related("training_class__course", "training_class__venue", "training_class__district")
        .order_by("-training_class__starts_on")
    )
    standing = of_enrolments(enrolments=rows, now=now)
    next_lesson = enrolment.starts_soon(learner=learner, now=now).first()
    rows.sort(key=lambda row: _rank(row, standing[row.pk], next_lesson))
    return render(
        request,
        "my/learning/show.html",
        {
            "learner": learner,
            "cards": [_card(row, standing[row.pk], next_lesson) for row in rows],
            "several": len(rows) > 1,
            "next_lesson": next_lesson,
            "when": _when(next_lesson, now) if next_lesson else "",
            "roll_call": roll_call_for(learner_id=learner.pk, now=now),
            **(_here(next_lesson, learner, now) if next_lesson else {}),
            "nearby": catalogue.this_week(now=now, limit=3).openings if not rows else [],
        },
    )


def _rank(row: Enrolment, progress: Progress, next_lesson: Lesson | None) -> int:
    """What waits for an answer first, then the class of the next lesson, what is over last."""
    if row.status == Enrolment.Status.OFFERED:
        return -1
    if next_lesson is not None and row.training_class_id == next_lesson.training_class_id:
        return 0
    return 1 if progress.to_come else 2


def _card(row: Enrolment, progress: Progress, next_lesson: Lesson | None) -> Card:
    beads = [_bead(lesson, next_lesson) for lesson in progress.lessons]
    beads.append({"state": "certificate", "title": _("培训合格证书"), "when": _("结业后在这里领取")})
    waits = row.status == Enrolment.Status.WAITLISTED
    return Card(row, progress, beads, enrolment.place(enrolment=row) if waits else 0, _words(row, progress))


def _words(row: Enrolment, progress: Progress) -> str:
    """The good news first, then the condition."""
    if row.status == Enrolment.Status.WAITLISTED:
        return _("正在候补")
    if row.status == Enrolment.Status.OFFERED:
        return _("有空位了，请确认")
    if row.status == Enrolment.Status.APPLIED:
        return _("报名已收到，等待审核")
    if row.status == Enrolment.Status.CANDIDATE:
        return _("报名已收到，等待评选")
    if progress.fulfilled:
        return _("学时已够，等老师提出结业")
    needed = progress.lessons_needed
    if needed is None:
        return _("剩下的课次不够结业，请联系老师")
    return _("还差 %(count)s 次课，就能结业") % {"count": needed}


def _bead(row: LessonProgress, next_lesson: Lesson | None) -> dict[str, Any]:
    kind, word = SHAPES[row.status]
    day = policy.local_date(row.lesson.starts_at)
    is_next = next_lesson is not None and row.lesson.pk == next_lesson.pk and row.status not in CAME
    came = row.status in CAME
    missed = row.status == Attendance.Status.ABSENT
    state = "next" if is_next else "done" if came else "absent" if missed else "coming"
    bead: dict[str, Any] = {
        "state": state,
        "number": row.lesson.number,
        "title": row.lesson.title,
        "when": f"{day.month}-{day.day}",
        "minutes": row.minutes,
    }
    if row.begun or row.status != Attendance.Status.UNMARKED:
        bead |= {"status": kind, "word": word}
    return bead


def _here(lesson: Lesson, learner: Learner, now: datetime) -> dict[str, Any]:
    """When the learner came to this lesson and left it, and whether leaving is still to be scanned."""
    rules = policy.of_class(training_class=lesson.training_class, on=policy.local_date(now))
    own = Attendance.objects.filter(lesson=lesson, learner=learner).first()
    came, left = (own.in_at, own.out_at) if own else (None, None)
    return {
        "came_at": came,
        "left_at": left,
        "scans_out": rules.checkout_required and came is not None and left is None,
    }


def _when(lesson: Lesson, now: datetime) -> str:
    days = (policy.local_date(lesson.starts_at) - policy.local_date(now)).days
    return {0: _("今天"), 1: _("明天"), 2: _("后天")}.get(days, "")
