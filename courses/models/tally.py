"""Targets by year, line and what they are cut by; closed months."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from courses.models.catalogue import Brand, District, Institution, Line, Project
from courses.models.people import User


def _known(name: str) -> Coalesce:
    """A foreign key in a unique index: NULL counts as a value of its own."""
    return Coalesce(name, 0, output_field=models.BigIntegerField())


class Target(models.Model):
    """年度目标 in 人次; the highest version of a cell holds, earlier ones stay. A cell without a district is the whole
    city's; institution, brand and project cut it further."""

    year = models.PositiveSmallIntegerField(_("年度"))
    line = models.CharField(_("目标线"), max_length=20, choices=Line)
    district = models.ForeignKey(District, verbose_name=_("区市"), on_delete=models.PROTECT, null=True, blank=True)
    institution = models.ForeignKey(
        Institution, verbose_name=_("机构"), on_delete=models.PROTECT, null=True, blank=True, related_name="targets"
    )
    brand = models.ForeignKey(
        Brand, verbose_name=_("品牌"), on_delete=models.PROTECT, null=True, blank=True, related_name="targets"
    )
    project = models.ForeignKey(
        Project, verbose_name=_("项目"), on_delete=models.PROTECT, null=True, blank=True, related_name="targets"
    )
    version = models.PositiveSmallIntegerField(_("版本"), default=1)
    amount = models.PositiveIntegerField(_("人次"))
    source = models.CharField(_("依据"), max_length=120)
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    at = models.DateTimeField(editable=False)

    class Meta:
        ordering = ("year", "line", "district", "version")
        constraints: ClassVar = [
            models.UniqueConstraint(
                "year",
                "line",
                _known("district"),
                _known("institution"),
                _known("brand"),
                _known("project"),
                "version",
                name="target_version",
            ),
            models.CheckConstraint(
                condition=Q(institution__isnull=True) | Q(district__isnull=False), name="target_institution_in_district"
            ),
            models.CheckConstraint(
                condition=Q(line__in=["skills", "entrepreneurship", "own"]), name="target_line_known"
            ),
        ]


class Close(models.Model):
    """A snapshot of the books up to `cut_off`, proposed by one person and sealed by another.

    From the proposal on its months take only adjustments with a reason; a proposal taken back frees them.
    """

    year = models.PositiveSmallIntegerField()
    cut_off = models.DateField(help_text="the last sealed day that the snapshot knows")
    snapshot = models.JSONField()
    root = models.CharField(max_length=64)
    proposed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    closed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    closed_at = models.DateTimeField(null=True, blank=True)
    taken_back_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    taken_back_at = models.DateTimeField(null=True, blank=True)
    taken_back_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        abstract = True
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(closed_by__isnull=True) | ~Q(closed_by=F("proposed_by")), name="%(class)s_two_people"
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True) | Q(taken_back_at__isnull=True), name="%(class)s_closed_or_not"
            ),
            models.CheckConstraint(
                condition=Q(taken_back_at__isnull=True) | Q(taken_back_reason__gt=""),
                name="%(class)s_taken_back_has_reason",
            ),
        ]


class MonthClose(Close):
    """月结: a snapshot sealed by two people; later corrections are adjustments with a reason."""

    month = models.PositiveSmallIntegerField()

    class Meta(Close.Meta):
        ordering = ("year", "month")
        constraints: ClassVar = [
            *Close.Meta.constraints,
            models.UniqueConstraint(
                fields=["year", "month"], condition=Q(taken_back_at__isnull=True), name="monthclose_once"
            ),
            models.CheckConstraint(condition=Q(month__gte=1, month__lte=12), name="monthclose_month"),
        ]


class YearClose(Close):
    """年结: all twelve months closed, and the year as it stands with their adjustments."""

    class Meta(Close.Meta):
        ordering = ("year",)
        constraints: ClassVar = [
            *Close.Meta.constraints,
            models.UniqueConstraint(fields=["year"], condition=Q(taken_back_at__isnull=True), name="yearclose_once"),
        ]
