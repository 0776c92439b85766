"""项目制 projects: how many person-times have been counted of those planned."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, Sum

from courses.models import CountEntry, Enrolment, Project, TrainingClass


@dataclass(frozen=True)
class Progress:
    """`counted` are 人次 in the ledger (reversals taken off), `learning` people admitted now, `classes` approved ones."""

    project: Project
    counted: int
    learning: int
    classes: int
    elapsed: int

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
    """In three statements, however many projects. A person-time belongs to the project of the class that earned it."""
    shown = list(projects)
    of_class = "completion__enrolment__training_class__project"
    counted = dict(
        CountEntry.objects.filter(**{f"{of_class}__in": shown})
        .order_by()
        .values_list(of_class)
        .annotate(total=Sum("amount"))
    )
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
    return [
        Progress(one, counted.get(one.pk, 0), learning.get(one.pk, 0), classes.get(one.pk, 0), _elapsed(one, on))
        for one in shown
    ]


_LIVE = (TrainingClass.Status.ENROLLING, TrainingClass.Status.RUNNING, TrainingClass.Status.ASSESSING)


def _elapsed(project: Project, on: date) -> int:
    """Percent of the project's days that have passed by the end of `on`."""
    days = (project.ends_on - project.starts_on).days + 1
    return min(100, max(0, ((on - project.starts_on).days + 1) * 100 // days))
