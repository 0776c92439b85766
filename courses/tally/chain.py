"""From one counted person-time back to the scan: every link, in order."""

from dataclasses import dataclass

from courses.models import (
    Attendance,
    Completion,
    CountEntry,
    Enrolment,
    Evidence,
    LedgerSeal,
    Lesson,
    OpeningBatch,
    TrainingClass,
)


@dataclass(frozen=True)
class LessonLink:
    lesson: Lesson
    attendance: Attendance | None
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True)
class Chain:
    """A line of an opening batch has its batch and nothing below; any other has everything down to the evidence."""

    entry: CountEntry
    reversal: CountEntry | None
    seal: LedgerSeal | None
    batch: OpeningBatch | None
    completion: Completion | None
    enrolment: Enrolment | None
    training_class: TrainingClass | None
    lessons: tuple[LessonLink, ...]


def chain(*, entry: CountEntry) -> Chain:
    """Six queries, whatever the length of the class."""
    completion = _completion(entry.completion_id) if entry.completion_id else None
    enrolment = completion.enrolment if completion else None
    return Chain(
        entry=entry,
        reversal=CountEntry.objects.filter(reverses=entry).first(),
        seal=LedgerSeal.objects.filter(book=LedgerSeal.Book.LEDGER, day=entry.posted_on).first(),
        batch=OpeningBatch.objects.filter(pk=entry.batch_id).first() if entry.batch_id else None,
        completion=completion,
        enrolment=enrolment,
        training_class=enrolment.training_class if enrolment else None,
        lessons=_lessons(enrolment) if enrolment else (),
    )


def _completion(key: int) -> Completion | None:
    return (
        Completion.objects.select_related(
            "enrolment__learner",
            "enrolment__category",
            "enrolment__training_class__course",
            "enrolment__training_class__district",
            "enrolment__training_class__institution",
            "enrolment__training_class__policy",
            "enrolment__training_class__submitted_by",
            "enrolment__training_class__approved_by",
            "proposed_by",
            "submitted_by",
            "approved_by",
        )
        .filter(pk=key)
        .first()
    )


def _lessons(enrolment: Enrolment) -> tuple[LessonLink, ...]:
    lessons = list(Lesson.objects.filter(training_class=enrolment.training_class_id).order_by("number"))
    states = {row.lesson_id: row for row in Attendance.objects.filter(lesson__in=lessons, learner=enrolment.learner_id)}
    said: dict[int, list[Evidence]] = {}
    for row in (
        Evidence.objects.filter(lesson__in=lessons, learner=enrolment.learner_id).select_related("by").order_by("pk")
    ):
        said.setdefault(row.lesson_id, []).append(row)
    return tuple(LessonLink(row, states.get(row.pk), tuple(said.get(row.pk, ()))) for row in lessons)
