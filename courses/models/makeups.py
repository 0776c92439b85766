"""补课: a learner hears a missed lesson in another class of the course, as a guest for one lesson."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from courses.models.attendance import Evidence
from courses.models.classes import Lesson
from courses.models.enrolment import Enrolment
from courses.models.people import User
from courses.privacy import EncryptedTextField


class MakeUp(models.Model):
    """Asked for by the learner, agreed to and witnessed by the class that is visited, counted by the learner's own.

    Of one missed lesson one is open or counts; who saw the guest does not count the hours.
    """

    class Status(models.TextChoices):
        ASKED = "asked", _("等对方班同意")
        AGREED = "agreed", _("可以去听课")
        WITNESSED = "witnessed", _("已听课，等本班确认")
        COUNTED = "counted", _("已计入")
        REFUSED = "refused", _("未同意")
        NOT_COUNTED = "not_counted", _("未计入")
        WITHDRAWN = "withdrawn", _("已撤回")
        CALLED_OFF = "called_off", _("要听的课已取消")

    OPEN = (Status.ASKED, Status.AGREED, Status.WITNESSED)

    code = models.CharField(max_length=26, unique=True)
    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="make_ups")
    missed = models.ForeignKey(Lesson, on_delete=models.PROTECT, related_name="made_up")
    heard = models.ForeignKey(Lesson, on_delete=models.PROTECT, related_name="guests")
    status = models.CharField(max_length=11, choices=Status, default=Status.ASKED)
    asked_at = models.DateTimeField()
    answered_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)
    came_at = models.DateTimeField(null=True, blank=True)
    left_at = models.DateTimeField(null=True, blank=True)
    witnessed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    witnessed_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    answer = EncryptedTextField(blank=True)
    evidence = models.OneToOneField(Evidence, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ("-asked_at", "-pk")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["enrolment", "missed"],
                condition=Q(status__in=["asked", "agreed", "witnessed", "counted"]),
                name="makeup_once",
            ),
            models.UniqueConstraint(
                fields=["enrolment", "heard"],
                condition=Q(status__in=["asked", "agreed", "witnessed", "counted"]),
                name="makeup_one_lesson_for_one",
            ),
            models.CheckConstraint(
                condition=Q(
                    status__in=[
                        "asked",
                        "agreed",
                        "witnessed",
                        "counted",
                        "refused",
                        "not_counted",
                        "withdrawn",
                        "called_off",
                    ]
                ),
                name="makeup_status_known",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["witnessed", "counted", "not_counted"])
                | Q(witnessed_by__isnull=False, came_at__isnull=False, left_at__gt=F("came_at")),
                name="makeup_was_seen",
            ),
            models.CheckConstraint(
                condition=~Q(status="counted") | Q(decided_by__isnull=False, evidence__isnull=False),
                name="makeup_counted_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("witnessed_by")), name="makeup_two_people"
            ),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def is_open(self) -> bool:
        return self.status in self.OPEN
