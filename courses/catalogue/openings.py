"""Classes that can be joined now: which, how many seats in words, this week's, by brand."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from django.db.models import Count, Prefetch, Q, QuerySet
from django.utils.translation import gettext as _

from courses.catalogue.schedule import Schedule, schedule
from courses.models import Brand, Course, District, Lesson, TrainingClass
from courses.policy import local_date

Status = TrainingClass.Status
FEW = 3
# Fewer classes of this week than that are no choice.
TO_CHOOSE_FROM = 3


def open_query(*, now: datetime) -> QuerySet[TrainingClass]:
    """Classes that enrol and whose deadline has not passed; without a deadline, until their first day."""
    deadline = Q(enrol_until__gte=now) | Q(enrol_until__isnull=True, starts_on__gte=local_date(now))
    return TrainingClass.objects.filter(deadline, status=Status.ENROLLING)


def is_open(*, training_class: TrainingClass, now: datetime) -> bool:
    """The rule of `open_query` for a class in hand."""
    if training_class.status != Status.ENROLLING:
        return False
    if training_class.enrol_until is None:
        return training_class.starts_on >= local_date(now)
    return training_class.enrol_until >= now


def next_classes(*, course: Course, now: datetime) -> QuerySet[TrainingClass]:
    """Classes of a course that still start and can be joined, soonest first."""
    coming = open_query(now=now).filter(course=course, starts_on__gt=local_date(now))
    return coming.order_by("starts_on", "number")


class Tone(StrEnum):
    FREE = "free"
    FEW = "few"
    FULL = "full"


@dataclass(frozen=True)
class Seats:
    """Seats of a class as a newcomer meets them: none while somebody waits, and no count where rank decides."""

    total: int
    left: int
    ahead: int
    by_rank: bool = False
    reviewed: bool = False

    @classmethod
    def counted(cls, total: int, taken: int, waiting: int, mode: str) -> "Seats":
        left = 0 if waiting else max(0, total - taken)
        by_rank, reviewed = mode == TrainingClass.Mode.SELECTED, mode == TrainingClass.Mode.REVIEWED
        return cls(total=total, left=left, ahead=waiting, by_rank=by_rank, reviewed=reviewed)

    @property
    def tone(self) -> Tone:
        if self.by_rank:
            return Tone.FREE
        if self.left <= 0:
            return Tone.FULL
        return Tone.FEW if self.left <= FEW else Tone.FREE

    @property
    def taken(self) -> int:
        return self.total - self.left

    @property
    def short(self) -> str:
        if self.by_rank:
            return _("按评选录取")
        if self.tone == Tone.FULL:
            return _("已满")
        if self.tone == Tone.FEW:
            return _("仅余 %(left)s 席") % {"left": self.left}
        return _("余 %(left)s 席") % {"left": self.left}

    @property
    def queue(self) -> str:
        """What a newcomer to a full class meets; empty while seats are left."""
        if self.tone != Tone.FULL:
            return ""
        if not self.ahead:
            return _("可候补，前面没有人")
        return _("可候补，前面 %(ahead)s 人") % {"ahead": self.ahead}

    @property
    def detail(self) -> str:
        """The line under `short`: the queue of a full class, else how many seats there are and who gives them."""
        if self.queue:
            return self.queue
        form = _("共 %(total)s 席，审核录取") if self.reviewed else _("共 %(total)s 席")
        return form % {"total": self.total}

    @property
    def words(self) -> str:
        if self.tone != Tone.FULL:
            return self.short
        if not self.ahead:
            return _("已满，可候补")
        return _("已满，可候补，前面 %(ahead)s 人") % {"ahead": self.ahead}


def seats(training_class: TrainingClass) -> Seats:
    return Seats.counted(training_class.seats, training_class.taken, training_class.waiting, training_class.mode)


@dataclass(frozen=True)
class Opening:
    """An open class with what a reader asks about it: when it meets and what is left."""

    training_class: TrainingClass
    schedule: Schedule
    seats: Seats


def open_classes(*, course: Course, now: datetime) -> list[Opening]:
    """Open classes of one course by start, with place and lessons, in two queries however many there are."""
    return [_opening(row) for row in _with_lessons(open_query(now=now).filter(course=course))]


@dataclass(frozen=True)
class Week:
    """What starts this week, or, where nothing does, what starts next. `total` counts all open classes."""

    first: date
    last: date
    openings: list[Opening]
    is_this_week: bool
    total: int


def this_week(*, now: datetime, limit: int = 5) -> Week:
    """Open classes of published courses that start from today to Sunday; the next ones where these are too few to
    choose from. Three to five queries."""
    today = local_date(now)
    monday = today - timedelta(days=today.weekday())
    sunday = monday + timedelta(days=6)
    coming = open_query(now=now).filter(course__published_at__isnull=False)
    upcoming = coming.filter(starts_on__gte=today)
    rows = list(_with_lessons(upcoming.filter(starts_on__lte=sunday))[:limit])
    is_this_week = len(rows) >= TO_CHOOSE_FROM
    if not is_this_week:
        rows = list(_with_lessons(upcoming)[:limit])
    return Week(monday, sunday, [_opening(row) for row in rows], is_this_week, coming.count())


@dataclass(frozen=True)
class BrandOffer:
    """A brand with its districts (empty: the whole city) and how many of its classes enrol or run."""

    brand: Brand
    districts: tuple[District, ...]
    classes: int


def brand_offers() -> list[BrandOffer]:
    active = Q(course__classes__status__in=[Status.ENROLLING, Status.RUNNING], course__published_at__isnull=False)
    brands = (
        Brand.objects.annotate(active=Count("course__classes", filter=active))
        .prefetch_related("districts")
        .order_by("order", "pk")
    )
    return [BrandOffer(brand, tuple(brand.districts.all()), brand.active) for brand in brands]


def _with_lessons(classes: QuerySet[TrainingClass]) -> QuerySet[TrainingClass]:
    lessons = Lesson.objects.filter(status=Lesson.Status.PLANNED).only(
        "training_class_id", "number", "starts_at", "ends_at"
    )
    joined = ("course__kind", "course__brand", "district", "venue", "institution")
    return (
        classes.select_related(*joined)
        .prefetch_related(Prefetch("lessons", queryset=lessons, to_attr="planned"))
        .order_by("starts_on", "number")
    )


def _opening(row: TrainingClass) -> Opening:
    planned: list[Lesson] = row.planned  # type: ignore[attr-defined]
    return Opening(row, schedule(planned), seats(row))
