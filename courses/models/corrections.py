"""更正: a name, a document or a contact phone that was recorded wrongly or has changed since."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from courses.models.people import DocumentKind, Learner, User
from courses.privacy import EncryptedTextField


class Correction(models.Model):
    """A name or a document is asked for by one person and decided by another; the phone of somebody without a login
    changes at once.

    `kind` is the document that was seen, and of a changed document the new one's. `before` and `after` hold the names,
    also once it is done, and the number of a new document while that waits; a number that was decided on stands with
    the documents alone, and a phone never stands here.
    """

    class What(models.TextChoices):
        NAME = "name", _("姓名")
        DOCUMENT = "document", _("证件")
        PHONE = "phone", _("手机号")

    class Status(models.TextChoices):
        ASKED = "asked", _("待确认")
        DONE = "done", _("已更正")
        DROPPED = "dropped", _("未更正")

    # Of a record that was erased or merged meanwhile nothing waits.
    WAITS = Q(status="asked", learner__erased_at__isnull=True, learner__merge__isnull=True)

    number = models.CharField(max_length=16, unique=True)
    learner = models.ForeignKey(Learner, on_delete=models.PROTECT, related_name="corrections")
    what = models.CharField(max_length=8, choices=What)
    status = models.CharField(max_length=8, choices=Status, default=Status.ASKED)
    kind = models.ForeignKey(DocumentKind, on_delete=models.PROTECT, related_name="+")
    before = EncryptedTextField(blank=True, default="")
    after = EncryptedTextField(blank=True, default="")
    reason = models.CharField(max_length=200)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    answer = models.CharField(max_length=200, blank=True, help_text="why not")

    class Meta:
        ordering = ("-asked_at", "-pk")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["learner", "what"], condition=Q(status="asked"), name="correction_one_open"
            ),
            models.CheckConstraint(condition=Q(reason__gt=""), name="correction_has_reason"),
            models.CheckConstraint(condition=Q(what__in=["name", "document", "phone"]), name="correction_what_known"),
            models.CheckConstraint(
                condition=Q(status="asked", decided_at__isnull=True, decided_by__isnull=True)
                | Q(status__in=["done", "dropped"], decided_at__isnull=False),
                name="correction_decided_when",
            ),
            models.CheckConstraint(
                condition=~Q(status="done")
                | Q(what="phone")
                | (Q(decided_by__isnull=False) & ~Q(decided_by=F("asked_by"))),
                name="correction_two_people",
            ),
            models.CheckConstraint(condition=~Q(what="phone") | Q(status="done"), name="correction_phone_at_once"),
            models.CheckConstraint(
                condition=~Q(status="dropped") | Q(decided_by__isnull=False, answer__gt=""),
                name="correction_dropped_has_why",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["asked", "done", "dropped"]), name="correction_status_known"
            ),
        ]

    def __str__(self) -> str:
        return self.number
