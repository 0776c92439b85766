"""Which classes a list is of: those behind a figure of now, by what else they are cut, and by a word."""

from collections.abc import Mapping
from datetime import date, timedelta

from django.db.models import Q, QuerySet

from courses.models import TrainingClass
from courses.tally.stages import IN_TRAINING

# What the tally calls in training is more than one status of a class.
IN_TRAINING_WORD = "in_training"
# What a filter of the list looks at; none of them can hold a person.
COLUMNS = {
    "status": "status",
    "line": "line",
    "kind": "course__kind__key",
    "brand": "course__brand__key",
    "district": "district__key",
    "institution": "institution__number",
}
CLASS_FILTERS = (*COLUMNS, "year", "month", "q")


def listed(*, classes: QuerySet[TrainingClass], chosen: Mapping[str, str]) -> QuerySet[TrainingClass]:
    """By the filters that say something, the newest first; a value that cannot be one leaves nothing."""
    asked = {name: str(chosen[name]) for name in CLASS_FILTERS if chosen.get(name)}
    for name, column in COLUMNS.items():
        if name == "status" and asked.get(name) == IN_TRAINING_WORD:
            classes = classes.filter(status__in=IN_TRAINING)
        elif name in asked:
            classes = classes.filter(**{column: asked[name]})
    if "year" in asked:
        days = of_year(asked["year"])
        classes = classes.filter(ends_on__range=days) if days else classes.none()
    if "month" in asked:
        first = _first_of(asked["month"])
        classes = classes.filter(starts_on__gte=first, starts_on__lt=_month_after(first)) if first else classes.none()
    if "q" in asked:
        classes = classes.filter(named_like(asked["q"]))
    return classes.order_by("-starts_on", "-number")


def of_year(text: str) -> tuple[date, date] | None:
    """2026 as its first and its last day; a class is of the year in which it ends."""
    if not (text.isascii() and text.isdigit() and 2000 <= int(text) <= 2100):
        return None
    return date(int(text), 1, 1), date(int(text), 12, 31)


def _first_of(month: str) -> date | None:
    """2026-09 as its first day."""
    try:
        return date.fromisoformat(f"{month}-01")
    except ValueError:
        return None


def _month_after(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1)


def named_like(text: str, prefix: str = "") -> Q:
    """Classes whose number, course or institution has the word in it."""
    return (
        Q(**{f"{prefix}number__icontains": text})
        | Q(**{f"{prefix}course__name__icontains": text})
        | Q(**{f"{prefix}institution__name__icontains": text})
    )
