"""报名: learner × class, and the place in the queue."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from courses.models.classes import TrainingClass
from courses.models.groups import GroupBooking
from courses.models.people import Learner, LearnerCategory, User


class Enrolment(models.Model):
    class Status(models.TextChoices):
        APPLIED = "applied", _("待审核")
        CANDIDATE = "candidate", _("评选中")
        ADMITTED = "admitted", _("已录取")
        WAITLISTED = "waitlisted", _("候补中")
        REFUSED = "refused", _("未录取")
        WITHDRAWN = "withdrawn", _("已退出")

    class Source(models.TextChoices):
        SELF = "self", _("自主报名")
        COUNTER = "counter", _("窗口登记")
        IMPORT = "import", _("机构导入")
        GROUP = "group", _("单位团报")
        COMMUNITY = "community", _("社区推荐")
        API = "api", _("接口提交")

    class Why(models.TextChoices):
        """The closed list of what befell an enrolment without anybody's decision on it alone."""

        CLASS_CANCELLED = "class_cancelled", _("班次已取消")
        NOT_ELIGIBLE = "not_eligible", _("轮到递补时不符合报名条件")
        ENROLMENT_CLOSED = "enrolment_closed", _("有空位，报名已截止，没有递补")
        CLASS_BEGUN = "class_begun", _("有空位，已经开班，没有递补")
        CLASS_SUSPENDED = "class_suspended", _("有空位，班次暂停，没有递补")

    LIVE = (Status.APPLIED, Status.CANDIDATE, Status.ADMITTED, Status.WAITLISTED)
    # A candidate of a selective class holds no seat and stands in no queue until the result is settled.
    SEATED = (Status.APPLIED, Status.ADMITTED)

    number = models.CharField(max_length=16, unique=True)
    learner = models.ForeignKey(Learner, on_delete=models.PROTECT, related_name="enrolments")
    training_class = models.ForeignKey(TrainingClass, on_delete=models.PROTECT, related_name="enrolments")
    status = models.CharField(max_length=10, choices=Status)
    source = models.CharField(max_length=10, choices=Source, default=Source.SELF)
    booking = models.ForeignKey(
        GroupBooking, on_delete=models.PROTECT, null=True, blank=True, related_name="enrolments"
    )
    arrival_no = models.PositiveIntegerField()
    category = models.ForeignKey(LearnerCategory, on_delete=models.PROTECT, null=True, blank=True)
    declared = models.JSONField(default=list, blank=True, help_text="keys of the criteria that the applicant confirmed")
    findings = models.JSONField(default=list, blank=True, help_text="what the rules of eligibility remarked on")
    applied_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    reason = models.CharField(max_length=200, blank=True)
    why = models.CharField(max_length=20, choices=Why, blank=True)

    class Meta:
        ordering = ("training_class", "arrival_no")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["training_class", "arrival_no"], name="enrolment_arrival_no"),
            models.UniqueConstraint(
                fields=["training_class", "learner"],
                condition=Q(status__in=["applied", "candidate", "admitted", "waitlisted"]),
                name="enrolment_one_live",
            ),
            models.CheckConstraint(condition=Q(arrival_no__gt=0), name="enrolment_arrival_positive"),
            models.CheckConstraint(
                condition=Q(status__in=["applied", "candidate", "admitted", "waitlisted", "refused", "withdrawn"]),
                name="enrolment_status_known",
            ),
            models.CheckConstraint(
                condition=Q(source="group", booking__isnull=False) | (~Q(source="group") & Q(booking__isnull=True)),
                name="enrolment_group_has_booking",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["refused", "withdrawn"]) | Q(decided_at__isnull=False),
                name="enrolment_end_has_time",
            ),
            models.CheckConstraint(
                condition=Q(
                    why__in=[
                        "",
                        "class_cancelled",
                        "not_eligible",
                        "enrolment_closed",
                        "class_begun",
                        "class_suspended",
                    ]
                ),
                name="enrolment_why_known",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["learner", "status"], name="enrolment_learner")]

    def __str__(self) -> str:
        return self.number
