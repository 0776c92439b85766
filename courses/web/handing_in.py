"""成果 on a screen: what is asked of an enrolment, each with its versions; what a form hands in."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import OuterRef, Prefetch, Subquery
from django.http import HttpRequest

from courses import privacy, works
from courses.models import Enrolment, Regrade, User, Work, WorkAssignment
from courses.works import WorkRefusal, WorkRefused

# What stands in the ways of a status by its grade; nobody has judged the one without.
SHAPES = {"": "wait", Work.Grade.FAIL: "no", Work.Grade.PASS: "done", Work.Grade.EXCELLENT: "done"}

# With a list of works, the changes of their grades that hold, in their order.
CHANGES: "Prefetch[Any]" = Prefetch(
    "regrades", Regrade.objects.filter(status=Regrade.Status.HELD).order_by("decided_at", "pk"), to_attr="held"
)


@dataclass(frozen=True)
class Version:
    """One version; `given_to` is who was asked to judge it, masked; `changes` are those of its grade that hold."""

    work: Work
    given_to: str = ""
    changes: tuple[Regrade, ...] = ()

    @property
    def shape(self) -> str:
        return SHAPES[self.work.grade]

    @property
    def kept(self) -> bool:
        """The row of a file outlives it."""
        return self.work.proof is not None and self.work.proof.deleted_at is None

    @property
    def first_grade(self) -> str:
        """In words, what was said before anybody changed it."""
        return self.changes[0].get_was_display() if self.changes else self.work.get_grade_display()

    @property
    def first_note(self) -> str:
        """What the reviewer wrote; the note of a changed grade is the reason of its change."""
        return self.changes[0].was_note if self.changes else self.work.note


@dataclass(frozen=True)
class Asked:
    """One part of one enrolment: its versions, the newest first."""

    part: Work.Part
    versions: list[Version]

    @property
    def is_open(self) -> bool:
        """Whether a version may be handed in."""
        return not self.versions or self.versions[0].work.grade == Work.Grade.FAIL

    @property
    def is_plan(self) -> bool:
        return self.part == Work.Part.PLAN


def version_of(row: Work, *, given_to: str = "") -> Version:
    """Of a row that was read with `CHANGES`."""
    return Version(row, given_to, tuple(row.held))  # type: ignore[attr-defined]


def parts_of(*, enrolment: Enrolment, asked: Iterable[str]) -> list[Asked]:
    return parts_of_many(enrolments=[enrolment], asked=asked)[enrolment.pk]


def parts_of_many(*, enrolments: list[Enrolment], asked: Iterable[str]) -> dict[int, list[Asked]]:
    """By enrolment, every part that is asked for; two statements."""
    found: dict[tuple[int, str], list[Version]] = {}
    given = WorkAssignment.objects.filter(work=OuterRef("pk"), ended_at__isnull=True)
    rows = Work.objects.filter(enrolment__in=enrolments).select_related("proof", "reviewer", "by")
    rows = rows.annotate(given_to=Subquery(given.values("reviewer__name")))
    for row in rows.order_by("-version").prefetch_related(CHANGES):
        made = version_of(row, given_to=privacy.mask_name(row.given_to or ""))
        found.setdefault((row.enrolment_id, row.part), []).append(made)
    return {one.pk: [Asked(Work.Part(part), found.get((one.pk, part), [])) for part in asked] for one in enrolments}


def take(request: HttpRequest, *, enrolment: Enrolment, by: User, now: datetime) -> Work:
    """The file or the link of a posted form; refused as `works` refuses."""
    part = request.POST.get("part", "")
    if part == Work.Part.PLAN:
        return works.hand_in_plan(enrolment=enrolment, content=request.FILES.get("file"), by=by, now=now)
    if part == Work.Part.LINK:
        return works.hand_in_link(enrolment=enrolment, link=request.POST.get("link", ""), by=by, now=now)
    raise WorkRefused(WorkRefusal.NOT_ASKED)


def label_of(part: str) -> str:
    return str(Work.Part(part).label) if part in Work.Part.values else ""
