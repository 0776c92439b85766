"""Dated numbers of policy and the working-day calendar."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class PolicyVersion(models.Model):
    """An immutable document of every number of policy, in force from a date; a class pins the one it was approved
    by."""

    number = models.CharField(max_length=20, unique=True)
    effective_on = models.DateField(db_index=True)
    document = models.JSONField()
    note = models.CharField(max_length=200, blank=True)
    is_exception = models.BooleanField(default=False, help_text=_("只在被指定时使用，不按日期生效"))
    by = models.ForeignKey("courses.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("effective_on", "number")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["effective_on"], condition=models.Q(is_exception=False), name="policyversion_one_a_day"
            ),
        ]

    def __str__(self) -> str:
        return self.number


class Holiday(models.Model):
    """A day off or a make-up working day, as published each year; never computed."""

    class Kind(models.TextChoices):
        OFF = "off", _("放假")
        WORK = "work", _("调休上班")

    date = models.DateField(_("日期"), unique=True)
    kind = models.CharField(_("类别"), max_length=4, choices=Kind)
    name = models.CharField(_("名称"), max_length=40)
    name_en = models.CharField(_("英文名称"), max_length=60)
    provisional = models.BooleanField(_("待公布"), default=False)

    class Meta:
        ordering = ("date",)
        verbose_name = verbose_name_plural = _("节假日")
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(kind__in=["off", "work"]), name="holiday_kind_known"),
        ]

    def __str__(self) -> str:
        return f"{self.date} {self.name}"
