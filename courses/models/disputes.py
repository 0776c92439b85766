"""异议: a learner contests what one lesson of theirs was recorded as."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from courses.models.attendance import Attendance
from courses.models.classes import Lesson
from courses.models.enrolment import Enrolment
from courses.models.people import User
from courses.models.proofs import Proof
from courses.privacy import EncryptedTextField


class Dispute(models.Model):
    """Answered by a trainer, decided by an institution; never by one person, and one for each lesson."""

    class Status(models.TextChoices):
        RAISED = "raised", _("等老师答复")
        ANSWERED = "answered", _("等机构决定")
        CORRECTED = "corrected", _("已更正")
        KEPT = "kept", _("维持原记录")
        WITHDRAWN = "withdrawn", _("已撤回")

    OPEN = (Status.RAISED, Status.ANSWERED)

    code = models.CharField(max_length=26, unique=True)
    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="disputes")
    lesson = models.ForeignKey(Lesson, on_delete=models.PROTECT, related_name="disputes")
    was_status = models.CharField(max_length=10, choices=Attendance.Status)
    was_minutes = models.PositiveSmallIntegerField(default=0)
    text = EncryptedTextField()
    proof = models.ForeignKey(Proof, on_delete=models.PROTECT, null=True, blank=True, related_name="disputes")
    status = models.CharField(max_length=9, choices=Status, default=Status.RAISED)
    raised_at = models.DateTimeField()
    decide_from = models.DateTimeField(help_text="when it is the institution's turn, whether answered or not")
    supported = models.BooleanField(null=True, blank=True)
    answer = EncryptedTextField(blank=True)
    answered_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)
    decision = EncryptedTextField(blank=True)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-raised_at", "-pk")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["enrolment", "lesson"], condition=~Q(status="withdrawn"), name="dispute_one_a_lesson"
            ),
            models.CheckConstraint(
                condition=Q(status__in=["raised", "answered", "corrected", "kept", "withdrawn"]),
                name="dispute_status_known",
            ),
            models.CheckConstraint(
                condition=Q(answered_by__isnull=True) | Q(supported__isnull=False, answered_at__isnull=False),
                name="dispute_answer_says_something",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["corrected", "kept"], decided_by__isnull=False, decided_at__isnull=False)
                | (~Q(status__in=["corrected", "kept"]) & Q(decided_by__isnull=True)),
                name="dispute_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | Q(answered_by__isnull=True) | ~Q(decided_by=F("answered_by")),
                name="dispute_two_people",
            ),
            models.CheckConstraint(
                condition=Q(
                    was_status__in=[
                        "unmarked",
                        "present",
                        "late",
                        "left_early",
                        "awaiting",
                        "leave",
                        "sick",
                        "absent",
                        "added",
                    ]
                ),
                name="dispute_was_status_known",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["lesson"], condition=Q(status__in=["raised", "answered"]), name="dispute_open"),
        ]

    def __str__(self) -> str:
        return self.code
