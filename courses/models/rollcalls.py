"""点名: a roll-call in the middle of a lesson, and what was answered to it. Both append-only."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from courses.models.attendance import Evidence
from courses.models.classes import Lesson
from courses.models.people import Learner, User


class RollCall(models.Model):
    """One roll-call: the picture that the wall shows, and until when it may be answered."""

    code = models.CharField(max_length=12, unique=True)
    lesson = models.ForeignKey(Lesson, on_delete=models.PROTECT, related_name="roll_calls")
    picture = models.CharField(max_length=12)
    offered = models.JSONField(help_text="the pictures that a phone offers, the right one among them")
    tries = models.PositiveSmallIntegerField()
    started_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ("started_at",)
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("started_at")), name="rollcall_ends_after_start"),
        ]
        indexes: ClassVar = [models.Index(fields=["lesson", "ends_at"], name="rollcall_lesson_end")]


class RollCallTry(models.Model):
    """One press on a picture, or one tick of the trainer: the evidence that came of it, or none for a wrong picture."""

    roll_call = models.ForeignKey(RollCall, on_delete=models.PROTECT, related_name="answers")
    learner = models.ForeignKey(Learner, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveSmallIntegerField()
    picture = models.CharField(max_length=12, blank=True)
    device = models.CharField(max_length=26, blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    evidence = models.OneToOneField(Evidence, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ("pk",)
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["roll_call", "learner", "number"], name="rollcalltry_number"),
            models.UniqueConstraint(
                fields=["roll_call", "learner"], condition=Q(evidence__isnull=False), name="rollcalltry_one_answer"
            ),
            models.CheckConstraint(
                condition=Q(by__isnull=True) | Q(evidence__isnull=False), name="rollcalltry_tick_has_evidence"
            ),
        ]
