"""Online units of a course."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from courses.models.catalogue import Course


class Unit(models.Model):
    """线上单元: one online lesson of a course, in minutes."""

    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="units")
    number = models.PositiveSmallIntegerField(_("序号"))
    title = models.CharField(_("标题"), max_length=80)
    minutes = models.PositiveSmallIntegerField(_("分钟"))

    class Meta:
        ordering = ("course", "number")
        verbose_name = verbose_name_plural = _("线上单元")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["course", "number"], name="unit_number_in_course"),
            models.CheckConstraint(condition=models.Q(minutes__gt=0), name="unit_has_minutes"),
        ]
