"""名单导入: a file of learners for one class, staged row by row before anything is enrolled."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from courses.models.classes import TrainingClass
from courses.models.enrolment import Enrolment
from courses.models.groups import GroupBooking
from courses.models.people import User
from courses.privacy import EncryptedJSONField, EncryptedTextField


class RosterImport(models.Model):
    """One upload. The file lies encrypted in the private storage, named `file` there; empty once it was deleted."""

    class Status(models.TextChoices):
        RECEIVED = "received", _("待检查")
        CHECKED = "checked", _("待确认")
        COMMITTED = "committed", _("已导入")
        UNDONE = "undone", _("已撤销")
        DISCARDED = "discarded", _("已放弃")

    number = models.CharField(max_length=16, unique=True)
    training_class = models.ForeignKey(TrainingClass, on_delete=models.PROTECT, related_name="roster_imports")
    # The named list of an employer's booking; empty where an institution brings its own people.
    booking = models.ForeignKey(GroupBooking, on_delete=models.PROTECT, null=True, blank=True, related_name="rosters")
    status = models.CharField(max_length=10, choices=Status, default=Status.RECEIVED)
    file_name = EncryptedTextField()
    file = models.CharField(max_length=40, blank=True, default="")
    file_hash = models.CharField(max_length=64)
    header_row = models.PositiveIntegerField()
    columns = models.JSONField(default=dict)
    remarks = EncryptedJSONField(default=list)
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField()
    committed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    committed_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-created_at", "-id")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["training_class", "file_hash"],
                condition=Q(status="committed"),
                name="rosterimport_once_per_file",
            ),
            models.UniqueConstraint(
                fields=["booking"], condition=Q(status="committed"), name="rosterimport_once_per_booking"
            ),
            models.CheckConstraint(
                condition=Q(status__in=["received", "checked", "committed", "undone", "discarded"]),
                name="rosterimport_status_known",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["committed", "undone"]) | Q(committed_at__isnull=False),
                name="rosterimport_committed_when",
            ),
            models.CheckConstraint(
                condition=~Q(status="undone") | Q(undone_at__isnull=False), name="rosterimport_undone_when"
            ),
        ]

    def __str__(self) -> str:
        return self.number


class RosterRow(models.Model):
    """One line of the sheet under its own row number. What it says about a person is kept encrypted, until the
    import is finished or given up; then only its enrolment stays."""

    class Verdict(models.TextChoices):
        UNCHECKED = "unchecked", _("待检查")
        NEW = "new", _("新学员")
        KNOWN = "known", _("已登记的学员")
        ALREADY = "already", _("已在本班")
        ASK = "ask", _("待您决定")
        BAD = "bad", _("有问题")

    class Decision(models.TextChoices):
        NONE = "", _("未定")
        SAME = "same", _("是同一人，按登记的姓名报名")
        NEW = "new", _("不是同一人，登记为新学员")
        SKIP = "skip", _("不导入这一行")

    roster = models.ForeignKey(RosterImport, on_delete=models.CASCADE, related_name="rows")
    row_no = models.PositiveIntegerField()
    payload = EncryptedJSONField(null=True, blank=True)
    problems = EncryptedJSONField(default=list)
    verdict = models.CharField(max_length=10, choices=Verdict, default=Verdict.UNCHECKED)
    decision = models.CharField(max_length=4, choices=Decision, blank=True, default=Decision.NONE)
    enrolment = models.OneToOneField(
        Enrolment, on_delete=models.PROTECT, null=True, blank=True, related_name="roster_row"
    )

    class Meta:
        ordering = ("row_no",)
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["roster", "row_no"], name="rosterrow_row_once"),
            models.CheckConstraint(
                condition=Q(verdict__in=["unchecked", "new", "known", "already", "ask", "bad"]),
                name="rosterrow_verdict_known",
            ),
            models.CheckConstraint(
                condition=Q(decision__in=["", "same", "new", "skip"]), name="rosterrow_decision_known"
            ),
        ]
