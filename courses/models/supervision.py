"""Cards shown to a class or an institution."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from courses.models.catalogue import Institution
from courses.models.classes import TrainingClass
from courses.models.people import User


class Card(models.Model):
    """红黄牌: a red card on a class keeps its completions from being counted until it is withdrawn."""

    class Colour(models.TextChoices):
        YELLOW = "yellow", _("黄牌")
        RED = "red", _("红牌")

    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="cards")
    training_class = models.ForeignKey(
        TrainingClass, on_delete=models.PROTECT, null=True, blank=True, related_name="cards"
    )
    colour = models.CharField(max_length=6, choices=Colour)
    shown_on = models.DateField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=200)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(colour__in=["yellow", "red"]), name="card_colour_known"),
        ]
