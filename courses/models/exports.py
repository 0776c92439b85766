"""导出: every file that left the house, or is being made to; what is made every month; the bureau's own workbooks."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from courses.models.people import User


class Export(models.Model):
    """导出记录: who took which form by which filters and for what; the row outlives its file.

    Small forms are given at once and kept nowhere. Others are made in the background: `claim` names the worker that
    writes, `claimed_at` is when it last said so. The file lies encrypted in the private storage, named `file` there.
    """

    class Kind(models.TextChoices):
        """What a form is written as."""

        XLSX = "xlsx", _("xlsx 工作簿")
        CSV = "csv", _("csv 文本")
        DOCX = "docx", _("docx 公文")
        JSON = "json", _("json 数据")
        PRINT = "print", _("打印页")

    class Status(models.TextChoices):
        ASKED = "asked", _("待第二人同意")
        DROPPED = "dropped", _("没有同意")
        QUEUED = "queued", _("排队中")
        RUNNING = "running", _("正在生成")
        READY = "ready", _("可以下载")
        FAILED = "failed", _("没有生成")
        EXPIRED = "expired", _("已过期删除")
        GIVEN = "given", _("已给出")

    # Nobody has agreed to these, or nothing came of it.
    UNDECIDED = (Status.ASKED, Status.DROPPED)

    number = models.CharField(max_length=16, unique=True)
    form = models.CharField(max_length=12)
    kind = models.CharField(max_length=5, choices=Kind)
    filters = models.JSONField(default=dict, help_text="numbers and keys, nothing about a person")
    full = models.BooleanField(default=False, help_text="with whole document numbers and phones")
    purpose = models.CharField(max_length=100, blank=True)
    status = models.CharField(max_length=8, choices=Status)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="exports")
    asked_at = models.DateTimeField()
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    schedule = models.ForeignKey(
        "ExportSchedule", on_delete=models.PROTECT, null=True, blank=True, related_name="exports"
    )
    total = models.PositiveIntegerField(default=0, help_text="rows to write, as far as known")
    rows = models.PositiveIntegerField(default=0, help_text="rows written so far")
    claim = models.CharField(max_length=16, blank=True)
    claimed_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    trouble = models.CharField(max_length=200, blank=True)
    file = models.CharField(max_length=60, blank=True)
    size = models.PositiveIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    content = models.CharField(max_length=64, blank=True, help_text="hash over the cells; the check code is made of it")
    ready_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    taken_at = models.DateTimeField(null=True, blank=True, help_text="when its owner first fetched it")

    class Meta:
        ordering = ("-pk",)
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(full=False) | Q(purpose__gt=""), name="export_full_has_purpose"),
            models.CheckConstraint(
                condition=Q(full=False)
                | Q(status__in=["asked", "dropped"])
                | (Q(decided_by__isnull=False) & Q(decided_at__isnull=False) & ~Q(decided_by=F("asked_by"))),
                name="export_two_people",
            ),
            models.CheckConstraint(
                condition=~Q(status="ready") | (Q(file__gt="") & Q(sha256__gt="") & Q(expires_at__isnull=False)),
                name="export_ready_has_file",
            ),
            models.CheckConstraint(condition=Q(status="ready") | Q(file=""), name="export_file_only_while_ready"),
            models.CheckConstraint(
                condition=Q(
                    status__in=["asked", "dropped", "queued", "running", "ready", "failed", "expired", "given"]
                ),
                name="export_status_known",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["xlsx", "csv", "docx", "json", "print"]), name="export_kind_known"
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["asked_at"], condition=Q(status__in=["asked", "queued", "running"]), name="export_open"
            ),
            models.Index(fields=["asked_by", "-id"], name="export_own"),
        ]

    def __str__(self) -> str:
        return self.number


class ExportSchedule(models.Model):
    """定期导出: a form that is made for its owner on one day of each month, of the month before."""

    number = models.CharField(max_length=16, unique=True)
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="export_schedules")
    form = models.CharField(max_length=12)
    kind = models.CharField(max_length=5, choices=Export.Kind)
    district = models.CharField(max_length=40, blank=True)
    own = models.CharField(max_length=16, blank=True, help_text="the number of a form of the bureau's own")
    day = models.PositiveSmallIntegerField()
    created_at = models.DateTimeField()
    last_month = models.CharField(max_length=7, blank=True, help_text="2026-08, the month that was made last")
    stopped_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("pk",)
        constraints: ClassVar = [
            # Every month has a 28th.
            models.CheckConstraint(condition=Q(day__gte=1, day__lte=28), name="exportschedule_day"),
            models.UniqueConstraint(
                fields=["owner", "form", "kind", "district", "own"],
                condition=Q(stopped_at__isnull=True),
                name="exportschedule_once",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["xlsx", "csv", "docx", "json", "print"]), name="exportschedule_kind_known"
            ),
        ]

    def __str__(self) -> str:
        return self.number


class OwnForm(models.Model):
    """自备表: a workbook of the bureau's own that is filled with named figures; its versions hang on it."""

    number = models.CharField(max_length=16, unique=True)
    name = models.CharField(max_length=60)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return self.number


class OwnFormVersion(models.Model):
    """One state of such a form: its workbook, encrypted in the private storage under `file`, and which figure goes into
    which cell. A change is a new version; what was filled before says which it was filled by."""

    form = models.ForeignKey(OwnForm, on_delete=models.PROTECT, related_name="versions")
    version = models.PositiveSmallIntegerField()
    file = models.CharField(max_length=60)
    file_hash = models.CharField(max_length=64)
    cells = models.JSONField(default=list, help_text="[sheet, cell, figure] of each")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ("form", "version")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["form", "version"], name="ownformversion_once"),
            models.CheckConstraint(condition=Q(version__gte=1), name="ownformversion_positive"),
        ]
