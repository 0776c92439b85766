"""What an institution has registered, in versions, what was done with it, and the list of training needs."""

from datetime import date
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from courses.models.catalogue import District, Institution, InstitutionKind, Occupation, ProgrammeKind, SkillLevel
from courses.models.people import User
from courses.privacy.fields import EncryptedTextField


class Registration(models.Model):
    """机构备案: one version of an institution's declaration. The latest approved version holds; it is never edited."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("草稿")
        SUBMITTED = "submitted", _("待审核")
        RETURNED = "returned", _("已退回")
        APPROVED = "approved", _("已通过")

    EDITABLE = (Status.DRAFT, Status.RETURNED)

    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="registrations")
    version = models.PositiveSmallIntegerField()
    status = models.CharField(max_length=10, choices=Status, default=Status.DRAFT)
    name = models.CharField(max_length=80)
    district = models.ForeignKey(District, on_delete=models.PROTECT, related_name="+")
    kind = models.ForeignKey(InstitutionKind, on_delete=models.PROTECT, related_name="+")
    address = models.CharField(max_length=120)
    contact_phone = models.CharField(max_length=20, blank=True)
    submitted_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    submitted_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["institution", "version"], name="registration_version"),
            models.UniqueConstraint(
                fields=["institution"], condition=~Q(status="approved"), name="registration_one_open"
            ),
            models.CheckConstraint(
                condition=Q(status__in=["draft", "submitted", "returned", "approved"]), name="registration_status_known"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["submitted", "approved"])
                | Q(submitted_by__isnull=False, submitted_at__isnull=False),
                name="registration_submitted_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(status="approved") | Q(decided_by__isnull=False, decided_at__isnull=False),
                name="registration_approved_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("submitted_by")), name="registration_two_people"
            ),
        ]

    @property
    def is_editable(self) -> bool:
        return self.status in self.EDITABLE


class RegisteredTrade(models.Model):
    """An occupation at a level that the institution may teach, from one date to another, both included."""

    registration = models.ForeignKey(Registration, on_delete=models.CASCADE, related_name="trades")
    occupation = models.ForeignKey(Occupation, on_delete=models.PROTECT, related_name="+")
    level = models.ForeignKey(SkillLevel, on_delete=models.PROTECT, related_name="+")
    valid_from = models.DateField()
    valid_until = models.DateField()

    class Meta:
        ordering = ("occupation__order", "occupation__key", "level__rank")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["registration", "occupation", "level"], name="registeredtrade_once"),
            models.CheckConstraint(condition=Q(valid_until__gte=F("valid_from")), name="registeredtrade_period"),
        ]

    def holds(self, on: date) -> bool:
        return self.valid_from <= on <= self.valid_until


class RegisteredProgramme(models.Model):
    """A kind of training that the institution may run where a course of it has no occupation and level (创业培训,
    专项职业能力), from one date to another, both included."""

    registration = models.ForeignKey(Registration, on_delete=models.CASCADE, related_name="programmes")
    kind = models.ForeignKey(ProgrammeKind, on_delete=models.PROTECT, related_name="+")
    valid_from = models.DateField()
    valid_until = models.DateField()

    class Meta:
        ordering = ("kind__order", "kind__key")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["registration", "kind"], name="registeredprogramme_once"),
            models.CheckConstraint(condition=Q(valid_until__gte=F("valid_from")), name="registeredprogramme_period"),
        ]

    def holds(self, on: date) -> bool:
        return self.valid_from <= on <= self.valid_until


class RegisteredTrainer(models.Model):
    """A trainer on an institution's file with the certificate that lets them teach; the public sees a number only.

    `login` says whose it is; who has none on the file teaches no class by it, whatever their name. `occupation` is the
    only one it is for; none means any.
    """

    registration = models.ForeignKey(Registration, on_delete=models.CASCADE, related_name="trainers")
    name = models.CharField(max_length=40)
    login = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    occupation = models.ForeignKey(Occupation, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    certificate = models.CharField(max_length=60)
    certificate_number = EncryptedTextField()
    valid_until = models.DateField()

    class Meta:
        ordering = ("pk",)


class InstitutionEvent(models.Model):
    """What was done with an institution or its file: who, when, why. Appended, never edited.

    `detail` holds keys and dates of what an approval added, removed or changed; it is what the public history shows.
    """

    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="events")
    version = models.PositiveSmallIntegerField(default=0)
    verb = models.CharField(max_length=24)
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    at = models.DateTimeField(db_index=True)
    reason = models.CharField(max_length=200, blank=True)
    detail = models.JSONField(default=dict)

    class Meta:
        ordering = ("at", "pk")


class TrainingNeed(models.Model):
    """培训需求目录: one entry of the list of what the city wants taught, in versions.

    A change is a new version with its own date, a withdrawal a version with `withdrawn`: the rows are the history.
    Who wrote a version, when and why is known of those that were written at the desk; a file tells none of it.
    """

    key = models.SlugField(max_length=40)
    version = models.PositiveSmallIntegerField()
    effective_on = models.DateField()
    name = models.CharField(max_length=80)
    name_en = models.CharField(max_length=120)
    kind = models.ForeignKey(ProgrammeKind, on_delete=models.PROTECT, related_name="+")
    occupation = models.ForeignKey(Occupation, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    level = models.ForeignKey(SkillLevel, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    planned = models.PositiveIntegerField(null=True, blank=True)
    withdrawn = models.BooleanField(default=False)
    reason = models.CharField(max_length=200, blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("key", "version")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["key", "version"], name="trainingneed_version"),
            models.CheckConstraint(
                condition=Q(by__isnull=True) | Q(at__isnull=False) & ~Q(reason=""), name="trainingneed_has_reason"
            ),
        ]

    @property
    def label(self) -> str:
        return self.name_en if (get_language() or "zh").startswith("en") else self.name
