"""What is asked for, held against what the person who asks may see; and how a form is declared."""

from calendar import monthrange
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from functools import cached_property
from typing import Any, TypeVar

from django.db.models import Model, QuerySet

from courses import access
from courses import policy as policies
from courses.access import Permission
from courses.exports.refusals import ExportRefusal, ExportRefused
from courses.exports.sheets import Book, Words
from courses.models import Completion, District, Export, Lesson, TrainingClass, User
from courses.tally.entries import FURTHER, SINGLE, TOTALS
from courses.tally.listed import CLASS_FILTERS

Kept = TypeVar("Kept", bound=Model)
CHUNK = 500


class By(StrEnum):
    """What a form is of, and therefore what is asked before it is made."""

    CLASS = "class"
    LESSON = "lesson"
    PEOPLE = "people"  # a class, or a year with or without its month
    MONTH = "month"
    PERIOD = "period"  # a year with or without its month
    LINES = "lines"  # lines of the ledger, by everything that a figure can be cut by
    YEAR = "year"  # a whole year
    CLASSES = "classes"  # a list of classes, by the filters of its screen
    OWN = "own"  # a workbook of the bureau's own, and a month


LINE_FILTERS = tuple(name for name in (*TOTALS, *FURTHER) if name not in ("month", "district"))
# Asked for where its list or its workbook is, and not among the forms.
ELSEWHERE = (By.OWN, By.CLASSES)
# What each way of asking may say; anything else is dropped before it is kept.
SAID: dict[By, tuple[str, ...]] = {
    By.CLASS: ("class",),
    By.LESSON: ("class", "lesson"),
    By.PEOPLE: ("class", "year", "month", "district"),
    By.MONTH: ("year", "month", "district"),
    By.PERIOD: ("year", "month", "district"),
    By.LINES: ("year", "month", "district", "as_of", *LINE_FILTERS, *SINGLE),
    By.YEAR: ("year", "district"),
    By.CLASSES: CLASS_FILTERS,
    By.OWN: ("own", "year", "month"),
}


