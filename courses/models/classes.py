"""班次 and 课次: one run of a course, and its meetings."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from courses.models.catalogue import Brand, Course, District, Institution, Line, Occupation, Project, SkillLevel, Venue
from courses.models.people import User
from courses.models.policy import PolicyVersion


class TrainingClass(models.Model):
    """班次. Seats: `taken`, `waiting` and `arrivals` move in the one statement that gives or frees a place."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("草稿")
        SUBMITTED = "submitted", _("已提交")
        RETURNED = "returned", _("已退回")
        APPROVED = "approved", _("已批准")
        ENROLLING = "enrolling", _("报名中")
        RUNNING = "running", _("开班中")
        ASSESSING = "assessing", _("考核中")
        CLOSED = "closed", _("已结业")
        ARCHIVED = "archived", _("已归档")
        SUSPENDED = "suspended", _("暂停")
        CANCELLED = "cancelled", _("已取消")

    class Mode(models.TextChoices):
        FIRST_COME = "first_come", _("先到先得")
        REVIEWED = "reviewed", _("审核录取")
        SELECTED = "selected", _("评选录取")

    class SecondScan(models.TextChoices):
        """Whom the trainer scans beside the wall's code."""

        EITHER = "either", _("不另外核对")
        SHARE = "share", _("每次课抽几位，由老师再扫一次，每人至少一次")
        BOTH = "both", _("每位学员都由老师再扫一次")

    STOPPED = (Status.CANCELLED, Status.SUSPENDED)
    # Not handed in, sent back or called off: its lessons claim no room, trainer or learner. A suspended class keeps its
    # claims, since it may go on.
    CLAIMS_NOTHING = (Status.DRAFT, Status.RETURNED, Status.CANCELLED)
    OVER = (Status.CLOSED, Status.ARCHIVED, Status.CANCELLED)
    UNAPPROVED = (Status.DRAFT, Status.SUBMITTED, Status.RETURNED, Status.CANCELLED)

    number = models.CharField(max_length=20, unique=True)
    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="classes")
    project = models.ForeignKey(Project, on_delete=models.PROTECT, null=True, blank=True, related_name="classes")
    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="classes")
    district = models.ForeignKey(District, on_delete=models.PROTECT, related_name="classes")
    venue = models.ForeignKey(Venue, on_delete=models.PROTECT, null=True, blank=True, related_name="classes")
    room = models.CharField(max_length=40, blank=True)
    trainers = models.ManyToManyField(User, related_name="classes_taught", blank=True)
    status = models.CharField(max_length=12, choices=Status, default=Status.DRAFT)
    mode = models.CharField(max_length=12, choices=Mode, default=Mode.FIRST_COME)
    second_scan = models.CharField(max_length=6, choices=SecondScan, default=SecondScan.EITHER)
    starts_on = models.DateField()
    ends_on = models.DateField()
    enrol_until = models.DateTimeField(null=True, blank=True)

    seats = models.PositiveSmallIntegerField()
    taken = models.PositiveSmallIntegerField(default=0)
    waiting = models.PositiveIntegerField(default=0)
    arrivals = models.PositiveIntegerField(default=0)
    last_seated_no = models.PositiveIntegerField(default=0)

    policy = models.ForeignKey(PolicyVersion, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    kind_key = models.CharField(max_length=40, blank=True)
    line = models.CharField(max_length=20, choices=Line, blank=True)
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    occupation = models.ForeignKey(Occupation, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    level = models.ForeignKey(SkillLevel, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    claim_key = models.CharField(max_length=100, blank=True)
    hours_theory = models.PositiveSmallIntegerField(default=0)
    hours_practice = models.PositiveSmallIntegerField(default=0)
    hours_online = models.PositiveSmallIntegerField(default=0)

    submitted_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    submitted_at = models.DateTimeField(null=True, blank=True)
    approved_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    approved_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ("starts_on", "number")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(seats__gt=0), name="class_has_seats"),
            models.CheckConstraint(condition=Q(taken__lte=F("seats")), name="class_never_oversold"),
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="class_period"),
            models.CheckConstraint(
                condition=Q(status__in=["draft", "submitted", "returned", "cancelled"])
                | Q(policy__isnull=False, kind_key__gt="", line__gt="", claim_key__gt="", approved_by__isnull=False),
                name="class_approved_is_pinned",
            ),
            models.CheckConstraint(
                condition=Q(second_scan__in=["either", "share", "both"]), name="class_second_scan_known"
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("submitted_by")), name="class_two_people"
            ),
            models.CheckConstraint(
                condition=Q(
                    status__in=[
                        "draft",
                        "submitted",
                        "returned",
                        "approved",
                        "enrolling",
                        "running",
                        "assessing",
                        "closed",
                        "archived",
                        "suspended",
                        "cancelled",
                    ]
                ),
                name="class_status_known",
            ),
            models.CheckConstraint(
                condition=Q(mode__in=["first_come", "reviewed", "selected"]), name="class_mode_known"
            ),
            models.CheckConstraint(
                condition=Q(line__in=["skills", "entrepreneurship", "own", ""]), name="class_line_known"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["status", "starts_on"], name="class_status_start"),
            models.Index(fields=["course", "status", "starts_on"], name="class_course_open"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def seats_left(self) -> int:
        """Seats that a newcomer could have now: none while somebody waits."""
        return 0 if self.waiting else self.seats - self.taken


class ClassEvent(models.Model):
    """A change of a class's status: who, when, why."""

    training_class = models.ForeignKey(TrainingClass, on_delete=models.PROTECT, related_name="events")
    from_status = models.CharField(max_length=12)
    to_status = models.CharField(max_length=12)
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    at = models.DateTimeField()
    reason = models.CharField(max_length=200, blank=True)


class Lesson(models.Model):
    """课次. `code` is the 30-bit name that its rotating QR carries."""

    class Status(models.TextChoices):
        PLANNED = "planned", _("按计划")
        CANCELLED = "cancelled", _("已取消")

    class Part(models.TextChoices):
        THEORY = "theory", _("理论")
        PRACTICE = "practice", _("实操")

    training_class = models.ForeignKey(TrainingClass, on_delete=models.PROTECT, related_name="lessons")
    number = models.PositiveSmallIntegerField()
    code = models.PositiveIntegerField(unique=True)
    title = models.CharField(max_length=60)
    part = models.CharField(max_length=8, choices=Part, default=Part.THEORY)
    starts_at = models.DateTimeField(db_index=True)
    ends_at = models.DateTimeField()
    # Where it is not the class's.
    venue = models.ForeignKey(Venue, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    room = models.CharField(max_length=40, blank=True)
    trainer = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    materials = models.CharField(max_length=120, blank=True)
    status = models.CharField(max_length=10, choices=Status, default=Status.PLANNED)
    wall_paused = models.BooleanField(default=False)
    counting_until = models.DateTimeField(
        null=True, blank=True, help_text="while people are counted, the screens keep their figures to themselves"
    )

    class Meta:
        ordering = ("starts_at", "number")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["training_class", "number"], name="lesson_number_in_class"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="lesson_ends_after_start"),
            models.CheckConstraint(condition=Q(code__gte=0, code__lt=2**30), name="lesson_code_30_bits"),
            models.CheckConstraint(condition=Q(status__in=["planned", "cancelled"]), name="lesson_status_known"),
            models.CheckConstraint(condition=Q(part__in=["theory", "practice"]), name="lesson_part_known"),
        ]

    @property
    def place(self) -> Venue | None:
        return self.venue or self.training_class.venue

    @property
    def where(self) -> str:
        """The room, and before it the venue where that is another than the class's."""
        return f"{self.venue.name} {self.room}".strip() if self.venue else self.room

    @property
    def minutes(self) -> int:
        return int((self.ends_at - self.starts_at).total_seconds() // 60)
