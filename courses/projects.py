"""项目制 projects: how many person-times have been counted of those planned."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Case, Count, F, Q, Sum, When

from courses.models import CountEntry, Enrolment, Project, TrainingClass


@dataclass(frozen=True)
class Progress:
    """`counted` are 人次 in the ledger (reversals taken off), `learning` people admitted now, `classes` approved ones,
    `drawn` the seats of all that were handed in."""

    project: Project
    counted: int
    learning: int
    classes: int
    elapsed: int
    drawn: int

    @property
    def share(self) -> int:
        """Percent of the plan, rounded down, so that 100 is never shown before it is reached."""
        return self.counted * 100 // self.project.planned if self.project.planned else 0

    @property
    def expected(self) -> int:
        """What an even pace over the period would have counted by now."""
        return self.project.planned * self.elapsed // 100

    @property
    def is_behind(self) -> bool:
        """Fewer counted than the share of the period that has passed would ask for."""
        return self.share < self.elapsed


def progress(*, projects: Iterable[Project], on: date) -> list[Progress]:
    """In four statements, however many projects. A person-time belongs to the project of the class that earned it, as
    it was when it was counted."""
    shown = list(projects)
    entries = CountEntry.objects.filter(project__in=[one.number for one in shown]).order_by()
    counted = dict(entries.values_list("project").annotate(total=Sum("amount")))
    here = Q(status=Enrolment.Status.ADMITTED, training_class__status__in=_LIVE)
    learning = dict(
        Enrolment.objects.filter(here, training_class__project__in=shown)
        .order_by()
        .values_list("training_class__project")
        .annotate(total=Count("pk"))
    )
    classes = dict(
        TrainingClass.objects.filter(project__in=shown)
        .exclude(status__in=TrainingClass.UNAPPROVED)
        .order_by()
        .values_list("project")
        .annotate(total=Count("pk"))
    )
    drawn = draws(projects=[one.pk for one in shown])
    return [
        Progress(
            project=one,
            counted=counted.get(one.number, 0),
            learning=learning.get(one.pk, 0),
            classes=classes.get(one.pk, 0),
            elapsed=_elapsed(one, on),
            drawn=sum(drawn.get(one.pk, {}).values()),
        )
        for one in shown
    ]


def draws(*, projects: Iterable[int]) -> dict[int, dict[int, int]]:
    """The seats that each class handed in draws from its project, by project and class; one that is over draws only
    those that were taken."""
    rows = TrainingClass.objects.filter(project__in=list(projects)).exclude(status__in=TrainingClass.CLAIMS_NOTHING)
    over = (TrainingClass.Status.CLOSED, TrainingClass.Status.ARCHIVED)
    seats = Case(When(status__in=over, then=F("taken")), default=F("seats"))
    found: dict[int, dict[int, int]] = {}
    for project, pk, drawn in rows.order_by().annotate(drawn=seats).values_list("project", "pk", "drawn"):
        found.setdefault(project, {})[pk] = drawn
    return found


_LIVE = (TrainingClass.Status.ENROLLING, TrainingClass.Status.RUNNING, TrainingClass.Status.ASSESSING)


def _elapsed(project: Project, on: date) -> int:
    """Percent of the project's days that have passed by the end of `on`."""
    days = (project.ends_on - project.starts_on).days + 1
    return min(100, max(0, ((on - project.starts_on).days + 1) * 100 // days))
