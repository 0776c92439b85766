"""请假和异议 of the demo city: what waits for the trainer and for the institution when a newcomer first looks."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from cms.demo.history import Staged
from courses import attendance
from courses.attendance import disputes, leave
from courses.models import Attendance, Enrolment, Lesson, TrainingClass

GUEST = "demo-learner"
Status = Attendance.Status
SHORT = (Status.ABSENT, Status.LATE, Status.LEFT_EARLY)


def ask_and_contest(*, staged: Sequence[Staged], now: datetime) -> None:
    """In a running class of theirs the guest asks for leave, and somebody contests a lesson of the last days."""
    own = next(one.enrolments[0] for one in staged if one.run.guest == GUEST and one.run.state == "running")
    _ask(own, now)
    _contest(own, now)


def _ask(own: Enrolment, now: datetime) -> None:
    planned = Lesson.objects.filter(training_class=own.training_class, status=Lesson.Status.PLANNED)
    ahead = planned.filter(starts_at__gt=now + timedelta(hours=6)).order_by("starts_at").first()
    if ahead is not None:
        leave.ask(
            enrolment=own, lessons=[ahead], kind="leave", reason="孩子开家长会，下午请假。", content=None,
            by=own.learner.user, now=now - timedelta(hours=2),
        )  # fmt: skip


def _contest(own: Enrolment, now: datetime) -> None:
    """In the own class; where nobody of it was away in these days, in another one of the institution."""
    short = (
        Attendance.objects.filter(
            lesson__training_class__institution=own.training_class.institution,
            lesson__training_class__status=TrainingClass.Status.RUNNING,
            lesson__ends_at__range=(now - timedelta(days=6), now - timedelta(hours=6)),
            lesson__trainer__isnull=False,
            enrolment__isnull=False,
            status__in=SHORT,
        )
        .exclude(learner=own.learner)
        .select_related("lesson__trainer", "enrolment__learner", "enrolment__training_class__course")
        .order_by("-lesson__starts_at", "pk")
    )
    state = short.filter(lesson__training_class=own.training_class).first() or short.first()
    if state is None or state.enrolment is None or state.lesson.trainer is None:
        return
    raised = attendance.raise_dispute(
        enrolment=state.enrolment, lesson=state.lesson, text="我当天一直在教室，扫码时手机没电，同桌可以证明。",
        content=None, by=state.enrolment.learner.user, now=state.lesson.ends_at + timedelta(hours=2),
    )  # fmt: skip
    disputes.answer(
        by=state.lesson.trainer, dispute=raised, support=True, text="确实在，当天帮忙收拾了操作台。",
        now=state.lesson.ends_at + timedelta(hours=4),
    )  # fmt: skip
