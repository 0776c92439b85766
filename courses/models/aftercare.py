"""After a class: learners drawn by lot are called and asked, and those who completed are asked what became of them."""

from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from courses.models.classes import TrainingClass
from courses.models.completion import Completion
from courses.models.enrolment import Enrolment
from courses.models.people import User
from courses.privacy import EncryptedTextField


class CallBack(models.Model):
    """电话回访: the learners of one class who were drawn to be called, with the seed and a hash of those drawn from."""

    number = models.CharField(max_length=16, unique=True)
    training_class = models.OneToOneField(TrainingClass, on_delete=models.PROTECT, related_name="call_back")
    seed = models.CharField(max_length=32)
    population = models.PositiveIntegerField()
    population_hash = models.CharField(max_length=64)
    drawn_at = models.DateTimeField()

    class Meta:
        ordering = ("-pk",)
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(population__gte=1), name="callback_of_somebody"),
        ]

    def __str__(self) -> str:
        return self.number


class CallBackLine(models.Model):
    """One learner who was drawn: what they answered, or that nobody could be reached.

    `days_attended` is what the register said when they were asked.
    """

    class Result(models.TextChoices):
        OPEN = "open", _("待回访")
        FINE = "fine", _("相符")
        DOUBTFUL = "doubtful", _("不符")
        UNREACHABLE = "unreachable", _("联系不上")

    # Somebody answered.
    REACHED = (Result.FINE, Result.DOUBTFUL)

    code = models.CharField(max_length=26, unique=True)
    call_back = models.ForeignKey(CallBack, on_delete=models.PROTECT, related_name="lines")
    place = models.PositiveIntegerField()
    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="+")
    result = models.CharField(max_length=11, choices=Result, default=Result.OPEN)
    is_learner = models.BooleanField(null=True, blank=True)
    attended = models.BooleanField(null=True, blank=True)
    days = models.PositiveSmallIntegerField(null=True, blank=True)
    days_attended = models.PositiveSmallIntegerField(null=True, blank=True)
    as_taught = models.BooleanField(null=True, blank=True)
    charged = models.BooleanField(null=True, blank=True)
    satisfaction = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(5)]
    )
    note = EncryptedTextField(blank=True, default="")
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("call_back", "place")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["call_back", "enrolment"], name="callbackline_once"),
            models.UniqueConstraint(fields=["call_back", "place"], name="callbackline_place"),
            models.CheckConstraint(
                condition=Q(result__in=["open", "fine", "doubtful", "unreachable"]), name="callbackline_result_known"
            ),
            models.CheckConstraint(
                condition=Q(result="open", by__isnull=True, at__isnull=True)
                | (~Q(result="open") & Q(by__isnull=False, at__isnull=False)),
                name="callbackline_asked_by_someone",
            ),
            models.CheckConstraint(
                condition=~Q(result__in=["fine", "doubtful"])
                | Q(is_learner__isnull=False, days_attended__isnull=False),
                name="callbackline_reached_has_answers",
            ),
            models.CheckConstraint(
                condition=Q(satisfaction__isnull=True) | Q(satisfaction__gte=1, satisfaction__lte=5),
                name="callbackline_satisfaction_of_5",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["call_back"], condition=Q(result="open"), name="callbackline_open"),
        ]


class FollowUp(models.Model):
    """跟踪服务: what became of one who completed, `months` after the class; asked from `opens_at` until `closes_at`."""

    class Outcome(models.TextChoices):
        EMPLOYED = "employed", _("已就业")
        BUSINESS = "business", _("已创业")
        LOOKING = "looking", _("在找工作")
        IDLE = "idle", _("暂不找工作")
        UNREACHABLE = "unreachable", _("联系不上")

    # They work, for somebody or for themselves: then it is said where.
    WORKING = (Outcome.EMPLOYED, Outcome.BUSINESS)
    # What was not over when it was planned: an approval may come late, or years of them be brought in.
    COULD_BE_ASKED = Q(closes_at__gt=models.F("planned_at"))

    code = models.CharField(max_length=26, unique=True)
    completion = models.ForeignKey(Completion, on_delete=models.PROTECT, related_name="follow_ups")
    months = models.PositiveSmallIntegerField()
    opens_at = models.DateTimeField()
    closes_at = models.DateTimeField()
    planned_at = models.DateTimeField()
    outcome = models.CharField(max_length=11, choices=Outcome, blank=True)
    employer = EncryptedTextField(blank=True, default="")
    credit_code = models.CharField(max_length=18, blank=True)
    registered_on = models.DateField(null=True, blank=True)
    jobs = models.PositiveSmallIntegerField(null=True, blank=True)
    wants = EncryptedTextField(blank=True, default="")
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("opens_at", "pk")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["completion", "months"], name="followup_once"),
            models.CheckConstraint(condition=Q(months__gte=1), name="followup_after"),
            models.CheckConstraint(condition=Q(closes_at__gt=models.F("opens_at")), name="followup_open_for_a_while"),
            models.CheckConstraint(
                condition=Q(outcome__in=["", "employed", "business", "looking", "idle", "unreachable"]),
                name="followup_outcome_known",
            ),
            models.CheckConstraint(
                condition=Q(outcome="", by__isnull=True, at__isnull=True)
                | (~Q(outcome="") & Q(by__isnull=False, at__isnull=False)),
                name="followup_entered_by_someone",
            ),
            models.CheckConstraint(
                condition=Q(outcome="business") | Q(registered_on__isnull=True, jobs__isnull=True),
                name="followup_only_a_business_is_registered",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["opens_at", "closes_at"], condition=Q(outcome=""), name="followup_open"),
            models.Index(fields=["opens_at"], name="followup_month"),
        ]