@dataclass(frozen=True)
class Ask:
    """`filters`: class, lesson, year, month, district; numbers and keys only. Rows are fetched as `by` may see them."""

    by: User
    now: datetime
    filters: dict[str, Any] = field(default_factory=dict)
    full: bool = False

    @cached_property
    def training_class(self) -> TrainingClass:
        """Refused with ExportRefused for a class that is not theirs, as for one that does not exist."""
        classes = access.visible_classes(user=self.by, now=self.now, permission=Permission.EXPORT)
        needed = ("course__kind", "course__brand", "course__occupation", "course__level", "district", "institution")
        further = ("occupation", "level", "brand", "project", "venue", "policy", "approved_by")
        found = classes.select_related(*needed, *further).filter(number=self.filters.get("class", "")).first()
        if found is None:
            raise ExportRefused(ExportRefusal.NO_CLASS)
        return found

    @cached_property
    def lesson(self) -> Lesson:
        lessons = Lesson.objects.filter(training_class=self.training_class).select_related("training_class", "trainer")
        found = lessons.filter(number=self.filters.get("lesson") or 0).first()
        if found is None:
            raise ExportRefused(ExportRefusal.NO_LESSON)
        return found

    @property
    def year(self) -> int:
        year = self.filters.get("year")
        if not isinstance(year, int) or not 2000 <= year <= 2100:
            raise ExportRefused(ExportRefusal.NO_PERIOD)
        return year

    @property
    def month(self) -> int | None:
        month = self.filters.get("month")
        if month is not None and (not isinstance(month, int) or not 1 <= month <= 12):
            raise ExportRefused(ExportRefusal.NO_PERIOD)
        return month

    @property
    def days(self) -> tuple[date, date]:
        """The first and the last day of the period."""
        first, last = (self.month, self.month) if self.month else (1, 12)
        return date(self.year, first, 1), date(self.year, last, monthrange(self.year, last)[1])

    @property
    def year_days(self) -> tuple[date, date]:
        """The first and the last day of the year, whatever month was said."""
        return date(self.year, 1, 1), date(self.year, 12, 31)

    @cached_property
    def wanted(self) -> str:
        """The key of the district that was asked for, or "". Refused with ExportRefused where there is none of it."""
        key = str(self.filters.get("district") or "")
        if key and not District.objects.filter(key=key).exists():
            raise ExportRefused(ExportRefusal.NOT_YOURS)
        return key

    @cached_property
    def district(self) -> str:
        """The key of the district that the figures are of; "" for the whole city.

        Refused with ExportRefused where the posts show neither: an institution's own figures are no city's.
        """
        wanted, own = self.wanted, access.entry_scope(user=self.by, now=self.now)
        if own is None or (own and wanted not in ("", own)):
            raise ExportRefused(ExportRefusal.NOT_YOURS)
        return own or wanted

    @property
    def classes(self) -> QuerySet[TrainingClass]:
        """The classes that this person may export, of the district where one is asked for."""
        found = access.visible_classes(user=self.by, now=self.now, permission=Permission.EXPORT)
        return found.filter(district__key=self.wanted) if self.wanted else found

    @property
    def approved(self) -> QuerySet[Completion]:
        """Completions that stand and that this person may export, of the district where one is asked for."""
        found = access.visible_completions(user=self.by, now=self.now, permission=Permission.EXPORT)
        found = found.filter(status=Completion.Status.APPROVED)
        return found.filter(enrolment__training_class__district__key=self.wanted) if self.wanted else found

    @property
    def completions(self) -> QuerySet[Completion]:
        """Those of the class, or of the classes that ended in the period."""
        if self.filters.get("class"):
            return self.approved.filter(enrolment__training_class=self.training_class)
        return self.approved.filter(enrolment__training_class__ends_on__range=self.days)

    @property
    def counted(self) -> QuerySet[Completion]:
        """Those of the class, or of the period and the district under which they stand in the ledger, as the tally
        tells them."""
        standing = access.visible_entries(user=self.by, now=self.now)
        standing = standing.filter(amount=1, reversal__isnull=True, completion__isnull=False)
        found = access.visible_completions(user=self.by, now=self.now, permission=Permission.EXPORT)
        found = found.filter(status=Completion.Status.APPROVED)
        if self.filters.get("class"):
            found = found.filter(enrolment__training_class=self.training_class)
        else:
            standing = standing.filter(year=self.year)
            standing = standing.filter(month=self.month) if self.month else standing
            standing = standing.filter(district=self.wanted) if self.wanted else standing
        return found.filter(pk__in=standing.values("completion"))


@dataclass(frozen=True)
class Form:
    """One form, declared once: `build` gives its book, whatever it is written as."""

    key: str
    title: Words
    by: By
    build: Callable[[Ask], Book]
    about: Words
    letter: str = ""
    kinds: tuple[str, ...] = (Export.Kind.XLSX, Export.Kind.CSV, Export.Kind.PRINT)
    # What of people it holds masked or left out, which may be asked for in full; the words of that question.
    whole: Words = ""

    @property
    def is_large(self) -> bool:
        """Whether it may hold so many rows that it is made in the background, unless it is of one class."""
        return self.by == By.PEOPLE or self.key in ("h", "j", "entries", "classes")


def in_pieces(rows: QuerySet[Kept], size: int = CHUNK) -> Iterator[list[Kept]]:
    """In lists of so many, in the order given, so that what hangs on them is fetched in few statements.

    No statement stays open between them: SQLite would refuse the writer of the progress a snapshot that has aged.
    """
    keys = list(rows.values_list("pk", flat=True))
    for start in range(0, len(keys), size):
        piece = keys[start : start + size]
        found = {row.pk: row for row in rows.order_by().filter(pk__in=piece)}
        yield [found[pk] for pk in piece if pk in found]


def hours(minutes: int, *, of: TrainingClass) -> int | float:
    """Minutes as 学时 of the class's own version of the policy, one decimal, rounded down."""
    tenths = minutes * 10 // policies.of_class(training_class=of, on=of.ends_on).hour_minutes
    return tenths // 10 if tenths % 10 == 0 else tenths / 10


def share(part: int, whole: int) -> str:
    """92.5%, rounded down so that 100.0% is never shown before it is reached; nothing of nothing."""
    if whole <= 0:
        return ""
    tenths = part * 1000 // whole
    return f"{tenths // 10}.{tenths % 10}%"
