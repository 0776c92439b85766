"""成果: what a learner hands in to be judged from outside, a business plan or the link of an online shop; in versions."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from courses.models.catalogue import Institution
from courses.models.enrolment import Enrolment
from courses.models.people import User
from courses.models.proofs import Proof
from courses.privacy import EncryptedTextField


class Work(models.Model):
    """One version of one part, and what an outside reviewer said of it. A new version follows only a fail.

    `institution` is that of the class, `reviewer_institution` the one that the reviewer belonged to, where there was
    one: both as they were at that moment, so that the database itself can tell them apart.
    """

    class Part(models.TextChoices):
        PLAN = "plan", _("创业计划书")
        LINK = "link", _("网店链接")

    class Grade(models.TextChoices):
        EXCELLENT = "excellent", _("优秀")
        PASS = "pass", _("合格")
        FAIL = "fail", _("不合格")

    # What nobody has judged yet, of somebody of whom anything may still be written down.
    WAITS = Q(grade="", enrolment__learner__erased_at__isnull=True)

    code = models.CharField(max_length=26, unique=True)
    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="works")
    part = models.CharField(max_length=4, choices=Part)
    version = models.PositiveSmallIntegerField()
    proof = models.ForeignKey(Proof, on_delete=models.PROTECT, null=True, blank=True, related_name="works")
    link: Any = EncryptedTextField(null=True, blank=True)  # type: ignore[misc]
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="+")
    grade = models.CharField(max_length=9, choices=Grade, blank=True)
    note = models.CharField(max_length=200, blank=True)
    reviewer = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    reviewer_institution = models.ForeignKey(
        Institution, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    judged_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("enrolment", "part", "version")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["enrolment", "part", "version"], name="work_version"),
            models.UniqueConstraint(fields=["enrolment", "part"], condition=Q(grade=""), name="work_one_waits"),
            models.UniqueConstraint(
                fields=["enrolment", "part"], condition=Q(grade__in=["excellent", "pass"]), name="work_passes_once"
            ),
            models.CheckConstraint(
                condition=Q(part="plan", proof__isnull=False, link__isnull=True)
                | Q(part="link", proof__isnull=True, link__isnull=False),
                name="work_is_file_or_link",
            ),
            models.CheckConstraint(
                condition=Q(grade="", reviewer__isnull=True, judged_at__isnull=True)
                | Q(grade__in=["excellent", "pass", "fail"], reviewer__isnull=False, judged_at__isnull=False),
                name="work_judged_by_someone",
            ),
            models.CheckConstraint(condition=Q(reviewer__isnull=True) | ~Q(reviewer=F("by")), name="work_two_people"),
            models.CheckConstraint(
                condition=Q(reviewer_institution__isnull=True) | ~Q(reviewer_institution=F("institution")),
                name="work_judged_from_outside",
            ),
            models.CheckConstraint(condition=~Q(grade="fail") | Q(note__gt=""), name="work_fail_has_reason"),
            models.CheckConstraint(condition=Q(part__in=["plan", "link"]), name="work_part_known"),
            models.CheckConstraint(condition=Q(grade__in=["excellent", "pass", "fail", ""]), name="work_grade_known"),
        ]


class WorkAssignment(models.Model):
    """分评: a work that waits is given to one reviewer from outside, who sees nothing else; given to another, it ends."""

    work = models.ForeignKey(Work, on_delete=models.PROTECT, related_name="assignments")
    reviewer = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("work", "pk")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["work"], condition=Q(ended_at__isnull=True), name="workassignment_one_open"
            ),
            models.CheckConstraint(condition=~Q(reviewer=F("by")), name="workassignment_two_people"),
        ]
        indexes: ClassVar = [models.Index(fields=["reviewer", "ended_at"], name="workassignment_reviewer")]


class Regrade(models.Model):
    """改评: one person says why a judgement was wrong, another decides; until then the grade stays what it was."""

    class Status(models.TextChoices):
        ASKED = "asked", _("待确认")
        HELD = "held", _("已同意")
        DROPPED = "dropped", _("未同意")

    # What a second person still decides: not of somebody whose record was erased meanwhile.
    WAITS = Q(status="asked", work__enrolment__learner__erased_at__isnull=True)

    work = models.ForeignKey(Work, on_delete=models.PROTECT, related_name="regrades")
    was = models.CharField(max_length=9, choices=Work.Grade)
    was_note = models.CharField(max_length=200, blank=True)
    grade = models.CharField(max_length=9, choices=Work.Grade)
    reason = models.CharField(max_length=200)
    status = models.CharField(max_length=8, choices=Status, default=Status.ASKED)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("work", "pk")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["work"], condition=Q(status="asked"), name="regrade_one_at_a_time"),
            models.CheckConstraint(condition=Q(reason__gt=""), name="regrade_has_reason"),
            models.CheckConstraint(condition=~Q(grade=F("was")), name="regrade_changes"),
            models.CheckConstraint(
                condition=Q(status="asked", decided_by__isnull=True, decided_at__isnull=True)
                | Q(status__in=["held", "dropped"], decided_by__isnull=False, decided_at__isnull=False),
                name="regrade_decided_by_someone",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("by")), name="regrade_two_people"
            ),
            models.CheckConstraint(condition=Q(was__in=["excellent", "pass", "fail"]), name="regrade_was_known"),
            models.CheckConstraint(condition=Q(grade__in=["excellent", "pass", "fail"]), name="regrade_grade_known"),
            models.CheckConstraint(condition=Q(status__in=["asked", "held", "dropped"]), name="regrade_status_known"),
        ]
