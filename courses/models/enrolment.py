"""报名: learner × class, and the place in the queue."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from courses.models.classes import TrainingClass
from courses.models.groups import GroupBooking
from courses.models.people import Learner, LearnerCategory, User
from courses.privacy import DigestField


class Enrolment(models.Model):
    class Status(models.TextChoices):
        APPLIED = "applied", _("待审核")
        CANDIDATE = "candidate", _("评选中")
        OFFERED = "offered", _("待本人确认")
        ADMITTED = "admitted", _("已录取")
        WAITLISTED = "waitlisted", _("候补中")
        REFUSED = "refused", _("未录取")
        WITHDRAWN = "withdrawn", _("已退出")
        TRANSFERRED = "transferred", _("已转班")

    class Source(models.TextChoices):
        SELF = "self", _("自主报名")
        COUNTER = "counter", _("窗口登记")
        IMPORT = "import", _("机构导入")
        GROUP = "group", _("单位团报")
        COMMUNITY = "community", _("社区推荐")
        API = "api", _("接口提交")
        TRANSFER = "transfer", _("转班")

    class Why(models.TextChoices):
        """The closed list of what befell an enrolment without anybody's decision on it alone."""

        CLASS_CANCELLED = "class_cancelled", _("班次已取消")
        NOT_ELIGIBLE = "not_eligible", _("轮到递补时不符合报名条件")
        ENROLMENT_CLOSED = "enrolment_closed", _("有空位，报名已截止，没有递补")
        CLASS_BEGUN = "class_begun", _("有空位，已经开班，没有递补")
        CLASS_SUSPENDED = "class_suspended", _("有空位，班次暂停，没有递补")
        CUT_OFF = "cut_off", _("有空位，临近开班，没有递补，由工作人员安排")
        NO_PHONE = "no_phone", _("没有手机号，递补时直接录取，请当面或托人告知")
        OFFER_DECLINED = "offer_declined", _("递补到位，本人放弃")
        OFFER_EXPIRED = "offer_expired", _("递补到位，到期没有确认")
        OFFER_VOIDED = "offer_voided", _("递补到位，工作人员作废")
        NO_SHOW = "no_show", _("录取后一直没有到课，席位已让出")
        GROUP_REPLACED = "group_replaced", _("单位换人，席位给了单位另派的人")
        NOT_REACHED = "not_reached", _("开班时还没有录取，报名结束")

    LIVE = (Status.APPLIED, Status.CANDIDATE, Status.OFFERED, Status.ADMITTED, Status.WAITLISTED)
    # A candidate of a selective class holds no seat and stands in no queue until the result is settled.
    SEATED = (Status.APPLIED, Status.OFFERED, Status.ADMITTED)

    number = models.CharField(max_length=16, unique=True)
    learner = models.ForeignKey(Learner, on_delete=models.PROTECT, related_name="enrolments")
    training_class = models.ForeignKey(TrainingClass, on_delete=models.PROTECT, related_name="enrolments")
    status = models.CharField(max_length=12, choices=Status)
    source = models.CharField(max_length=10, choices=Source, default=Source.SELF)
    booking = models.ForeignKey(
        GroupBooking, on_delete=models.PROTECT, null=True, blank=True, related_name="enrolments"
    )
    arrival_no = models.PositiveIntegerField()
    category = models.ForeignKey(LearnerCategory, on_delete=models.PROTECT, null=True, blank=True)
    declared = models.JSONField(default=list, blank=True, help_text="keys of the criteria that the applicant confirmed")
    truth = models.CharField(
        max_length=10, blank=True, help_text="version of the text by which the applicant vouched for what was stated"
    )
    findings = models.JSONField(default=list, blank=True, help_text="what the rules of eligibility remarked on")
    applied_at = models.DateTimeField()
    admitted_at = models.DateTimeField(null=True, blank=True, help_text="since when a member of the class")
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    reason = models.CharField(max_length=200, blank=True)
    why = models.CharField(max_length=20, choices=Why, blank=True)
    offer_until = models.DateTimeField(null=True, blank=True)
    # The digest of what stands in the link; the link itself is known to the message alone.
    offer_code = DigestField(unique=True, null=True, blank=True)
    transferred_to = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="transferred_from"
    )

    class Meta:
        ordering = ("training_class", "arrival_no")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["training_class", "arrival_no"], name="enrolment_arrival_no"),
            models.UniqueConstraint(
                fields=["training_class", "learner"],
                condition=Q(status__in=["applied", "candidate", "offered", "admitted", "waitlisted"]),
                name="enrolment_one_live",
            ),
            models.CheckConstraint(condition=Q(arrival_no__gt=0), name="enrolment_arrival_positive"),
            models.CheckConstraint(
                condition=Q(
                    status__in=[
                        "applied",
                        "candidate",
                        "offered",
                        "admitted",
                        "waitlisted",
                        "refused",
                        "withdrawn",
                        "transferred",
                    ]
                ),
                name="enrolment_status_known",
            ),
            models.CheckConstraint(
                condition=Q(source="group", booking__isnull=False) | (~Q(source="group") & Q(booking__isnull=True)),
                name="enrolment_group_has_booking",
            ),
            models.CheckConstraint(
                condition=~Q(status="offered") | Q(offer_until__isnull=False, offer_code__isnull=False),
                name="enrolment_offer_ends",
            ),
            models.CheckConstraint(
                condition=Q(status="transferred", transferred_to__isnull=False)
                | (~Q(status="transferred") & Q(transferred_to__isnull=True)),
                name="enrolment_transferred_where",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["refused", "withdrawn", "transferred"]) | Q(decided_at__isnull=False),
                name="enrolment_end_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["admitted", "transferred"]) | Q(admitted_at__isnull=False),
                name="enrolment_member_since",
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
                        "cut_off",
                        "no_phone",
                        "offer_declined",
                        "offer_expired",
                        "offer_voided",
                        "no_show",
                        "group_replaced",
                        "not_reached",
                    ]
                ),
                name="enrolment_why_known",
            ),
            models.CheckConstraint(
                condition=Q(source__in=["self", "counter", "import", "group", "community", "api", "transfer"]),
                name="enrolment_source_known",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["learner", "status"], name="enrolment_learner"),
            models.Index(fields=["offer_until"], condition=Q(status="offered"), name="enrolment_offers"),
            models.Index(fields=["training_class"], condition=Q(status="applied"), name="enrolment_applied"),
            models.Index(fields=["training_class"], condition=Q(status="waitlisted"), name="enrolment_waitlisted"),
        ]

    def __str__(self) -> str:
        return self.number


class TransferRequest(models.Model):
    """A learner's wish to change from one class of a course to another, and what became of it."""

    class Status(models.TextChoices):
        ASKED = "asked", _("待机构办理")
        GRANTED = "granted", _("已转班")
        REFUSED = "refused", _("未办理成功")
        TAKEN_BACK = "taken_back", _("本人撤回")
        ENDED = "ended", _("那个班已停止接收学员")

    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="transfer_requests")
    to = models.ForeignKey(TrainingClass, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=200)
    status = models.CharField(max_length=10, choices=Status, default=Status.ASKED)
    asked_at = models.DateTimeField()
    answer = models.CharField(max_length=200, blank=True)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("asked_at", "pk")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["enrolment"], condition=Q(status="asked"), name="transferrequest_one_open"),
            models.CheckConstraint(
                condition=Q(status__in=["asked", "granted", "refused", "taken_back", "ended"]),
                name="transferrequest_status_known",
            ),
            models.CheckConstraint(
                condition=Q(status="asked")
                | Q(decided_by__isnull=False, decided_at__isnull=False)
                | Q(status="ended", decided_at__isnull=False),
                name="transferrequest_decided_when",
            ),
        ]
