"""公共实训基地 and the rooms of a venue."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from courses.models.catalogue import District, Institution, Venue


class TrainingBase(models.Model):
    """公共实训基地: a public place to practise, run by an institution; its venues are where classes meet."""

    number = models.CharField(_("基地编号"), max_length=12, unique=True)
    name = models.CharField(_("名称"), max_length=80)
    district = models.ForeignKey(District, verbose_name=_("区市"), on_delete=models.PROTECT)
    operator = models.ForeignKey(
        Institution, verbose_name=_("运营机构"), on_delete=models.PROTECT, null=True, blank=True, related_name="bases"
    )

    class Meta:
        ordering = ("number",)
        verbose_name = verbose_name_plural = _("公共实训基地")

    def __str__(self) -> str:
        return self.name


class Room(models.Model):
    """A room of a venue. Lessons name their room; a lesson books the room of that name at its class's venue."""

    venue = models.ForeignKey(Venue, verbose_name=_("场地"), on_delete=models.PROTECT, related_name="rooms")
    name = models.CharField(_("名称"), max_length=40)
    capacity = models.PositiveSmallIntegerField(_("容纳人数"))

    class Meta:
        ordering = ("venue", "name")
        verbose_name = verbose_name_plural = _("教室")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["venue", "name"], name="room_name_in_venue"),
            models.CheckConstraint(condition=models.Q(capacity__gt=0), name="room_capacity_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.venue} {self.name}"
