"""窗口: what staff enter for somebody without a phone, and the printed card that stands for that person."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from courses.models.classes import TrainingClass
from courses.models.enrolment import Enrolment
from courses.models.people import Learner, User
from courses.privacy import DigestField, EncryptedJSONField


class CounterEntry(models.Model):
    """窗口登记: one form filled in at a counter. What was entered is there until the enrolment is, and never after."""

    number = models.CharField(max_length=16, unique=True)
    training_class = models.ForeignKey(TrainingClass, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    told = EncryptedJSONField(null=True)
    entered_at = models.DateTimeField(db_index=True)
    enrolment = models.OneToOneField(
        Enrolment, on_delete=models.PROTECT, null=True, blank=True, related_name="counter_entry"
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(told__isnull=True, enrolment__isnull=False) | Q(told__isnull=False, enrolment__isnull=True),
                name="counterentry_told_until_enrolled",
            ),
        ]


class PersonalCard(models.Model):
    """学员卡: a printed card. Its code is on the paper only; here lies the keyed digest of it.

    `mark` is what a phone without network can tell the card by: a plain digest of eighty random bits, which nobody can
    turn back into the code. A card of before has none.
    """

    class Why(models.TextChoices):
        REPLACED = "replaced", _("已换新卡")
        LOST = "lost", _("遗失作废")

    number = models.CharField(max_length=16, unique=True)
    learner = models.ForeignKey(Learner, on_delete=models.PROTECT, related_name="cards")
    digest = DigestField(unique=True)
    mark = models.CharField(max_length=64, blank=True)
    issued_at = models.DateTimeField()
    issued_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    voided_at = models.DateTimeField(null=True, blank=True)
    voided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    why = models.CharField(max_length=8, choices=Why, blank=True)

    class Meta:
        ordering = ("-issued_at", "-pk")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["learner"], condition=Q(voided_at__isnull=True), name="personalcard_one_live"
            ),
            models.CheckConstraint(
                condition=Q(voided_at__isnull=True, voided_by__isnull=True, why="")
                | Q(voided_at__isnull=False, voided_by__isnull=False, why__in=["replaced", "lost"]),
                name="personalcard_void_has_who_and_why",
            ),
            models.CheckConstraint(
                condition=Q(voided_at__isnull=True) | Q(voided_at__gte=F("issued_at")), name="personalcard_void_after"
            ),
            models.CheckConstraint(condition=Q(why__in=["replaced", "lost", ""]), name="personalcard_why_known"),
        ]
