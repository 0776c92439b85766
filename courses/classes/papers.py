"""Opening papers: what an institution files with a class, what is still missing, and the commitment it accepts."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from courses import audit
from courses import policy as policies
from courses.classes.planning import hold_draft
from courses.classes.refusals import ClassRefusal, ClassRefused
from courses.models import Commitment, CommitmentText, Lesson, OpeningPapers, TrainingClass, User

# Room for a title with its publisher, and for how and where the pass mark lies; one word says neither.
LEAST = 8


@dataclass(frozen=True)
class Paper:
    """One thing that an opening needs, and whether it is there."""

    key: str
    title: str | Promise
    filed: bool


def keep_papers(
    *,
    by: User,
    training_class: TrainingClass,
    materials: str,
    assessment: str,
    contact_name: str,
    contact_phone: str,
    now: datetime,
    head: str = "",
) -> OpeningPapers:
    """File materials, assessment plan and contact of a draft.

    Refused with ClassRefused once it is under review, and where materials or assessment say less than they must.
    """
    with transaction.atomic():
        hold_draft(training_class)
        if 0 < len(materials.strip()) < LEAST:
            raise ClassRefused(ClassRefusal.MATERIALS_SHORT)
        if 0 < len(assessment.strip()) < LEAST:
            raise ClassRefused(ClassRefusal.ASSESSMENT_SHORT)
        papers, _created = OpeningPapers.objects.update_or_create(
            training_class=training_class,
            defaults={
                "materials": materials.strip(),
                "assessment": assessment.strip(),
                "head": head.strip(),
                "contact_name": contact_name.strip(),
                "contact_phone": contact_phone.strip(),
                "updated_by": by,
                "updated_at": now,
            },
        )
        audit.record(by=by, verb="class_papers_filed", target=training_class, now=now)
    return papers


def commitment_text(*, on: date) -> CommitmentText | None:
    """The wording in force on a date."""
    return CommitmentText.objects.filter(effective_on__lte=on).order_by("-effective_on").first()


def accept_commitment(*, by: User, training_class: TrainingClass, number: str, now: datetime) -> Commitment:
    """Accept the wording that was read, named by its number; again is no new row.

    Refused with ClassRefused: another wording has come into force, or the class is under review.
    """
    text = commitment_text(on=policies.local_date(now))
    if text is None or text.number != number:
        raise ClassRefused(ClassRefusal.COMMITMENT_OUTDATED)
    with transaction.atomic():
        hold_draft(training_class)
        accepted, created = Commitment.objects.get_or_create(
            training_class=training_class, text=text, defaults={"by": by, "at": now}
        )
        if created:
            audit.record(
                by=by, verb="commitment_accepted", target=training_class, now=now, detail={"text": text.number}
            )
    return accepted


def papers_of(*, training_class: TrainingClass, now: datetime) -> list[Paper]:
    """Everything that an opening needs, each filed or missing."""
    papers = OpeningPapers.objects.filter(training_class=training_class).first()
    lessons = list(training_class.lessons.filter(status=Lesson.Status.PLANNED))
    text = commitment_text(on=policies.local_date(now))
    promised = text is not None and training_class.commitments.filter(text=text).exists()
    return [
        Paper("timetable", _("课程表"), bool(lessons)),
        Paper("trainers", _("每次课的教师"), bool(lessons) and all(lesson.trainer_id for lesson in lessons)),
        Paper("venue", _("场地"), training_class.venue_id is not None),
        Paper("rooms", _("每次课的教室"), bool(lessons) and all(lesson.room for lesson in lessons)),
        Paper("materials", _("教材"), bool(papers and len(papers.materials) >= LEAST)),
        Paper("assessment", _("考核方案"), bool(papers and len(papers.assessment) >= LEAST)),
        Paper("contact", _("联系人和电话"), bool(papers and papers.contact_name and papers.contact_phone)),
        Paper("commitment", _("机构承诺"), promised),
    ]
