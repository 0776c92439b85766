"""红黄牌: cards shown to an institution, for one of its classes or for itself; what was done about each, step by step."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from courses.models.catalogue import Institution
from courses.models.classes import TrainingClass
from courses.models.people import User
from courses.models.supervision import RoomCheck, Signal


class Card(models.Model):
    """Proposed by one person and shown by another; withdrawn by two again, and never deleted.

    Shown, a red card on a class keeps its completions from being counted. The row holds how things stand; how they came
    to it is in the steps.
    """

    class Colour(models.TextChoices):
        YELLOW = "yellow", _("黄牌")
        RED = "red", _("红牌")

    class Reason(models.TextChoices):
        ATTENDANCE = "attendance", _("到课率不足")
        IMPOSTORS = "impostors", _("冒名顶替")
        FALSE_RECORDS = "false_records", _("记录不实")
        CHARGED = "charged", _("违规收费")
        NOT_AS_PLANNED = "not_as_planned", _("未按计划教学")
        OTHER = "other", _("其他")

    class Status(models.TextChoices):
        PROPOSED = "proposed", _("待确认")
        SHOWN = "shown", _("生效")
        DROPPED = "dropped", _("未出示")
        WITHDRAWN = "withdrawn", _("已撤回")

    # What counts against an institution or a class.
    STANDS = Q(status=Status.SHOWN)
    # The institution has objected, and nobody has answered.
    UNANSWERED = Q(status=Status.SHOWN, objected_at__isnull=False, answered_at__isnull=True)
    # One person would have it withdrawn, and another decides.
    WITHDRAWAL_ASKED = Q(status=Status.SHOWN, withdrawal_at__isnull=False)
    # What the institution is told of.
    TOLD = (Status.SHOWN, Status.WITHDRAWN)

    number = models.CharField(max_length=16, unique=True)
    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="cards")
    training_class = models.ForeignKey(
        TrainingClass, on_delete=models.PROTECT, null=True, blank=True, related_name="cards"
    )
    signal = models.ForeignKey(Signal, on_delete=models.PROTECT, null=True, blank=True, related_name="cards")
    room_check = models.ForeignKey(RoomCheck, on_delete=models.PROTECT, null=True, blank=True, related_name="cards")
    colour = models.CharField(max_length=6, choices=Colour)
    reason = models.CharField(max_length=16, choices=Reason)
    facts = models.CharField(max_length=500)
    status = models.CharField(max_length=10, choices=Status, default=Status.PROPOSED)
    proposed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    shown_on = models.DateField(null=True, blank=True)
    object_until = models.DateField(null=True, blank=True, help_text="the last day on which the institution may object")
    objection = models.CharField(max_length=500, blank=True)
    objected_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    objected_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)
    # A proposal to withdraw it; empty again where it was turned down.
    withdrawal_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    withdrawal_at = models.DateTimeField(null=True, blank=True)
    withdrawal_reason = models.CharField(max_length=200, blank=True)
    withdrawn_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-proposed_at", "-pk")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(colour__in=["yellow", "red"]), name="card_colour_known"),
            models.CheckConstraint(
                condition=Q(status__in=["proposed", "shown", "dropped", "withdrawn"]), name="card_status_known"
            ),
            models.CheckConstraint(
                condition=Q(
                    reason__in=["attendance", "impostors", "false_records", "charged", "not_as_planned", "other"]
                ),
                name="card_reason_known",
            ),
            models.CheckConstraint(condition=Q(facts__gt=""), name="card_has_facts"),
            models.UniqueConstraint(
                fields=["training_class"], condition=Q(status="proposed"), name="card_one_proposed"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["shown", "withdrawn"])
                | (
                    Q(decided_by__isnull=False, decided_at__isnull=False)
                    & Q(shown_on__isnull=False, object_until__isnull=False)
                    & ~Q(decided_by=F("proposed_by"))
                ),
                name="card_two_people",
            ),
            models.CheckConstraint(
                condition=Q(objection="", objected_by__isnull=True, objected_at__isnull=True)
                | Q(objection__gt="", objected_by__isnull=False, objected_at__isnull=False),
                name="card_objected_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(answered_by__isnull=True, answered_at__isnull=True)
                | (
                    Q(answered_by__isnull=False, answered_at__isnull=False, objected_at__isnull=False)
                    & ~Q(answered_by=F("proposed_by"))
                ),
                name="card_answered_by_another",
            ),
            models.CheckConstraint(
                condition=Q(withdrawal_by__isnull=True, withdrawal_at__isnull=True, withdrawal_reason="")
                | Q(withdrawal_by__isnull=False, withdrawal_at__isnull=False, withdrawal_reason__gt=""),
                name="card_withdrawal_has_reason",
            ),
            models.CheckConstraint(
                condition=(~Q(status="withdrawn") & Q(withdrawn_by__isnull=True, withdrawn_at__isnull=True))
                | (
                    Q(status="withdrawn", withdrawn_by__isnull=False, withdrawn_at__isnull=False)
                    & Q(withdrawal_by__isnull=False)
                    & ~Q(withdrawn_by=F("withdrawal_by"))
                ),
                name="card_withdrawn_by_two",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["proposed_at"], condition=Q(status="proposed"), name="card_proposed"),
            models.Index(fields=["institution", "shown_on"], condition=Q(status="shown"), name="card_shown"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def waits_for_answer(self) -> bool:
        """`UNANSWERED`, of one row at hand."""
        stands = self.status == self.Status.SHOWN
        return stands and self.objected_at is not None and self.answered_at is None

    @property
    def waits_for_withdrawal(self) -> bool:
        """`WITHDRAWAL_ASKED`, of one row at hand."""
        return self.status == self.Status.SHOWN and self.withdrawal_at is not None


class CardStep(models.Model):
    """One thing that was done about a card: what, who, when, and what they said. Append-only."""

    class Verb(models.TextChoices):
        PROPOSED = "proposed", _("提出")
        SHOWN = "shown", _("确认出示")
        DROPPED = "dropped", _("不予出示")
        OBJECTED = "objected", _("机构申辩")
        KEPT = "kept", _("答复，维持")
        WITHDRAWAL_ASKED = "withdrawal_asked", _("提出撤回")
        WITHDRAWAL_REFUSED = "withdrawal_refused", _("不予撤回")
        WITHDRAWN = "withdrawn", _("确认撤回")

    card = models.ForeignKey(Card, on_delete=models.PROTECT, related_name="steps")
    verb = models.CharField(max_length=20, choices=Verb)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    text = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ("pk",)
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(
                    verb__in=[
                        *("proposed", "shown", "dropped", "objected", "kept"),
                        *("withdrawal_asked", "withdrawal_refused", "withdrawn"),
                    ]
                ),
                name="cardstep_verb_known",
            ),
        ]
