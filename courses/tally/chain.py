"""From one counted person-time back to the scan, and on to the target that it meets: every link, in order."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Q

from courses.attendance import TurnedAway, turned_away_of
from courses.models import (
    Attendance,
    Completion,
    CountEntry,
    Enrolment,
    Evidence,
    LedgerSeal,
    Lesson,
    OpeningBatch,
    PaperLine,
    PaperPhoto,
    TrainingClass,
)
from courses.tally.targets import targets_of


@dataclass(frozen=True)
class LessonLink:
    """`pictures` are those of the signed sheet that a row of evidence was read from, by the row's id; `turned_away` the
    scans of this learner that were not taken, however the lesson ended for them."""

    lesson: Lesson
    attendance: Attendance | None
    evidence: tuple[Evidence, ...]
    pictures: dict[int, list[PaperPhoto]] = field(default_factory=dict)
    turned_away: tuple[TurnedAway, ...] = ()

    @property
    def said(self) -> list[tuple[Evidence, list[PaperPhoto]]]:
        """Each row with the pictures behind it."""
        return [(row, self.pictures.get(row.pk, [])) for row in self.evidence]

    @property
    def rows(self) -> int:
        """How many lines a table needs for it: one that says that there is no evidence, where there is none."""
        return max(1, len(self.evidence)) + len(self.turned_away)


@dataclass(frozen=True)
class Chain:
    """A line of an opening batch has its batch and nothing below; any other has everything down to the evidence.

    The targets are those that the line's city and district owe in its year, as they hold now.
    """

    entry: CountEntry
    reversal: CountEntry | None
    seal: LedgerSeal | None
    batch: OpeningBatch | None
    completion: Completion | None
    enrolment: Enrolment | None
    training_class: TrainingClass | None
    lessons: tuple[LessonLink, ...]
    target: int | None
    district_target: int | None


def chain(*, entry: CountEntry) -> Chain:
    """Eight queries, whatever the length of the class; two more where something was read from paper."""
    owed = targets_of(year=entry.year)
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
        target=owed.get((entry.line, "")),
        district_target=owed.get((entry.line, entry.district)),
    )


def _completion(key: int) -> Completion | None:
    return (
        Completion.objects.select_related(
            "enrolment__learner",
            "enrolment__category",
            "enrolment__training_class__course__kind",
            "enrolment__training_class__occupation",
            "enrolment__training_class__level",
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
    pictures = _pictures(row for rows in said.values() for row in rows)
    refused = turned_away_of(pairs=[(row.pk, enrolment.learner_id) for row in lessons])
    return tuple(
        LessonLink(
            lesson=row,
            attendance=states.get(row.pk),
            evidence=tuple(said.get(row.pk, ())),
            pictures=pictures,
            turned_away=tuple(refused.get((row.pk, enrolment.learner_id), ())),
        )
        for row in lessons
    )


def _pictures(evidence: Iterable[Evidence]) -> dict[int, list[PaperPhoto]]:
    """By the id of each row that was read from paper, the pictures of that sheet which are still kept."""
    signed = [row.pk for row in evidence if row.kind == Evidence.Kind.PAPER]
    if not signed:
        return {}
    lines = PaperLine.objects.filter(Q(arrival__in=signed) | Q(leaving__in=signed))
    found = lines.values_list("entry", "arrival", "leaving")
    entries: dict[int, list[PaperPhoto]] = {}
    for photo in PaperPhoto.objects.filter(entry__in=[line[0] for line in found], deleted_at__isnull=True):
        entries.setdefault(photo.entry_id, []).append(photo)
    return {key: entries.get(entry, []) for entry, *keys in found for key in keys if key is not None}
