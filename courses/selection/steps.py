"""Which step a camp is at and whose it is, as queries: what `candidates` says of each application, in the database."""

from datetime import datetime
from functools import cache

from django.db.models import Exists, F, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Abs, Cast

from courses import access
from courses import policy as policies
from courses.models import Enrolment, Pitch, ScoreSheet, Selection, TrainingClass, User
from courses.selection.ranking import ENOUGH, MOST, POINT

PAPERS = Pitch.objects.filter(enrolment=OuterRef("pk"))
SHEETS = ScoreSheet.objects.filter(enrolment=OuterRef("pk"))


def unscored() -> QuerySet[Enrolment]:
    """Applications with papers whose scoring is not complete, in camps whose result nobody has put forward."""
    return _unscored().all()


@cache
def _unscored() -> QuerySet[Enrolment]:
    """Put together once: that takes longer than the database needs to answer."""
    stands = Selection.objects.filter(training_class=OuterRef("training_class"), status__in=Selection.LIVE)
    gap = Cast(KeyTextTransform("selection_gap", "training_class__policy__document"), IntegerField())
    rows = Enrolment.objects.filter(
        ~Exists(stands),
        Exists(PAPERS),
        status=Enrolment.Status.CANDIDATE,
        training_class__status=TrainingClass.Status.ENROLLING,
    )
    last = Exists(SHEETS.filter(slot=MOST))
    measured = rows.annotate(last=last, second=_points(ENOUGH), apart=Abs(_points(1) - _points(ENOUGH)), gap=gap)
    return measured.filter(Q(second=None) | Q(last=False, apart__gt=F("gap") * POINT))


def to_score(*, by: User, now: datetime) -> QuerySet[Enrolment]:
    """Those of them that this person may still give a sheet."""
    mine = Exists(SHEETS.filter(reviewer=by))
    strangers = unscored().filter(~mine, ~Q(learner__user=by), ~Exists(PAPERS.filter(by=by)))
    return strangers.exclude(interest(by=by, now=now, prefix="training_class__"))


def to_propose(*, now: datetime) -> QuerySet[TrainingClass]:
    """Camps past their deadline with everything scored, whose result nobody has put forward.

    One to which nobody handed papers in has nothing to score: it waits from its deadline on, or from its first day.
    """
    of_class = Enrolment.objects.filter(training_class=OuterRef("pk"), status=Enrolment.Status.CANDIDATE)
    complete = Exists(of_class.filter(score_sheets__slot=ENOUGH))
    stands = Exists(Selection.objects.filter(training_class=OuterRef("pk"), status__in=Selection.LIVE))
    shut = Q(enrol_until__lte=now)
    begun = Q(enrol_until=None, starts_on__lte=policies.local_date(now))
    ready = (Q(enrol_until=None) | shut) & Q(complete) | (shut | begun) & Q(Exists(of_class))
    camps = TrainingClass.objects.filter(ready, ~stands, mode=TrainingClass.Mode.SELECTED)
    # Class by class: only of these is it asked whether anything lacks a sheet.
    return camps.filter(
        ~Exists(unscored().filter(training_class=OuterRef("pk"))), status=TrainingClass.Status.ENROLLING
    )


def to_confirm(*, now: datetime, by: User | None = None) -> QuerySet[TrainingClass]:
    """Camps whose result waits to be confirmed: by this person, or by anybody."""
    waits = Selection.objects.filter(training_class=OuterRef("pk"), status=Selection.Status.PROPOSED)
    if by is None:
        return TrainingClass.objects.filter(Exists(waits))
    scored = ScoreSheet.objects.filter(enrolment__training_class=OuterRef("pk"), reviewer=by)
    wrote = Pitch.objects.filter(enrolment__training_class=OuterRef("pk"), by=by)
    others = TrainingClass.objects.filter(Exists(waits.exclude(proposed_by=by)), ~Exists(scored), ~Exists(wrote))
    return others.exclude(interest(by=by, now=now))


def interest(*, by: User, now: datetime, prefix: str = "") -> Q:
    """The classes that `has_interest` keeps this person away from."""
    schools = [post.institution_id for post in access.held(user=by, now=now) if post.institution_id]
    taught = TrainingClass.trainers.through.objects.filter(user=by).values("trainingclass")
    return Q(**{f"{prefix}institution__in": schools}) | Q(**{f"{prefix}pk__in": taught})


def _points(slot: int) -> Subquery:
    """What the sheet that holds gave; empty where there is none."""
    return Subquery(SHEETS.filter(slot=slot).order_by("-version").values("points")[:1])
