"""Heads counted in a room, and what else was found there; signals for somebody to look at."""

from typing import ClassVar

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from courses.models.classes import Lesson
from courses.models.enrolment import Enrolment
from courses.models.people import User


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


class RoomCheck(models.Model):
    """检查记录: what who counted a room found in it beside the number; a correction is a new version. Append-only.

    `found` and `handling` are plain like the notes of the other books, though they may name people: what is encrypted
    is written again under each new key, and the database refuses to write in a book. Who was absent or impersonated is
    a line, not words; numbers in the words are masked where they leave (`exports/forms/inspected.py`).
    """

    class Conclusion(models.TextChoices):
        FINE = "fine", _("未发现问题")
        MEND = "mend", _("需要整改")
        SERIOUS = "serious", _("问题严重")

    number = models.CharField(max_length=16, unique=True)
    room_count = models.ForeignKey(RoomCount, on_delete=models.PROTECT, related_name="checks")
    version = models.PositiveSmallIntegerField(default=1)
    teacher_matches = models.BooleanField(null=True, blank=True)
    course_matches = models.BooleanField(null=True, blank=True)
    conclusion = models.CharField(max_length=8, choices=Conclusion)
    found = models.CharField(max_length=200, blank=True)
    handling = models.CharField(max_length=200, blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ("-pk",)
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["room_count", "version"], name="roomcheck_version"),
            models.CheckConstraint(
                condition=Q(conclusion__in=["fine", "mend", "serious"]), name="roomcheck_conclusion_known"
            ),
            models.CheckConstraint(condition=Q(conclusion="fine") | Q(found__gt=""), name="roomcheck_says_what"),
        ]

    def __str__(self) -> str:
        return self.number


class RoomCheckLine(models.Model):
    """A member of the class who was not in the room, or under whose name somebody else sat there. Append-only."""

    class What(models.TextChoices):
        ABSENT = "absent", _("缺席")
        IMPOSTOR = "impostor", _("冒名")

    room_check = models.ForeignKey(RoomCheck, on_delete=models.PROTECT, related_name="lines")
    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="+")
    what = models.CharField(max_length=8, choices=What)

    class Meta:
        ordering = ("pk",)
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["room_check", "enrolment"], name="roomcheckline_once"),
            models.CheckConstraint(condition=Q(what__in=["absent", "impostor"]), name="roomcheckline_known"),
        ]


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
        ONE_SIDED = "one_sided", _("只有一方的凭据")
        CALL_BACK = "call_back", _("回访与考勤不符")
        ROOM_CHECK = "room_check", _("检查发现缺席或冒名")

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
            models.CheckConstraint(
                condition=Q(
                    kind__in=[
                        "shared_device",
                        "burst",
                        "late_in_window",
                        "by_hand",
                        "roll_call",
                        "heads",
                        "no_checkout",
                        "two_rooms",
                        "one_sided",
                        "call_back",
                        "room_check",
                    ]
                ),
                name="signal_kind_known",
            ),
        ]

    @classmethod
    def newer(cls) -> Exists:
        """As a condition on signals: a later version holds instead."""
        same = {"lesson": OuterRef("lesson"), "kind": OuterRef("kind")}
        return Exists(cls._default_manager.filter(**same, version__gt=OuterRef("version")))

    @staticmethod
    def looked() -> Exists:
        """As a condition on signals: somebody has looked at it."""
        return Exists(SignalNote.objects.filter(signal=OuterRef("pk"), closes=True))


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
