"""开班 papers of a class, what was promised and granted with them, and changes that were asked for afterwards."""

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from courses.models.catalogue import Venue
from courses.models.classes import Lesson, TrainingClass
from courses.models.people import User
from courses.privacy import DigestField, EncryptedTextField


class OpeningPapers(models.Model):
    """What an institution files beside the timetable: materials, assessment, who answers for the class and whom the
    bureau calls."""

    training_class = models.OneToOneField(TrainingClass, on_delete=models.PROTECT, related_name="papers")
    materials = models.CharField(max_length=300, blank=True)
    assessment = models.CharField(max_length=300, blank=True)
    head = models.CharField(max_length=40, blank=True, help_text="负责人")
    contact_name = models.CharField(max_length=40, blank=True)
    contact_phone = EncryptedTextField(blank=True, default="")
    updated_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    updated_at = models.DateTimeField()


class OpeningFile(models.Model):
    """One file of one paper of an opening, encrypted, named `file` in the `private` storage. The row outlives it."""

    class Paper(models.TextChoices):
        PLAN = "plan", _("教学计划")
        MATERIALS = "materials", _("教材")
        ASSESSMENT = "assessment", _("考核方案")

    code = models.CharField(max_length=26, unique=True)
    training_class = models.ForeignKey(TrainingClass, on_delete=models.PROTECT, related_name="opening_files")
    paper = models.CharField(max_length=10, choices=Paper)
    file = models.CharField(max_length=40, unique=True)
    kind = models.CharField(max_length=4, choices=[("jpeg", _("照片")), ("pdf", _("PDF 文件"))])
    size = models.PositiveIntegerField()
    digest = DigestField()
    uploaded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField()
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("uploaded_at", "pk")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(paper__in=["plan", "materials", "assessment"]), name="openingfile_paper_known"
            ),
            models.CheckConstraint(condition=Q(kind__in=["jpeg", "pdf"]), name="openingfile_kind_known"),
            models.CheckConstraint(condition=Q(size__gt=0), name="openingfile_not_empty"),
            models.UniqueConstraint(
                fields=["training_class", "paper", "digest"],
                condition=Q(deleted_at__isnull=True),
                name="openingfile_once",
            ),
        ]

    def __str__(self) -> str:
        return self.code


class CommitmentText(models.Model):
    """One version of the institution's commitment; a new wording is a new row, none is edited."""

    number = models.CharField(max_length=20, unique=True)
    effective_on = models.DateField(unique=True)
    body = models.TextField()

    class Meta:
        ordering = ("effective_on",)

    def __str__(self) -> str:
        return self.number


class Commitment(models.Model):
    """Who accepted which text for which class, and when."""

    training_class = models.ForeignKey(TrainingClass, on_delete=models.PROTECT, related_name="commitments")
    text = models.ForeignKey(CommitmentText, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["training_class", "text"], name="commitment_once_a_text"),
        ]


class SizeOverride(models.Model):
    """The bureau's leave for a class above the size limit, up to `seats`, with its reason."""

    training_class = models.ForeignKey(TrainingClass, on_delete=models.PROTECT, related_name="size_overrides")
    seats = models.PositiveSmallIntegerField()
    reason = models.CharField(max_length=200)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ("at",)
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(seats__gt=0), name="sizeoverride_seats_positive"),
            models.CheckConstraint(condition=Q(reason__gt=""), name="sizeoverride_has_reason"),
        ]


class ReviewEscalation(models.Model):
    """The fact that a submitted class was not decided in time; one a submission."""

    training_class = models.ForeignKey(TrainingClass, on_delete=models.PROTECT, related_name="escalations")
    submitted_at = models.DateTimeField()
    due_on = models.DateField()
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["training_class", "submitted_at"], name="escalation_once_a_submission"),
        ]


