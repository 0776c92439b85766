"""常用筛选: the filters of a desk list that one member of staff has named."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from courses.models.people import User


class SavedView(models.Model):
    """The query of a list under a name of its owner's. `place` numbers the views of one list, so that they are few."""

    class Listing(models.TextChoices):
        QUEUE = "queue", _("待我办")
        CLASSES = "classes", _("班次")
        INSTITUTIONS = "institutions", _("机构备案")

    # Bureau's choice: what fits above a list and is found again at a glance.
    MOST = 12

    key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="saved_views")
    listing = models.CharField(max_length=12, choices=Listing)
    label = models.CharField(max_length=20)
    query = models.CharField(max_length=300)
    place = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ("listing", "place")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["owner", "listing", "label"], name="savedview_label_once"),
            models.UniqueConstraint(fields=["owner", "listing", "place"], name="savedview_place_once"),
            models.CheckConstraint(condition=Q(place__gte=1, place__lte=12), name="savedview_few"),
            models.CheckConstraint(condition=Q(label__gt="", query__gt=""), name="savedview_says_something"),
            models.CheckConstraint(
                condition=Q(listing__in=["queue", "classes", "institutions"]), name="savedview_listing_known"
            ),
        ]

    def __str__(self) -> str:
        return self.label
