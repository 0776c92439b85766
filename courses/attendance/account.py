"""What a learner is told of their own lessons: each with its status and why, what may still be done about it, and where
a missed one could be heard again."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, Q

from courses import policy as policies
from courses.attendance.disputes import dispute_until
from courses.attendance.progress import LessonProgress, Progress, progress
from courses.models import (
    Completion,
    Dispute,
    Enrolment,
    LeaveLesson,
    LeaveRequest,
    Lesson,
    MakeUp,
    PaperEntry,
    PaperLine,
    TrainingClass,
)

SUGGESTIONS = 3


@dataclass(frozen=True)
class LessonAccount:
    """`contest_until` is the end of the term while it runs; `elsewhere` are suggestions and no seats; `on_paper` is how
    far a signature on a sheet has come, empty where there is none."""

    row: LessonProgress
    leave: LeaveRequest | None
    dispute: Dispute | None
    on_paper: str
    contest_until: datetime | None
    elsewhere: tuple[Lesson, ...]
    make_up: MakeUp | None

    @property
    def waits_on_paper(self) -> bool:
        """Missed by all that counts so far, and signed on a sheet that somebody has yet to check."""
        return self.row.missed and self.on_paper == PaperEntry.Status.ENTERED

    @property
    def to_make_up(self) -> int:
        """The most minutes that hearing it in another class can bring: by a make-up that is open, or one to be asked
        for."""
        heard = [self.make_up.heard] if self.make_up and self.make_up.is_open else self.elsewhere
        return min(self.row.lesson.minutes, max((row.minutes for row in heard), default=0)) if self.row.missed else 0


@dataclass(frozen=True)
class Account:
    progress: Progress
    lessons: tuple[LessonAccount, ...]
    counts_make_ups: bool

    @property
    def to_make_up(self) -> int:
        """The minutes that other classes can still bring; 0 where the policy counts none of them, or the completion is
        approved."""
        return sum(row.to_make_up for row in self.lessons) if self.counts_make_ups else 0


def account(*, enrolment: Enrolment, now: datetime) -> Account:
    """Every lesson of one's class that is not cancelled. Eight queries, whatever the length of the class."""
    seen = progress(enrolment=enrolment, now=now)
    policy = policies.of_class(training_class=enrolment.training_class, on=policies.local_date(now))
    leave = {
        row.lesson_id: row.request
        for row in LeaveLesson.objects.filter(enrolment=enrolment).select_related("request").order_by("pk")
        if row.request.status != LeaveRequest.Status.WITHDRAWN
    }
    disputes = {
        row.lesson_id: row
        for row in Dispute.objects.filter(enrolment=enrolment).exclude(status=Dispute.Status.WITHDRAWN)
    }
    settled = Completion.objects.filter(enrolment=enrolment, status=Completion.Status.APPROVED).exists()
    on_paper = _on_paper(enrolment)
    gone = [row for row in seen.lessons if row.missed and on_paper.get(row.lesson.pk) != PaperEntry.Status.ENTERED]
    elsewhere = heard_again(enrolment=enrolment, missed=[row.lesson for row in gone], now=now)
    made_up = {
        row.missed_id: row
        for row in MakeUp.objects.filter(enrolment=enrolment)
        .exclude(status=MakeUp.Status.WITHDRAWN)
        .select_related("heard__training_class__institution", "heard__venue")
        .order_by("pk")
    }
    rows = []
    for row in seen.lessons:
        until = dispute_until(lesson=row.lesson, policy=policy)
        open_ = row.theirs and row.over and now <= until and row.lesson.pk not in disputes and not settled
        rows.append(
            LessonAccount(
                row=row,
                leave=leave.get(row.lesson.pk),
                dispute=disputes.get(row.lesson.pk),
                on_paper=on_paper.get(row.lesson.pk, ""),
                contest_until=until if open_ else None,
                elsewhere=elsewhere.get(row.lesson.pk, ()),
                make_up=made_up.get(row.lesson.pk),
            )
        )
    return Account(seen, tuple(rows), counts_make_ups=policy.makeup_counts and not settled)


def _on_paper(enrolment: Enrolment) -> dict[int | None, str]:
    """By lesson, the status of the latest entry that this learner has signed; of a confirmed one only what counts."""
    signed = PaperLine.objects.filter(
        Q(entry__status=PaperEntry.Status.ENTERED) | Q(arrival__superseded_by__isnull=True, arrival__isnull=False),
        row__enrolment=enrolment,
        came_at__isnull=False,
    )
    return dict(signed.order_by("pk").values_list("entry__sheet__lesson", "entry__status"))


def heard_again(*, enrolment: Enrolment, missed: Iterable[Lesson], now: datetime) -> dict[int, tuple[Lesson, ...]]:
    """Lessons to come of the same topic, or else of the same place in the order, by the id of the missed one.

    Of other classes of the course that enrol or run and have room, soonest first, three for each. One query.
    """
    wanted = list(missed)
    if not wanted:
        return {}
    topic = Q(title__in={row.title for row in wanted}) | Q(number__in={row.number for row in wanted})
    found = list(
        Lesson.objects.filter(
            topic,
            training_class__course=enrolment.training_class.course_id,
            training_class__status__in=(TrainingClass.Status.ENROLLING, TrainingClass.Status.RUNNING),
            training_class__taken__lt=F("training_class__seats"),
            status=Lesson.Status.PLANNED,
            starts_at__gt=now,
        )
        .exclude(training_class=enrolment.training_class_id)
        .select_related("training_class__institution", "training_class__venue", "venue")
        .order_by("starts_at", "pk")
    )
    return {row.pk: _alike(row, found)[:SUGGESTIONS] for row in wanted}


def _alike(missed: Lesson, found: list[Lesson]) -> tuple[Lesson, ...]:
    same_topic = tuple(row for row in found if row.title == missed.title)
    return same_topic or tuple(row for row in found if row.number == missed.number)
