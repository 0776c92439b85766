"""评选: what an applicant of a selective class hands in, the sheets it is scored on, and the result that is published."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from courses.models.classes import TrainingClass
from courses.models.enrolment import Enrolment
from courses.models.people import User


class Pitch(models.Model):
    """项目材料: one version of the project that an application stands for; the highest holds. Append-only.

    `by` is the applicant, or who took it down for them at the counter.
    """

    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="pitches")
    version = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=60)
    summary = models.TextField()
    jobs = models.PositiveSmallIntegerField(help_text="people whom the project employs today")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["enrolment", "version"], name="pitch_version"),
            models.CheckConstraint(condition=Q(version__gte=1), name="pitch_version_positive"),
        ]


class ScoreSheet(models.Model):
    """评分表: what one reviewer gave one application. Append-only: a correction is a new version with its reason.

    `slot` is the reviewer's place on this application, so that the database lets in three and no more. `points` are
    hundredths of a point of 100, weighed as the pinned policy says.
    """

    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="score_sheets")
    reviewer = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    slot = models.PositiveSmallIntegerField()
    version = models.PositiveSmallIntegerField(default=1)
    scores = models.JSONField(help_text="criterion → points given")
    points = models.PositiveIntegerField()
    remark = models.CharField(max_length=200, blank=True)
    reason = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ("enrolment", "slot", "version")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["enrolment", "slot", "version"], name="scoresheet_slot_version"),
            models.UniqueConstraint(fields=["enrolment", "reviewer", "version"], name="scoresheet_reviewer_version"),
            models.CheckConstraint(condition=Q(slot__gte=1, slot__lte=3), name="scoresheet_three_at_most"),
            models.CheckConstraint(condition=Q(points__lte=10000), name="scoresheet_points_of_100"),
            models.CheckConstraint(condition=Q(version=1) | ~Q(reason=""), name="scoresheet_correction_has_reason"),
        ]


class Selection(models.Model):
    """评选结果 of one class: put forward by one person, confirmed by another, published, then settled into seats."""

    class Status(models.TextChoices):
        PROPOSED = "proposed", _("待确认")
        PUBLISHED = "published", _("公示中")
        SETTLED = "settled", _("已录取")
        RETURNED = "returned", _("已退回")

    LIVE = (Status.PROPOSED, Status.PUBLISHED, Status.SETTLED)

    number = models.CharField(max_length=16, unique=True)
    training_class = models.ForeignKey(TrainingClass, on_delete=models.PROTECT, related_name="selections")
    status = models.CharField(max_length=10, choices=Status)
    proposed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True, blank=True)
    published_on = models.DateField(null=True, blank=True)
    notice_until = models.DateField(null=True, blank=True)
    returned_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    returned_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=200, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-proposed_at",)
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["training_class"],
                condition=Q(status__in=["proposed", "published", "settled"]),
                name="selection_one_live",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True) | ~Q(confirmed_by=F("proposed_by")), name="selection_two_people"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["published", "settled"])
                | Q(confirmed_by__isnull=False, published_on__isnull=False, notice_until__isnull=False),
                name="selection_published_is_confirmed",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["proposed", "published", "settled", "returned"]), name="selection_status_known"
            ),
        ]

    def __str__(self) -> str:
        return self.number


class SelectionLine(models.Model):
    """One application's place in a result, as it was put forward. Append-only."""

    class Outcome(models.TextChoices):
        CHOSEN = "chosen", _("拟录取")
        RESERVE = "reserve", _("候补")
        BELOW = "below", _("未达到录取分数线")
        WITHOUT_PITCH = "without_pitch", _("没有提交项目材料")

    selection = models.ForeignKey(Selection, on_delete=models.PROTECT, related_name="lines")
    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="selection_lines")
    rank = models.PositiveIntegerField()
    points = models.PositiveIntegerField()
    outcome = models.CharField(max_length=14, choices=Outcome)
    tie = models.CharField(max_length=40, blank=True, help_text="what decided among equal points")

    class Meta:
        ordering = ("selection", "rank")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["selection", "rank"], name="selectionline_rank"),
            models.UniqueConstraint(fields=["selection", "enrolment"], name="selectionline_once"),
            models.CheckConstraint(
                condition=Q(outcome__in=["chosen", "reserve", "below", "without_pitch"]),
                name="selectionline_outcome_known",
            ),
        ]
