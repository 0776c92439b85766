"""纸质签到表: a sheet as it was printed, what somebody entered from it, and the picture of the signed paper."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from courses.models.attendance import Evidence
from courses.models.classes import Lesson, TrainingClass
from courses.models.enrolment import Enrolment
from courses.models.people import User
from courses.privacy import DigestField, EncryptedTextField


class PaperSheet(models.Model):
    """One print: which version of the roster, by whom, when, and for which hours. Append-only, as its rows are."""

    class Form(models.TextChoices):
        SIGN_IN = "sign_in", _("签到表")
        SUMMARY = "summary", _("学员出勤簿")

    number = models.CharField(max_length=16, unique=True)
    form = models.CharField(max_length=7, choices=Form)
    training_class = models.ForeignKey(TrainingClass, on_delete=models.PROTECT, related_name="paper_sheets")
    lesson = models.ForeignKey(Lesson, on_delete=models.PROTECT, null=True, blank=True, related_name="paper_sheets")
    starts_at = models.DateTimeField(null=True, blank=True, help_text="of the lesson, as it was printed")
    ends_at = models.DateTimeField(null=True, blank=True)
    blanks = models.PositiveSmallIntegerField(default=0, help_text="blank lines that were printed after the rows")
    printed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    printed_at = models.DateTimeField()

    class Meta:
        ordering = ("-printed_at", "-pk")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(form="sign_in", lesson__isnull=False, starts_at__isnull=False, ends_at__isnull=False)
                | Q(form="summary", lesson__isnull=True),
                name="papersheet_has_its_lesson",
            ),
            models.CheckConstraint(condition=Q(form__in=["sign_in", "summary"]), name="papersheet_form_known"),
        ]

    def __str__(self) -> str:
        return self.number


class PaperRow(models.Model):
    """One numbered line of a sheet; `position` is the number that stands on the paper.

    `added`: a blank line on which somebody signed, named when the sheet was entered.
    """

    sheet = models.ForeignKey(PaperSheet, on_delete=models.PROTECT, related_name="rows")
    position = models.PositiveSmallIntegerField()
    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="paper_rows")
    added = models.BooleanField(default=False)

    class Meta:
        ordering = ("sheet", "position")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["sheet", "position"], name="paperrow_position_once"),
            models.UniqueConstraint(fields=["sheet", "enrolment"], name="paperrow_learner_once"),
        ]


class PaperEntry(models.Model):
    """What one person read from a signed sheet; it counts when another has confirmed it.

    A sheet is entered once; whoever finds a mistake later enters a correction, which names what it corrects.
    """

    class Status(models.TextChoices):
        ENTERED = "entered", _("等另一人确认")
        CONFIRMED = "confirmed", _("已确认")
        RETURNED = "returned", _("已退回")
        WITHDRAWN = "withdrawn", _("已撤回")

    number = models.CharField(max_length=16, unique=True)
    sheet = models.ForeignKey(PaperSheet, on_delete=models.PROTECT, related_name="entries")
    corrects = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="corrections")
    why = EncryptedTextField(blank=True)
    status = models.CharField(max_length=9, choices=Status, default=Status.ENTERED)
    entered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    answer = EncryptedTextField(blank=True)

    class Meta:
        ordering = ("-entered_at", "-pk")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["sheet"], condition=Q(status="entered"), name="paperentry_one_waits_for_a_sheet"
            ),
            models.UniqueConstraint(
                fields=["sheet"],
                condition=Q(status__in=["entered", "confirmed"], corrects__isnull=True),
                name="paperentry_a_sheet_once",
            ),
            models.UniqueConstraint(
                fields=["corrects"],
                condition=Q(status__in=["entered", "confirmed"]),
                name="paperentry_corrected_once",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["entered", "confirmed", "returned", "withdrawn"]),
                name="paperentry_status_known",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["entered", "withdrawn"], decided_by__isnull=True)
                | Q(status__in=["confirmed", "returned"], decided_by__isnull=False, decided_at__isnull=False),
                name="paperentry_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("entered_by")), name="paperentry_two_people"
            ),
        ]

    def __str__(self) -> str:
        return self.number


class PaperLine(models.Model):
    """What was read from one row of a sheet, and what became of it. Without a time there was no signature."""

    class Outcome(models.TextChoices):
        """Why a row wrote no evidence; empty: it did, or it has not been decided on."""

        UNSIGNED = "unsigned", _("没有签名")
        ALREADY = "already", _("已有记录，不重复记")
        TURNED_DOWN = "turned_down", _("确认时没有认可")
        NOT_THEIRS = "not_theirs", _("这次课时不在本班")
        RULED = "ruled", _("已按异议决定")
        COMPLETED = "completed", _("结业已批准，考勤不再更改")

    entry = models.ForeignKey(PaperEntry, on_delete=models.PROTECT, related_name="lines")
    row = models.ForeignKey(PaperRow, on_delete=models.PROTECT, related_name="lines")
    came_at = models.DateTimeField(null=True, blank=True)
    left_at = models.DateTimeField(null=True, blank=True)
    accepted = models.BooleanField(null=True, blank=True)
    outcome = models.CharField(max_length=11, choices=Outcome, blank=True)
    arrival = models.OneToOneField(Evidence, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    leaving = models.OneToOneField(Evidence, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ("entry", "row__position")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["entry", "row"], name="paperline_once"),
            models.CheckConstraint(
                condition=Q(came_at__isnull=True) | Q(left_at__isnull=True) | Q(left_at__gt=F("came_at")),
                name="paperline_leaves_after_coming",
            ),
            models.CheckConstraint(
                condition=Q(accepted=True) | Q(arrival__isnull=True, leaving__isnull=True),
                name="paperline_evidence_is_accepted",
            ),
            models.CheckConstraint(
                condition=Q(outcome__in=["unsigned", "already", "turned_down", "not_theirs", "ruled", "completed", ""]),
                name="paperline_outcome_known",
            ),
        ]


class PaperPhoto(models.Model):
    """A picture of one page of the signed sheet: one encrypted file of the `private` storage. The row outlives it."""

    code = models.CharField(max_length=26, unique=True)
    entry = models.ForeignKey(PaperEntry, on_delete=models.PROTECT, related_name="photos")
    file = models.CharField(max_length=40, unique=True)
    kind = models.CharField(max_length=4, choices=[("jpeg", _("照片")), ("pdf", _("PDF 文件"))])
    size = models.PositiveIntegerField()
    digest = DigestField()
    uploaded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField()
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("pk",)
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(kind__in=["jpeg", "pdf"]), name="paperphoto_kind_known"),
            models.CheckConstraint(condition=Q(size__gt=0), name="paperphoto_not_empty"),
        ]
