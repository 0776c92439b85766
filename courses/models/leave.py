"""请假: a learner asks to be excused from lessons; somebody of the class decides."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from courses.models.classes import Lesson
from courses.models.enrolment import Enrolment
from courses.models.people import User
from courses.models.proofs import Proof
from courses.privacy import EncryptedTextField


class LeaveRequest(models.Model):
    """Why somebody stays away may be about their health: the words are encrypted, as the file is."""

    class Kind(models.TextChoices):
        LEAVE = "leave", _("事假")
        SICK = "sick", _("病假")

    class Status(models.TextChoices):
        ASKED = "asked", _("等老师决定")
        GRANTED = "granted", _("已同意")
        REFUSED = "refused", _("未同意")
        WITHDRAWN = "withdrawn", _("已撤回")

    code = models.CharField(max_length=26, unique=True)
    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="leave_requests")
    kind = models.CharField(max_length=5, choices=Kind)
    reason = EncryptedTextField()
    proof = models.ForeignKey(Proof, on_delete=models.PROTECT, null=True, blank=True, related_name="leave_requests")
    status = models.CharField(max_length=9, choices=Status, default=Status.ASKED)
    asked_at = models.DateTimeField()
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    answer = EncryptedTextField(blank=True)

    class Meta:
        ordering = ("-asked_at", "-pk")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(kind__in=["leave", "sick"]), name="leave_kind_known"),
            models.CheckConstraint(
                condition=Q(status__in=["asked", "granted", "refused", "withdrawn"]), name="leave_status_known"
            ),
            models.CheckConstraint(
                condition=Q(status__in=["asked", "withdrawn"], decided_by__isnull=True)
                | Q(status__in=["granted", "refused"], decided_by__isnull=False, decided_at__isnull=False),
                name="leave_decided_by_somebody",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["enrolment"], condition=Q(status="asked"), name="leave_open"),
        ]

    def __str__(self) -> str:
        return self.code


class LeaveLesson(models.Model):
    """A lesson that a request covers; of one learner and lesson at most one that is open or granted."""

    request = models.ForeignKey(LeaveRequest, on_delete=models.PROTECT, related_name="covers")
    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="+")
    lesson = models.ForeignKey(Lesson, on_delete=models.PROTECT, related_name="leave")
    holds = models.BooleanField(default=True)

    class Meta:
        ordering = ("lesson__starts_at",)
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["enrolment", "lesson"], condition=Q(holds=True), name="leave_once"),
            models.UniqueConstraint(fields=["request", "lesson"], name="leave_lesson_once"),
        ]
