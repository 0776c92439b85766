"""到课凭据 and 考勤: facts are appended, the present state is derived from them."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from courses.models.classes import Lesson
from courses.models.enrolment import Enrolment
from courses.models.people import Learner, User


class Direction(models.TextChoices):
    IN = "in", _("签到")
    OUT = "out", _("签退")
    PULSE = "pulse", _("课中")


class Evidence(models.Model):
    """到课凭据. Append-only: a correction is a newer row that `supersedes` this one; an undo raises `round`."""

    class Kind(models.TextChoices):
        WALL = "wall", _("扫大屏码")
        PERSONAL = "personal", _("个人码")
        CARD = "card", _("学员卡")
        MANUAL = "manual", _("老师手工登记")
        CONFIRM = "confirm", _("老师确认")
        REJECT = "reject", _("老师不认可")
        UNDO = "undo", _("本人撤销")
        ROLLCALL = "rollcall", _("点名")
        PAPER = "paper", _("纸质补录")
        OFFLINE = "offline", _("离线登记")
        LATE = "late", _("补签")
        IMPORT = "import", _("导入")
        LEAVE = "leave", _("请假获准")
        RULING = "ruling", _("异议决定")
        MOVED = "moved", _("课次改期作废")
        MAKE_UP = "make_up", _("补课")

    class Origin(models.TextChoices):
        """Where a row was made; how strong it is says `strength`, what it is says `kind`."""

        WALL = "wall", _("大屏")
        PHONE = "phone", _("学员手机")
        TRAINER = "trainer", _("教师手机")
        KIOSK = "kiosk", _("固定扫码点")
        KIT = "kit", _("离线点名")
        DESK = "desk", _("管理后台")
        PAPER = "paper", _("纸质签到表")
        FILE = "file", _("导入文件")
        API = "api", _("接口")

    class Strength(models.TextChoices):
        PROVED = "proved", _("已核")
        AWAITING = "awaiting", _("待确认")
        DENIED = "denied", _("不计")

    SCANS = (Kind.WALL, Kind.PERSONAL, Kind.CARD)
    # Each raises `round`, so that the learner may scan the lesson anew.
    SET_ASIDE = (Kind.UNDO, Kind.MOVED)
    # While they wait, nobody's own word settles them: another person confirms.
    FOR_ANOTHER = (Kind.LATE, Kind.IMPORT)
    # Where a kind comes from when its writer says nothing else.
    ORIGINS: ClassVar[dict[str, str]] = {
        Kind.WALL: Origin.WALL,
        Kind.ROLLCALL: Origin.PHONE,
        Kind.UNDO: Origin.PHONE,
        Kind.PAPER: Origin.PAPER,
        Kind.OFFLINE: Origin.KIT,
        Kind.IMPORT: Origin.FILE,
        Kind.RULING: Origin.DESK,
        Kind.MOVED: Origin.DESK,
        Kind.MAKE_UP: Origin.DESK,
    }

    receipt = models.CharField(max_length=16, unique=True)
    lesson = models.ForeignKey(Lesson, on_delete=models.PROTECT, related_name="evidence")
    learner = models.ForeignKey(Learner, on_delete=models.PROTECT, related_name="evidence")
    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, null=True, related_name="evidence")
    kind = models.CharField(max_length=10, choices=Kind)
    direction = models.CharField(max_length=5, choices=Direction)
    strength = models.CharField(max_length=8, choices=Strength)
    origin = models.CharField(max_length=8, choices=Origin)
    round = models.PositiveSmallIntegerField(default=0)
    happened_at = models.DateTimeField(help_text="what counts")
    claimed_at = models.DateTimeField(
        null=True, blank=True, help_text="what a device said, where the server was not by"
    )
    received_at = models.DateTimeField()
    offset_ms = models.IntegerField(null=True, blank=True, help_text="from the start of the code's step to the scan")
    ticket = models.CharField(max_length=26, unique=True, null=True, blank=True)
    device = models.CharField(max_length=26, blank=True)
    pairing = models.CharField(max_length=2, blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    reason = models.CharField(max_length=40, blank=True)
    note = models.CharField(max_length=200, blank=True)
    supersedes = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="superseded_by"
    )

    # Rows of a register kept elsewhere that nobody has decided on.
    UNDECIDED_FILE = Q(kind="import", strength="awaiting", superseded_by__isnull=True)
    # Late additions that nobody has decided on, those of phones without network among them; of a cancelled lesson none
    # is waited for.
    UNDECIDED_LATE = Q(kind="late", strength="awaiting", superseded_by__isnull=True) & ~Q(lesson__status="cancelled")

    class Meta:
        ordering = ("id",)
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["lesson", "learner", "direction", "round"],
                condition=Q(kind__in=["wall", "personal", "card"]),
                name="evidence_one_scan",
            ),
            models.CheckConstraint(condition=Q(direction__in=["in", "out", "pulse"]), name="evidence_direction_known"),
            models.CheckConstraint(
                condition=Q(strength__in=["proved", "awaiting", "denied"]), name="evidence_strength_known"
            ),
            models.CheckConstraint(
                condition=~Q(
                    kind__in=["manual", "confirm", "reject", "late", "leave", "ruling", "paper", "make_up", "import"]
                )
                | (Q(by__isnull=False) & Q(reason__gt="")),
                name="evidence_by_hand_has_who_and_why",
            ),
            models.CheckConstraint(
                condition=Q(origin__in=["wall", "phone", "trainer", "kiosk", "kit", "desk", "paper", "file", "api"]),
                name="evidence_origin_known",
            ),
            models.CheckConstraint(
                condition=Q(
                    kind__in=[
                        "wall",
                        "personal",
                        "card",
                        "manual",
                        "confirm",
                        "reject",
                        "undo",
                        "rollcall",
                        "paper",
                        "offline",
                        "late",
                        "import",
                        "leave",
                        "ruling",
                        "moved",
                        "make_up",
                    ]
                ),
                name="evidence_kind_known",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["lesson", "learner"], name="evidence_lesson_learner"),
            models.Index(fields=["lesson", "device"], name="evidence_lesson_device"),
            models.Index(
                fields=["lesson"], condition=Q(kind="import", strength="awaiting"), name="evidence_undecided_file"
            ),
            models.Index(
                fields=["lesson"], condition=Q(kind="late", strength="awaiting"), name="evidence_undecided_late"
            ),
        ]


class Attendance(models.Model):
    """考勤: derived from evidence, lesson and pinned policy; recomputation must give the same row."""

    class Status(models.TextChoices):
        UNMARKED = "unmarked", _("未登记")
        PRESENT = "present", _("出勤")
        LATE = "late", _("迟到")
        LEFT_EARLY = "left_early", _("早退")
        AWAITING = "awaiting", _("待确认")
        LEAVE = "leave", _("请假")
        SICK = "sick", _("病假")
        ABSENT = "absent", _("缺勤")
        ADDED = "added", _("补签")

    lesson = models.ForeignKey(Lesson, on_delete=models.PROTECT, related_name="attendance")
    learner = models.ForeignKey(Learner, on_delete=models.PROTECT, related_name="attendance")
    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, null=True, related_name="attendance")
    status = models.CharField(max_length=10, choices=Status)
    in_at = models.DateTimeField(null=True, blank=True)
    out_at = models.DateTimeField(null=True, blank=True)
    minutes = models.PositiveSmallIntegerField(default=0)
    missing = models.JSONField(default=list, help_text="[code, minutes] of each gap; with `minutes` the whole lesson")
    round = models.PositiveSmallIntegerField(default=0)
    by_hand = models.BooleanField(default=False)
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ("lesson", "learner")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["lesson", "learner"], name="attendance_one"),
            models.CheckConstraint(
                condition=Q(out_at__isnull=True) | Q(in_at__isnull=True) | Q(out_at__gte=F("in_at")),
                name="attendance_out_after_in",
            ),
            models.CheckConstraint(
                condition=Q(
                    status__in=[
                        "unmarked",
                        "present",
                        "late",
                        "left_early",
                        "awaiting",
                        "leave",
                        "sick",
                        "absent",
                        "added",
                    ]
                ),
                name="attendance_status_known",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["learner"], name="attendance_learner")]

    @property
    def reasons(self) -> list[str]:
        """The codes of what is missing."""
        return [code for code, _minutes in self.missing]


class DoorRequest(models.Model):
    """求助签到: a scan of somebody who cannot sign in; two digits stand on that phone and on the trainer's."""

    class Status(models.TextChoices):
        OPEN = "open", _("等老师确认")
        SETTLED = "settled", _("已登记")
        REJECTED = "rejected", _("没有找到人")

    code = models.CharField(max_length=26, unique=True)
    lesson = models.ForeignKey(Lesson, on_delete=models.PROTECT, related_name="door_requests")
    direction = models.CharField(max_length=5, choices=Direction)
    ticket = models.CharField(max_length=26, unique=True)
    device = models.CharField(max_length=26, blank=True)
    pairing = models.CharField(max_length=2)
    scanned_at = models.DateTimeField()
    offset_ms = models.IntegerField(null=True, blank=True)
    asked_at = models.DateTimeField()
    status = models.CharField(max_length=8, choices=Status, default=Status.OPEN)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    evidence = models.OneToOneField(
        Evidence, on_delete=models.PROTECT, null=True, blank=True, related_name="door_request"
    )

    class Meta:
        ordering = ("asked_at", "pk")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["lesson", "pairing"], condition=Q(status="open"), name="door_digits_once"),
            models.CheckConstraint(condition=Q(status__in=["open", "settled", "rejected"]), name="door_status_known"),
            models.CheckConstraint(
                condition=Q(status="open", decided_by__isnull=True) | (~Q(status="open") & Q(decided_by__isnull=False)),
                name="door_decided_by_somebody",
            ),
            models.CheckConstraint(condition=Q(direction__in=["in", "out", "pulse"]), name="door_direction_known"),
        ]


class RefusedScan(models.Model):
    """A scan that was turned away, with its reason, so that a dispute at the door can be settled later."""

    lesson = models.ForeignKey(Lesson, on_delete=models.PROTECT, null=True, blank=True, related_name="refused_scans")
    learner = models.ForeignKey(Learner, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    code = models.CharField(max_length=24)
    direction = models.CharField(max_length=5, blank=True)
    device = models.CharField(max_length=26, blank=True)
    scanned_at = models.DateTimeField(null=True, blank=True)
    at = models.DateTimeField()
