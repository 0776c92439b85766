"""计数账: the append-only lines behind every number, their claims, roll-ups and seals.

Lines keep keys, not foreign keys: a breakdown is frozen as it was when the line was posted.
"""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from courses.models.catalogue import Line
from courses.models.completion import Completion
from courses.models.people import User


class OpeningBatch(models.Model):
    """Person-times of earlier years (or of a measuring run) entered as one file; proved by its hash, not by
    evidence."""

    number = models.CharField(max_length=20, unique=True)
    source = models.CharField(max_length=120)
    total = models.PositiveIntegerField()
    file_hash = models.CharField(max_length=64)
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    at = models.DateTimeField()


class Counted(models.Model):
    """What every line and every roll-up is keyed by."""

    year = models.PositiveSmallIntegerField()
    month = models.PositiveSmallIntegerField()
    line = models.CharField(max_length=20, choices=Line)
    district = models.CharField(max_length=40)
    institution = models.CharField(max_length=12)
    kind = models.CharField(max_length=40)
    brand = models.CharField(max_length=40, blank=True)
    posted_on = models.DateField()

    class Meta:
        abstract = True


class CountEntry(Counted):
    class Proof(models.TextChoices):
        """What the presence behind a line rests on, as it was when the line was posted."""

        SCAN = "scan", _("全部扫码")
        HAND = "hand", _("有手工登记")
        BATCH = "batch", _("期初批")

    completion = models.ForeignKey(
        Completion, on_delete=models.PROTECT, null=True, blank=True, related_name="count_entries"
    )
    batch = models.ForeignKey(OpeningBatch, on_delete=models.PROTECT, null=True, blank=True, related_name="entries")
    code = models.CharField(max_length=16, unique=True)
    revision = models.PositiveSmallIntegerField(default=0)
    amount = models.SmallIntegerField()
    reverses = models.OneToOneField("self", on_delete=models.PROTECT, null=True, blank=True, related_name="reversal")
    reason = models.CharField(max_length=200, blank=True)
    is_adjustment = models.BooleanField(default=False, help_text="posted into a month that was closed already")
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    counted_on = models.DateField()
    posted_at = models.DateTimeField()
    person = models.UUIDField()
    claim_key = models.CharField(max_length=100)
    class_number = models.CharField(max_length=20, blank=True)
    project = models.CharField(max_length=20, blank=True)
    occupation = models.CharField(max_length=40, blank=True)
    level = models.CharField(max_length=40, blank=True)
    category = models.CharField(max_length=40, blank=True)
    sex = models.CharField(max_length=1, blank=True)
    age_band = models.CharField(max_length=8, blank=True)
    education = models.CharField(max_length=40, blank=True)
    proof = models.CharField(max_length=8, choices=Proof, blank=True)
    online_share = models.PositiveSmallIntegerField(default=0, help_text="线上学时占比，百分数")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["completion", "revision"], name="countentry_revision"),
            models.CheckConstraint(condition=Q(amount__in=[1, -1]), name="countentry_one_or_minus_one"),
            models.CheckConstraint(
                condition=Q(completion__isnull=False, batch__isnull=True)
                | Q(completion__isnull=True, batch__isnull=False),
                name="countentry_has_one_proof",
            ),
            models.CheckConstraint(
                condition=Q(amount=1, reverses__isnull=True) | Q(amount=-1, reverses__isnull=False),
                name="countentry_minus_reverses",
            ),
            models.CheckConstraint(
                condition=Q(line__in=["skills", "entrepreneurship", "own"]), name="countentry_line_known"
            ),
            models.CheckConstraint(condition=Q(month__gte=1, month__lte=12), name="countentry_month"),
            models.CheckConstraint(
                condition=Q(is_adjustment=False) | Q(reason__gt=""), name="countentry_adjustment_has_reason"
            ),
            models.CheckConstraint(condition=Q(proof__in=["scan", "hand", "batch", ""]), name="countentry_proof_known"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["year", "line", "district", "posted_on"], name="countentry_drill"),
            models.Index(fields=["posted_on"], name="countentry_day"),
            models.Index(fields=["class_number"], name="countentry_class"),
            models.Index(fields=["project", "year"], condition=~Q(project=""), name="countentry_project"),
            models.Index(fields=["institution", "posted_on"], name="countentry_institution"),
            models.Index(
                fields=["year", "line", "district", "posted_on"],
                condition=Q(reverses__isnull=False),
                name="countentry_taken_back",
            ),
            models.Index(fields=["year", "month"], condition=Q(is_adjustment=True), name="countentry_adjustments"),
        ]


