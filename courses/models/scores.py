"""成绩: the result of one part of an assessment, in versions; the newest that holds counts. And who examines a class."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from courses.models.classes import TrainingClass
from courses.models.enrolment import Enrolment
from courses.models.people import User


class Score(models.Model):
    """One version of one part. `points` are tenths of a point of 100.

    A change after the completion was submitted is asked for with its reason by one person and decided by another.
    """

    class Part(models.TextChoices):
        THEORY = "theory", _("理论成绩")
        PRACTICE = "practice", _("实操成绩")
        TOTAL = "total", _("综合成绩")

    class Status(models.TextChoices):
        HELD = "held", _("有效")
        ASKED = "asked", _("待确认")
        DROPPED = "dropped", _("未同意")

    # What a second person still decides: not of somebody whose record was erased meanwhile.
    WAITS = Q(status="asked", enrolment__learner__erased_at__isnull=True)

    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="scores")
    part = models.CharField(max_length=8, choices=Part)
    version = models.PositiveSmallIntegerField()
    points = models.PositiveSmallIntegerField()
    status = models.CharField(max_length=8, choices=Status)
    reason = models.CharField(max_length=200, blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("enrolment", "part", "version")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["enrolment", "part", "version"], name="score_version"),
            models.UniqueConstraint(
                fields=["enrolment", "part"], condition=Q(status="asked"), name="score_one_change_at_a_time"
            ),
            models.CheckConstraint(condition=Q(points__lte=1000), name="score_of_100"),
            models.CheckConstraint(condition=Q(part__in=["theory", "practice", "total"]), name="score_part_known"),
            models.CheckConstraint(condition=~Q(status="asked") | Q(reason__gt=""), name="score_change_has_reason"),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("by")), name="score_two_people"
            ),
            models.CheckConstraint(condition=Q(status__in=["held", "asked", "dropped"]), name="score_status_known"),
        ]


class ClassExaminer(models.Model):
    """考评员: somebody from outside the institution who is named for one class, records its scores and sees nothing
    else."""

    training_class = models.ForeignKey(TrainingClass, on_delete=models.PROTECT, related_name="examiners")
    examiner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    ended_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("training_class", "pk")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["training_class", "examiner"], condition=Q(ended_at__isnull=True), name="classexaminer_one_open"
            ),
            models.CheckConstraint(condition=~Q(examiner=F("by")), name="classexaminer_two_people"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by__isnull=True)
                | Q(ended_at__isnull=False, ended_by__isnull=False),
                name="classexaminer_ended_by_someone",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["examiner", "ended_at"], name="classexaminer_examiner")]
