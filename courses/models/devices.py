"""What staff allow about the browsers of a learner."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from courses.models.people import Learner, User


class DeviceAllowance(models.Model):
    """Staff let a learner bind browsers again today, with the reason: from `at` on the day's count begins anew."""

    learner = models.ForeignKey(Learner, on_delete=models.PROTECT, related_name="device_allowances")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=200)
    at = models.DateTimeField()

    class Meta:
        ordering = ("at", "pk")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(reason__gt=""), name="deviceallowance_says_why"),
        ]
