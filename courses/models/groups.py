"""单位团报: an employer books seats of one class for named people, all of them or none."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from courses.models.classes import TrainingClass
from courses.models.people import User
from courses.privacy import DigestField, EncryptedTextField


class GroupBooking(models.Model):
    """What one employer asked for. Its people come with a roster (`RosterImport.booking`); `seats` is their number."""

    class Status(models.TextChoices):
        REQUESTED = "requested", _("待确认名单")
        GIVEN = "given", _("已占名额")
        UNDONE = "undone", _("已撤销")
        DROPPED = "dropped", _("已放弃")
        # The class was cancelled, or began without any of its people; it may never have held a seat.
        LAPSED = "lapsed", _("已随班次结束")

    # What a change of its class concerns.
    OPEN = (Status.REQUESTED, Status.GIVEN)

    number = models.CharField(max_length=16, unique=True)
    training_class = models.ForeignKey(TrainingClass, on_delete=models.PROTECT, related_name="group_bookings")
    employer = models.CharField(max_length=60)
    credit_code = models.CharField(max_length=18)
    contact = models.CharField(max_length=40)
    phone = EncryptedTextField()
    phone_digest = DigestField(db_index=True)
    seats = models.PositiveSmallIntegerField()
    status = models.CharField(max_length=10, choices=Status, default=Status.REQUESTED)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    given_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    given_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    # The contact is told once of the seats; taken back in time, the message goes with them.
    told = models.OneToOneField(
        "courses.OutboxMessage", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ("-created_at", "-id")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(seats__gt=0), name="groupbooking_has_seats"),
            models.UniqueConstraint(
                fields=["training_class", "credit_code"],
                condition=Q(status="requested"),
                name="groupbooking_one_open",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["requested", "given", "undone", "dropped", "lapsed"]),
                name="groupbooking_status_known",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["given", "undone"]) | Q(given_at__isnull=False, given_by__isnull=False),
                name="groupbooking_given_when",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["undone", "dropped"]) | Q(ended_at__isnull=False, ended_by__isnull=False),
                name="groupbooking_ended_when",
            ),
            models.CheckConstraint(
                condition=~Q(status="lapsed") | Q(ended_at__isnull=False), name="groupbooking_lapsed_when"
            ),
        ]

    def __str__(self) -> str:
        return self.number
