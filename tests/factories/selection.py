"""Camps with applicants, brought through scoring by the domain's own doors."""

from datetime import datetime, timedelta
from typing import Any

from courses import enrolment, selection
from courses.models import Enrolment, Learner, Selection, TrainingClass, User
from tests.factories import catalogue, people
from tests.factories.classes import training_class

CRITERIA = ("venture", "attend")
SHEET = ("venture", "growth", "team", "jobs")


def camp(*, now: datetime, seats: int = 2, days: int = 30, **fields: Any) -> TrainingClass:
    """A camp that enrols; its lessons begin late enough for a notice of five working days."""
    kind = catalogue.kind("camp", line="entrepreneurship", module="camp", letter="Y")
    course = catalogue.course(name="烟台创业训练营", kind=kind, occupation=None, level=None)
    return training_class(now=now, first=now + timedelta(days=days), seats=seats, course=course, **fields)


def candidate(
    *, camp: TrainingClass, now: datetime, learner: Learner | None = None, pitch: bool = True, name: str = "王小强"
) -> Enrolment:
    who = learner or people.learner(now=now, name=name)
    made = enrolment.apply(learner=who, training_class=camp, now=now, source="counter", declared=CRITERIA)
    if pitch:
        assert who.user is not None
        selection.hand_in(
            enrolment=made, title="海产加工", summary="把养殖户的海产做成预制菜。", jobs=6, by=who.user, now=now
        )
    return made


def scores(points: int) -> dict[str, int]:
    """The same for each criterion, of 10."""
    return dict.fromkeys(SHEET, points)


def scored(row: Enrolment, *points: int, by: list[User], now: datetime) -> None:
    for reviewer, given in zip(by, points, strict=False):
        selection.score(by=reviewer, enrolment=row, scores=scores(given), now=now)


def reviewers(count: int = 2) -> list[User]:
    return [people.user() for _ in range(count)]


def proposed(
    *, camp: TrainingClass, now: datetime, points: tuple[int, ...] = (9, 8, 7), by: User | None = None
) -> Selection:
    """A result over as many applicants as there are points, put forward by one who scored nothing."""
    pair = reviewers()
    for given in points:
        scored(candidate(camp=camp, now=now), given, given, by=pair, now=now)
    return selection.propose(by=by or people.user(), training_class=camp, now=now)
