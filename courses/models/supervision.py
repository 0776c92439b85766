"""Cards shown to a class or an institution; heads counted in a room; signals for somebody to look at."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from courses.models.catalogue import Institution
from courses.models.classes import Lesson, TrainingClass
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


class RoomCount(models.Model):
    """盲点人数: how many people somebody counted in the room, and what the register said then. Append-only."""

    lesson = models.ForeignKey(Lesson, on_delete=models.PROTECT, related_name="room_counts")
    counted = models.PositiveSmallIntegerField()
    register_here = models.PositiveSmallIntegerField(help_text="arrived and not left, by what counts")
    register_awaiting = models.PositiveSmallIntegerField(help_text="arrived, waiting for the trainer")
    due = models.PositiveSmallIntegerField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ("pk",)

    @property
    def register(self) -> int:
        return self.register_here + self.register_awaiting

    @property
    def difference(self) -> int:
        """People counted above (+) or below (−) the register."""
        return self.counted - self.register


class Signal(models.Model):
    """待看: something about a lesson that a person should look at, with its rows and its arithmetic. Append-only.

    Computed again with another outcome it is a new version, which is open again; nothing follows of itself.
    """

    class Kind(models.TextChoices):
        SHARED_DEVICE = "shared_device", _("一部手机多人签到")
        BURST = "burst", _("同一瞬间成批签到")
        LATE_IN_WINDOW = "late_in_window", _("扫的多是换下来的码")
        BY_HAND = "by_hand", _("手工登记偏多")
        ROLL_CALL = "roll_call", _("点名没有答")
        HEADS = "heads", _("清点人数不符")
        NO_CHECKOUT = "no_checkout", _("成批没有签退")
        TWO_ROOMS = "two_rooms", _("同时在两个教室")

    code = models.CharField(max_length=12, unique=True)
    lesson = models.ForeignKey(Lesson, on_delete=models.PROTECT, related_name="signals")
    kind = models.CharField(max_length=16, choices=Kind)
    version = models.PositiveSmallIntegerField(default=1)
    figures = models.JSONField(help_text="the arithmetic: each number by its name, the threshold among them")
    rows = models.JSONField(help_text="what it rests on: numbers of learners, receipts, moments")
    at = models.DateTimeField()

    class Meta:
        ordering = ("-pk",)
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["lesson", "kind", "version"], name="signal_version"),
        ]


class SignalNote(models.Model):
    """What somebody says about a signal; a note that `closes` it says that it was looked at. Append-only."""

    signal = models.ForeignKey(Signal, on_delete=models.PROTECT, related_name="notes")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    text = models.CharField(max_length=200)
    closes = models.BooleanField(default=False)

    class Meta:
        ordering = ("pk",)
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(text=""), name="signalnote_says_something"),
            models.UniqueConstraint(fields=["signal"], condition=Q(closes=True), name="signalnote_closes_once"),
        ]


class SignalRun(models.Model):
    """When the signals of a lesson were last computed, so that the sweep knows what is due."""

    lesson = models.OneToOneField(Lesson, on_delete=models.PROTECT, related_name="signal_run")
    at = models.DateTimeField()
