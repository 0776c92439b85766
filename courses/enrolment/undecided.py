"""What of the seats waits for a person's decision, whatever the class: read by the desk's queue."""

from datetime import datetime
from enum import StrEnum

from django.db.models import Count, Exists, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce

from courses import access
from courses import policy as policies
from courses.enrolment.decisions import Status
from courses.enrolment.no_show import SILENT, UNDER_WAY, nothing_waits
from courses.models import Attendance, Enrolment, Lesson, TrainingClass

Why = Enrolment.Why
# Why somebody waits beside a free seat that staff alone give.
HELD_BACK = (Why.CUT_OFF, Why.ENROLMENT_CLOSED, Why.CLASS_BEGUN)


class Undecided(StrEnum):
    APPLICATION = "application_review"
    FREE_SEAT = "call_in"
    NO_SHOW = "no_show"


def undecided(*, of: Undecided, where: Q, now: datetime) -> QuerySet[Enrolment]:
    """The enrolments that a person has to decide on in this way, of the classes that meet a condition."""
    own = Enrolment.objects.filter(access.under(where, "training_class"))
    if of == Undecided.NO_SHOW:
        return _to_give_up(own, now)
    return _to_review(own) if of == Undecided.APPLICATION else _to_call_in(own)


def _to_review(own: QuerySet[Enrolment]) -> QuerySet[Enrolment]:
    """Applications whose class still enrols, those of an employer's list among them."""
    return own.filter(status=Status.APPLIED, training_class__status=TrainingClass.Status.ENROLLING)


def _to_call_in(own: QuerySet[Enrolment]) -> QuerySet[Enrolment]:
    """Who waits while a seat is free that nobody moves up to by themselves any more."""
    waits = own.filter(status=Status.WAITLISTED, why__in=HELD_BACK)
    return waits.filter(
        training_class__status=TrainingClass.Status.ENROLLING, training_class__taken__lt=F("training_class__seats")
    )


def _to_give_up(own: QuerySet[Enrolment], now: datetime) -> QuerySet[Enrolment]:
    """As `never_came` of each class, under its own policy, for all of them in one statement."""
    since = Coalesce("decided_at", "applied_at")
    usual = policies.Policy().no_show_lessons
    kept = KeyTextTransform("no_show_lessons", "training_class__policy__document")
    planned = Lesson.objects.filter(training_class=OuterRef("training_class"), status=Lesson.Status.PLANNED)
    over = planned.filter(ends_at__lte=now, starts_at__gte=OuterRef("since"))
    here = Attendance.objects.filter(lesson__training_class=OuterRef("training_class"), learner=OuterRef("learner"))
    begun = own.filter(
        status=Status.ADMITTED,
        training_class__status__in=UNDER_WAY,
        training_class__starts_on__lte=policies.local_date(now),
    )
    silent = begun.filter(~Exists(here.exclude(status__in=SILENT)), nothing_waits())
    counted = silent.alias(since=since).alias(
        wanted=Coalesce(Cast(kept, IntegerField()), Value(usual)), planned=_many(planned), missed=_many(over)
    )
    enough = Q(missed__gte=F("wanted")) | Q(missed__gte=F("planned"))
    return Enrolment.objects.filter(pk__in=counted.filter(enough, planned__gt=0).values("pk"))


def _many(lessons: QuerySet[Lesson]) -> Coalesce:
    counted = lessons.order_by().values("training_class").annotate(many=Count("pk")).values("many")
    return Coalesce(Subquery(counted, output_field=IntegerField()), Value(0))