class ChangeRequest(models.Model):
    """A change of an approved class, with what was, what shall be, and who decided: one lesson moves, is cancelled or,
    cancelled before, is held another time after all (`adds`); or the class has more or fewer seats or takes
    applications until another moment, and no lesson. Rows of one `bundle` are asked for and decided together."""

    class Status(models.TextChoices):
        ASKED = "asked", _("待审核")
        GRANTED = "granted", _("已同意")
        REFUSED = "refused", _("未同意")
        # Nobody decided before it could not be granted any more.
        ENDED = "ended", _("不再审核")

    number = models.CharField(max_length=28, unique=True)
    # The number of the first row that it was asked for with; its own where it was asked for alone.
    bundle = models.CharField(max_length=28, db_index=True)
    training_class = models.ForeignKey(TrainingClass, on_delete=models.PROTECT, related_name="change_requests")
    lesson = models.ForeignKey(Lesson, on_delete=models.PROTECT, null=True, blank=True, related_name="change_requests")
    was_starts_at = models.DateTimeField(null=True, blank=True)
    was_ends_at = models.DateTimeField(null=True, blank=True)
    was_venue = models.ForeignKey(Venue, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    was_room = models.CharField(max_length=40, blank=True)
    was_trainer = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    starts_at = models.DateTimeField(null=True, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True)
    venue = models.ForeignKey(Venue, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    room = models.CharField(max_length=40, blank=True)
    trainer = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # A lesson that does not take place; times, room and trainer are then those that it had.
    cancels = models.BooleanField(default=False)
    adds = models.BooleanField(default=False)
    made = models.OneToOneField(Lesson, on_delete=models.PROTECT, null=True, blank=True, related_name="asked_for")
    was_seats = models.PositiveSmallIntegerField(null=True, blank=True)
    seats = models.PositiveSmallIntegerField(null=True, blank=True)
    was_enrol_until = models.DateTimeField(null=True, blank=True)
    enrol_until = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=200)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    status = models.CharField(max_length=8, choices=Status, default=Status.ASKED)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    answer = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ("asked_at", "pk")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="change_ends_after_start"),
            models.CheckConstraint(
                condition=Q(
                    lesson__isnull=False,
                    seats__isnull=True,
                    enrol_until__isnull=True,
                    starts_at__isnull=False,
                    ends_at__isnull=False,
                    was_starts_at__isnull=False,
                    was_ends_at__isnull=False,
                )
                | Q(
                    lesson__isnull=True,
                    seats__gt=0,
                    was_seats__isnull=False,
                    enrol_until__isnull=True,
                    cancels=False,
                    adds=False,
                )
                | Q(
                    lesson__isnull=True,
                    seats__isnull=True,
                    enrol_until__isnull=False,
                    cancels=False,
                    adds=False,
                ),
                name="change_of_a_lesson_seats_or_deadline",
            ),
            models.CheckConstraint(condition=~Q(cancels=True, adds=True), name="change_of_one_kind"),
            models.CheckConstraint(condition=Q(reason__gt=""), name="change_has_reason"),
            models.CheckConstraint(
                condition=Q(status__in=["asked", "granted", "refused", "ended"]), name="change_status_known"
            ),
            models.CheckConstraint(
                condition=Q(status__in=["asked", "ended"], decided_by__isnull=True)
                | Q(status__in=["granted", "refused"], decided_by__isnull=False),
                name="change_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("asked_by")), name="change_two_people"
            ),
            models.UniqueConstraint(fields=["lesson"], condition=Q(status="asked"), name="change_one_open_a_lesson"),
            models.UniqueConstraint(
                fields=["training_class"],
                condition=Q(status="asked", seats__isnull=False),
                name="change_one_open_of_seats",
            ),
            models.UniqueConstraint(
                fields=["training_class"],
                condition=Q(status="asked", enrol_until__isnull=False),
                name="change_one_open_of_deadline",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def of_lesson(self) -> Lesson:
        """Not asked of a change of seats or of the deadline."""
        assert self.lesson is not None
        return self.lesson

    @property
    def wished(self) -> tuple[datetime, datetime]:
        assert self.starts_at is not None
        assert self.ends_at is not None
        return self.starts_at, self.ends_at

    @property
    def before(self) -> tuple[datetime, datetime]:
        assert self.was_starts_at is not None
        assert self.was_ends_at is not None
        return self.was_starts_at, self.was_ends_at

    @property
    def where(self) -> str:
        return f"{self.venue.name} {self.room}".strip() if self.venue else self.room

    @property
    def was_where(self) -> str:
        return f"{self.was_venue.name} {self.was_room}".strip() if self.was_venue else self.was_room
