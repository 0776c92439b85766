"""How far a learner has come in a class: what is attended, what is still needed, what may be missed."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from courses import policy as policies
from courses.attendance import membership
from courses.attendance.derive import Gap, Missing
from courses.models import Attendance, Enrolment, Lesson

STAYS_OPEN = (Missing.IN_AWAITS, Missing.NO_CHECKOUT)
OPEN_WHILE_ON = (*STAYS_OPEN, Missing.UNMARKED, Missing.NOT_IN)


@dataclass(frozen=True)
class LessonProgress:
    lesson: Lesson
    status: str
    minutes: int
    missing: tuple[Gap, ...]
    begun: bool
    over: bool
    theirs: bool

    @property
    def missed(self) -> bool:
        """Over, one's own, and not a minute of it attended or waiting to be confirmed."""
        return self.theirs and self.over and self.minutes == 0 and self.status != Attendance.Status.AWAITING

    @property
    def is_on(self) -> bool:
        return self.theirs and self.begun and not self.over

    @property
    def open_minutes(self) -> int:
        """The most that it may bring beside what it brought: what is left of a lesson that is on, or waits for the
        trainer. Who came late has lost those minutes, whatever follows."""
        if not self.is_on and not (self.theirs and self.status == Attendance.Status.AWAITING):
            return 0
        still_open = OPEN_WHILE_ON if self.is_on else STAYS_OPEN
        return sum(gap.minutes for gap in self.missing if gap.code in still_open)


@dataclass(frozen=True)
class Progress:
    """Minutes throughout. `needed` is the least that fulfils the class's ratio, compared as integers.

    The ratio is of the whole class: lessons before joining are nobody's absence, and nobody's hours either.
    """

    lessons: tuple[LessonProgress, ...]
    attended: int
    scheduled: int
    needed: int
    awaiting: int
    undecided: int

    @property
    def missing(self) -> int:
        return max(0, self.needed - self.attended)

    @property
    def fulfilled(self) -> bool:
        return self.scheduled > 0 and self.missing == 0

    @property
    def to_come(self) -> tuple[LessonProgress, ...]:
        return tuple(row for row in self.lessons if row.theirs and not row.begun)

    @property
    def is_on(self) -> bool:
        """One of the learner's lessons is on, of which nobody knows yet what it will bring."""
        return any(row.is_on for row in self.lessons)

    @property
    def ahead(self) -> tuple[LessonProgress, ...]:
        """The learner's lessons that are not over: to come, or on."""
        return tuple(row for row in self.lessons if row.theirs and not row.over)

    @property
    def may_be_enough(self) -> bool:
        """The lessons to come alone would not do; with what is on now, or waits for the trainer, they still may."""
        return self.lessons_needed is None and self.missing <= self.most_to_come

    @property
    def most_to_come(self) -> int:
        """The most minutes that are still open: lessons to come, one that is on, marks that wait for the trainer."""
        return sum(row.lesson.minutes for row in self.to_come) + sum(row.open_minutes for row in self.lessons)

    @property
    def lessons_needed(self) -> int | None:
        """The fewest lessons to come that would do; None when even all of them would not."""
        missing = self.missing
        for number, minutes in enumerate(sorted((row.lesson.minutes for row in self.to_come), reverse=True), start=1):
            if missing <= 0:
                return number - 1
            missing -= minutes
        return len(self.to_come) if missing <= 0 else None

    @property
    def may_miss(self) -> int:
        return len(self.to_come) - (self.lessons_needed or 0) if self.lessons_needed is not None else 0


def progress(*, enrolment: Enrolment, now: datetime) -> Progress:
    """The learner's standing in lessons that are not cancelled. Two queries."""
    return of_enrolments(enrolments=[enrolment], now=now)[enrolment.pk]


def of_enrolments(*, enrolments: Iterable[Enrolment], now: datetime) -> dict[int, Progress]:
    """The same for several enrolments at once, by their id: two queries however many there are."""
    chosen = list(enrolments)
    lessons: dict[int, list[Lesson]] = {}
    for lesson in (
        Lesson.objects.filter(training_class__in={row.training_class_id for row in chosen})
        .exclude(status=Lesson.Status.CANCELLED)
        .select_related("venue")
        .order_by("starts_at", "number")
    ):
        lessons.setdefault(lesson.training_class_id, []).append(lesson)
    states = {
        (row.lesson_id, row.learner_id): row
        for row in Attendance.objects.filter(
            learner__in={row.learner_id for row in chosen},
            lesson__training_class__in={row.training_class_id for row in chosen},
        )
    }
    return {row.pk: _progress(row, lessons.get(row.training_class_id, []), states, now) for row in chosen}


def suppose(*, progress: Progress, attending: Collection[int]) -> Progress:
    """The standing after the last lesson, if of those ahead the ones with these numbers are attended whole and the
    others not at all; one that is on, to its end from now, or left now. Pure."""
    ahead = {row.lesson.pk for row in progress.ahead}
    rows = [
        _supposed(row, attends=row.lesson.number in attending) if row.lesson.pk in ahead else row
        for row in progress.lessons
    ]
    return replace(
        progress, lessons=tuple(rows), attended=sum(row.minutes for row in rows), awaiting=_count_awaiting(rows)
    )


def _supposed(row: LessonProgress, *, attends: bool) -> LessonProgress:
    minutes = row.minutes + (row.open_minutes if row.begun else row.lesson.minutes) if attends else row.minutes
    status = Attendance.Status.PRESENT if minutes else Attendance.Status.ABSENT
    lost = row.lesson.minutes - minutes
    gaps = (Gap(Missing.UNMARKED, lost),) if lost else ()
    return replace(row, status=status, minutes=minutes, missing=gaps, begun=True, over=True)


def _count_awaiting(rows: Iterable[LessonProgress]) -> int:
    return sum(1 for row in rows if row.status == Attendance.Status.AWAITING)


def _progress(
    enrolment: Enrolment, lessons: list[Lesson], states: dict[tuple[int, int], Attendance], now: datetime
) -> Progress:
    policy = policies.of_class(training_class=enrolment.training_class, on=policies.local_date(now))
    rows = []
    for lesson in lessons:
        state = states.get((lesson.pk, enrolment.learner_id))
        rows.append(_lesson_progress(enrolment, lesson, state, now))
    scheduled = sum(lesson.minutes for lesson in lessons)
    return Progress(
        lessons=tuple(rows),
        attended=sum(row.minutes for row in rows),
        scheduled=scheduled,
        needed=-(-scheduled * policy.completion_ratio // 100),
        awaiting=_count_awaiting(rows),
        undecided=sum(1 for row in rows if row.theirs and row.begun and row.status == Attendance.Status.UNMARKED),
    )


def _lesson_progress(enrolment: Enrolment, lesson: Lesson, state: Attendance | None, now: datetime) -> LessonProgress:
    """What nobody has said anything of yet is missing as a whole, for that reason."""
    gaps = tuple(Gap(*gap) for gap in state.missing) if state else (Gap(Missing.UNMARKED, lesson.minutes),)
    return LessonProgress(
        lesson=lesson,
        status=state.status if state else Attendance.Status.UNMARKED,
        minutes=state.minutes if state else 0,
        missing=gaps,
        begun=lesson.starts_at <= now,
        over=lesson.ends_at <= now,
        theirs=membership.is_theirs(enrolment=enrolment, lesson=lesson, came=membership.came(state)),
    )
