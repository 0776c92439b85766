"""未到: who was admitted and was never heard of once the first lessons were over.

That somebody never came is worked out from attendance; that their seat is given up is a person's decision, which can be
taken back. It has no consequence of its own: later no-shows are shown to people who decide, nothing counts them.
"""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from courses import policy as policies
from courses.enrolment.decisions import Status, become, hold_class, tell
from courses.enrolment.offers import promote_next
from courses.enrolment.refusals import EnrolmentRefusal, EnrolmentRefused
from courses.models import (
    Attendance,
    Completion,
    Enrolment,
    Learner,
    LeaveRequest,
    Lesson,
    PaperEntry,
    PaperLine,
    TrainingClass,
    User,
)

Why = Enrolment.Why
Of = Attendance.Status
# Who is excused was heard of.
SILENT = (Of.UNMARKED, Of.ABSENT)
UNDER_WAY = (TrainingClass.Status.ENROLLING, TrainingClass.Status.RUNNING, TrainingClass.Status.ASSESSING)
REMEMBERED = timedelta(days=365)


def never_came(*, training_class: TrainingClass, now: datetime) -> QuerySet[Enrolment]:
    """The admitted of a class who came to none of the first `no_show_lessons` that they could have come to.

    A class with fewer lessons is looked at once all are over. Lessons from before somebody was admitted say nothing;
    who asked for leave was heard of until somebody has refused it, and who signed a sheet until nobody confirms it.
    """
    policy = policies.of_class(training_class=training_class, on=policies.local_date(now))
    planned = Lesson.objects.filter(training_class=training_class, status=Lesson.Status.PLANNED).count()
    if training_class.status not in UNDER_WAY or not planned:
        return Enrolment.objects.none()
    since = Coalesce("decided_at", "applied_at")
    over = Q(
        training_class__lessons__status=Lesson.Status.PLANNED,
        training_class__lessons__ends_at__lte=now,
        training_class__lessons__starts_at__gte=F("since"),
    )
    here = Attendance.objects.filter(lesson__training_class=training_class, learner=OuterRef("learner"))
    admitted = Enrolment.objects.filter(training_class=training_class, status=Status.ADMITTED).annotate(since=since)
    missed = admitted.annotate(missed=Count("training_class__lessons", filter=over))
    return (
        missed.filter(missed__gte=min(policy.no_show_lessons, planned))
        .filter(~Exists(here.exclude(status__in=SILENT)), nothing_waits())
        .order_by("arrival_no")
    )


def nothing_waits() -> Q:
    """Of an enrolment: no completion is on its way, no leave waits for its answer, and no signature for its check."""
    decided = Completion.objects.filter(enrolment=OuterRef("pk")).exclude(status__in=Completion.UNDONE)
    asked = LeaveRequest.objects.filter(enrolment=OuterRef("pk"), status=LeaveRequest.Status.ASKED)
    signed = PaperLine.objects.filter(
        row__enrolment=OuterRef("pk"), entry__status=PaperEntry.Status.ENTERED, came_at__isnull=False
    )
    return ~Q(Exists(decided)) & ~Q(Exists(asked)) & ~Q(Exists(signed))


def mark_no_show(*, by: User, enrolment: Enrolment, now: datetime) -> list[Enrolment]:
    """Record that an admitted learner never came; the seat is free. Gives who moved up, where the class still enrols.

    Refused with EnrolmentRefused: they came or were excused, too few lessons are over, or it was decided already, which
    is said in its own words.
    """
    with transaction.atomic():
        hold_class(enrolment.training_class_id)
        enrolment.refresh_from_db(fields=["status", "why"])
        if (enrolment.status, enrolment.why) == (Status.WITHDRAWN, Why.NO_SHOW):
            raise EnrolmentRefused(EnrolmentRefusal.NO_SHOW_ALREADY)
        if not never_came(training_class=enrolment.training_class, now=now).filter(pk=enrolment.pk).exists():
            raise EnrolmentRefused(EnrolmentRefusal.NOT_MISSING)
        become(by, enrolment, (Status.ADMITTED,), Status.WITHDRAWN, "", now, why=Why.NO_SHOW)
        TrainingClass.objects.filter(pk=enrolment.training_class_id).update(taken=F("taken") - 1)
        tell(enrolment, enrolment.learner, now, kind="enrolment_no_show")
        return promote_next(training_class_id=enrolment.training_class_id, now=now)


def take_no_show_back(*, by: User, enrolment: Enrolment, now: datetime) -> None:
    """Give the seat back to who did come, or comes after all, while there is one.

    Refused with EnrolmentRefused: it was not ended as a no-show, no seat is free, the class is over, or the learner
    has applied anew.
    """
    try:
        with transaction.atomic():
            hold_class(enrolment.training_class_id)
            enrolment.refresh_from_db(fields=["status", "why"])
            if (enrolment.status, enrolment.why) != (Status.WITHDRAWN, Why.NO_SHOW):
                raise EnrolmentRefused(EnrolmentRefusal.WRONG_STATUS, status=Status(enrolment.status).label)
            seats = TrainingClass.objects.filter(pk=enrolment.training_class_id, status__in=UNDER_WAY)
            if not seats.filter(taken__lt=F("seats")).update(taken=F("taken") + 1):
                raise EnrolmentRefused(EnrolmentRefusal.SEAT_GONE)
            become(by, enrolment, (Status.WITHDRAWN,), Status.ADMITTED, "", now)
            tell(enrolment, enrolment.learner, now, kind="enrolment_reinstated")
    except IntegrityError as error:
        raise EnrolmentRefused(EnrolmentRefusal.HAS_A_PLACE_THERE) from error


def recent_no_shows(*, learners: list[Learner], now: datetime) -> dict[int, int]:
    """By learner: how often in the last year a seat stood empty. For a person to read, in one statement."""
    rows = Enrolment.objects.filter(learner__in=learners, why=Why.NO_SHOW, decided_at__gte=now - REMEMBERED)
    return dict(rows.order_by().values_list("learner").annotate(many=Count("pk")))
