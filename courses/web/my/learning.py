"""我的学习: the next lesson, what is still missing, and the path."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from courses import access, catalogue, certificates, completion, enrolment, policy, selection
from courses.attendance import LessonProgress, Progress, of_enrolments, roll_call_for
from courses.certificates import Checked
from courses.models import Attendance, Certificate, Completion, Enrolment, Learner, Lesson, TrainingClass
from courses.web.certificates import TONES
from courses.web.gate import learner_only
from courses.web.my.standing import Standing, at_stake, completed, here, prospect, review_words, standing
from courses.web.presence import SHAPES

CAME = (Attendance.Status.PRESENT, Attendance.Status.LATE, Attendance.Status.LEFT_EARLY, Attendance.Status.ADDED)
MOST_ENDED = 20
BY_RANK = TrainingClass.Mode.SELECTED


@dataclass(frozen=True)
class Card:
    """One class of the learner's as the page shows it."""

    enrolment: Enrolment
    progress: Progress
    beads: list[dict[str, Any]]
    place: int
    words: str
    hour: int
    lacks_pitch: bool
    prospect: str
    review: str
    places: list[tuple[Enrolment, int]]


@learner_only
def learning(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    learner: Learner = request.learner  # type: ignore[attr-defined]
    rows = list(
        access.own_enrolments(learner=learner)
        .filter(status__in=Enrolment.LIVE)
        .select_related(
            "learner", "completion", "training_class__course", "training_class__venue", "training_class__district"
        )
        .order_by("-training_class__starts_on")
    )
    progress = of_enrolments(enrolments=rows, now=now)
    next_lesson = enrolment.starts_soon(learner=learner, now=now).first()
    held = _held(learner, now)
    rows.sort(key=lambda row: _rank(row, progress[row.pk], next_lesson))
    return render(
        request,
        "my/learning/show.html",
        {
            "learner": learner,
            "cards": [_card(row, progress[row.pk], next_lesson, held, now) for row in rows],
            "several": len(rows) > 1,
            "next_lesson": next_lesson,
            "is_on": next_lesson is not None and next_lesson.starts_at <= now,
            "when": _when(next_lesson, now) if next_lesson else "",
            "roll_call": roll_call_for(learner_id=learner.pk, now=now),
            **(here(lesson=next_lesson, learner=learner, now=now) if next_lesson else {}),
            "ended": _ended(learner),
            "nearby": catalogue.this_week(now=now, limit=3).openings if not rows else [],
        },
    )


def _ended(learner: Learner) -> list[tuple[Enrolment, Standing]]:
    """What is over without a seat, latest first."""
    rows = access.own_enrolments(learner=learner).exclude(status__in=Enrolment.LIVE)
    latest = rows.select_related("training_class__course").order_by("-decided_at", "-pk")[:MOST_ENDED]
    return [(row, standing(own=row)) for row in latest]


def _held(learner: Learner, now: datetime) -> dict[int, tuple[Certificate, Checked]]:
    """By enrolment, the newest version of its certificate and what is to be said of it."""
    rows = access.own_certificates(learner=learner).select_related("completion__enrolment")
    newest = {row.completion.enrolment_id: row for row in rows.prefetch_related("withdrawals").order_by("version")}
    told = certificates.describe(certificates=list(newest.values()), now=now) if newest else {}
    return {own: (row, told[row.number]) for own, row in newest.items()}


def _rank(row: Enrolment, progress: Progress, next_lesson: Lesson | None) -> int:
    """What waits for an answer first, then the class of the next lesson, what is over last."""
    if row.status == Enrolment.Status.OFFERED:
        return -1
    if next_lesson is not None and row.training_class_id == next_lesson.training_class_id:
        return 0
    return 1 if progress.to_come and not completed(row) else 2


def _card(
    row: Enrolment,
    progress: Progress,
    next_lesson: Lesson | None,
    held: dict[int, tuple[Certificate, Checked]],
    now: datetime,
) -> Card:
    beads = [_bead(lesson, next_lesson) for lesson in progress.lessons]
    beads.append(_last_bead(row, held.get(row.pk)))
    waits = row.status == Enrolment.Status.WAITLISTED
    rules = policy.of_class(training_class=row.training_class, on=policy.local_date(now))
    place = enrolment.place(enrolment=row) if waits else 0
    candidate = row.status == Enrolment.Status.CANDIDATE
    result = selection.own_result(enrolment=row, now=now) if candidate else None
    lacks_pitch = candidate and result is None and selection.pitch_of(enrolment=row) is None
    words = _words(row, progress, place, result, now)
    hopes = prospect(own=row, by_rank=row.training_class.mode == BY_RANK, now=now) if waits else ""
    offered = row.status == Enrolment.Status.OFFERED
    places = at_stake(learner=row.learner, training_class=row.training_class) if offered else []
    review = review_words(own=row)
    return Card(row, progress, beads, place, words, rules.hour_minutes, lacks_pitch, hopes, review, places)


def _words(row: Enrolment, progress: Progress, place: int, result: selection.Own | None, now: datetime) -> str:
    """The good news first, then the condition."""
    if row.status != Enrolment.Status.ADMITTED or row.training_class.status == TrainingClass.Status.SUSPENDED:
        return standing(own=row, place=place, outcome=result.line.outcome if result else "").words
    if done := completed(row):
        return done.words
    if progress.fulfilled:
        lacking = _lacking(row, progress, now)
        return _("学时已够，还差：%(parts)s") % {"parts": lacking} if lacking else _("学时已够，等老师提出结业")
    needed = progress.lessons_needed
    if needed is None:
        if not progress.may_be_enough:
            return _("剩下的课次不够结业，请联系老师")
        return _("正在上课，下课后再看还差多少") if progress.is_on else _("老师确认考勤后，再看还差多少")
    return _("还差 %(count)s 次课，就能结业") % {"count": needed}


def _lacking(row: Enrolment, progress: Progress, now: datetime) -> str:
    """The scores and works that the class asks for and that have not passed yet."""
    asked = policy.parts_asked(training_class=row.training_class)
    parts = completion.reach(enrolment=row, progress=progress, now=now).parts if asked else ()
    return "、".join(part.finding.sentence for part in parts if part.finding.code in asked and not part.finding.met)


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


def _last_bead(row: Enrolment, held: tuple[Certificate, Checked] | None) -> dict[str, Any]:
    """The certificate: to come, on its way, in hand, or no longer good."""
    if held is None:
        done = completed(row)
        approved = done is not None and done.status == Completion.Status.APPROVED
        when = _("已结业，机构发证后在这里领取") if approved else _("结业后在这里领取")
        title = row.training_class.course.certificate or _("培训合格证书")
        return {"state": "certificate", "title": title, "when": when}
    certificate, checked = held
    valid = checked.state == certificates.State.VALID
    day = policy.local_date(certificate.issued_at)
    return {
        "state": "certified" if valid else "certificate",
        "title": checked.fields["title"],
        "when": f"{day.month}-{day.day}",
        "status": TONES[checked.state],
        "word": _("已发证") if valid else checked.words,
        "url": reverse("my_certificates"),
        "action": _("看我的证书"),
    }


def _when(lesson: Lesson, now: datetime) -> str:
    days = (policy.local_date(lesson.starts_at) - policy.local_date(now)).days
    return {0: _("今天"), 1: _("明天"), 2: _("后天")}.get(days, "")