class CountClaim(models.Model):
    """A person is counted once for a module or an occupation with its level; held with +1, given up with −1."""

    person = models.UUIDField()
    key = models.CharField(max_length=100)
    entry = models.OneToOneField(CountEntry, on_delete=models.PROTECT, related_name="claim")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["person", "key"], name="countclaim_once")]


class DailyTotal(Counted):
    """Roll-up: person-times by day of posting and everything the tally is cut by."""

    count = models.IntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["year", "line", "district", "month", "institution", "kind", "brand", "posted_on"],
                name="dailytotal_cell",
            ),
            models.CheckConstraint(
                condition=Q(line__in=["skills", "entrepreneurship", "own"]), name="dailytotal_line_known"
            ),
        ]
        # Holds all that the tally reads by day of posting, so that no row need be fetched for it.
        indexes: ClassVar = [
            models.Index(fields=["year", "posted_on", "line", "district", "count"], name="dailytotal_day")
        ]


class DailyBreakdown(models.Model):
    """Roll-up: person-times by one further dimension (category, sex, age band …)."""

    year = models.PositiveSmallIntegerField()
    line = models.CharField(max_length=20, choices=Line)
    district = models.CharField(max_length=40)
    dimension = models.CharField(max_length=12)
    value = models.CharField(max_length=40, blank=True)
    posted_on = models.DateField()
    count = models.IntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["year", "line", "district", "dimension", "value", "posted_on"], name="dailybreakdown_cell"
            ),
            models.CheckConstraint(
                condition=Q(line__in=["skills", "entrepreneurship", "own"]), name="dailybreakdown_line_known"
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["year", "dimension", "value", "district", "line", "posted_on", "count"],
                name="dailybreakdown_cut",
            )
        ]


class PersonCount(models.Model):
    """Roll-up for 人: how often one person is counted in a year and line within a scope (a district, or `city`)."""

    year = models.PositiveSmallIntegerField()
    line = models.CharField(max_length=20, choices=Line)
    scope = models.CharField(max_length=40)
    person = models.UUIDField()
    count = models.IntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["year", "line", "scope", "person"], name="personcount_cell"),
            models.CheckConstraint(
                condition=Q(line__in=["skills", "entrepreneurship", "own"]), name="personcount_line_known"
            ),
        ]


class HeadCount(models.Model):
    """Roll-up of the roll-up: distinct people of a year, line and scope."""

    year = models.PositiveSmallIntegerField()
    line = models.CharField(max_length=20, choices=Line)
    scope = models.CharField(max_length=40)
    people = models.IntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["year", "line", "scope"], name="headcount_cell"),
            models.CheckConstraint(
                condition=Q(line__in=["skills", "entrepreneurship", "own"]), name="headcount_line_known"
            ),
        ]


class LedgerSeal(models.Model):
    """The closing of one day of one book: how many rows, their hash in order, and the seal before it."""

    class Book(models.TextChoices):
        LEDGER = "ledger"
        AUDIT = "audit"
        EVIDENCE = "evidence"

    book = models.CharField(max_length=8, choices=Book)
    day = models.DateField()
    rows = models.PositiveIntegerField()
    rows_hash = models.CharField(max_length=64)
    columns = models.TextField(help_text="what was hashed of each row, so that a later column breaks no seal")
    previous = models.OneToOneField("self", on_delete=models.PROTECT, null=True, blank=True, related_name="next")
    root = models.CharField(max_length=64)
    sealed_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["book", "day"], name="ledgerseal_day"),
            models.CheckConstraint(condition=Q(book__in=["ledger", "audit", "evidence"]), name="ledgerseal_book_known"),
        ]
