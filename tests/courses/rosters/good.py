"""A large roster without a slip: read, checked and seated, and how long each takes.

`python -m tests.drill rosters` seats 5,000 and fails beyond 5 s, the suite seats 100 by the same code.
"""

import time
from datetime import UTC, datetime
from typing import Any

from courses import rosters
from courses.models import Enrolment, RosterImport, TrainingClass
from tests.factories import people, sheets
from tests.factories.classes import training_class
from tests.races import Arena, Figures

THIS = "tests.courses.rosters.good"
ROWS, MOST_SECONDS = 5_000, 5.0
STEPS = ("read", "check", "commit")


def run(arena: Arena, figures: Figures, *, rows: int) -> None:
    """Adds to `figures`: seconds of each step and of all, and a fault where that is too long or somebody is missing."""
    told = arena.crowd.call(arena.ground.name, f"{THIS}:seat", rows=rows)
    figures.add(good_rows=told["rows"], **{f"good_{step}_s": told[step] for step in (*STEPS, "all")})
    if told["seated"] != rows:
        figures.faults.append(f"{told['seated']} of {rows} good rows were seated")
    if told["all"] > MOST_SECONDS:
        figures.faults.append(f"{rows} good rows took {told['all']} s, {MOST_SECONDS} at most")


def seat(*, rows: int) -> dict[str, Any]:
    """Inside a process of the crowd: one roster of `rows` people whom nobody knows, from its bytes to their seats."""
    now = datetime.now(UTC)
    sheets.lists()
    a_class, by = training_class(now=now, seats=30), people.user()
    TrainingClass.objects.filter(pk=a_class.pk).update(seats=rows)
    a_class.refresh_from_db()
    # Days of birth and serial numbers that no spoiled roster of the same run has used.
    content = sheets.xlsx([sheets.person(10_000 + place) for place in range(rows)])
    marks = [time.perf_counter()]
    roster = rosters.receive(
        content=content, file_name="名单.xlsx", training_class=a_class, consent=True, by=by, now=now
    )
    marks.append(time.perf_counter())
    if roster.status == RosterImport.Status.RECEIVED:
        roster = rosters.check(roster=roster, now=now)
    marks.append(time.perf_counter())
    rosters.commit(roster=roster, by=by, now=now)
    marks.append(time.perf_counter())
    spent = {step: round(marks[place + 1] - marks[place], 2) for place, step in enumerate(STEPS)}
    seated = Enrolment.objects.filter(training_class=a_class, status=Enrolment.Status.ADMITTED).count()
    return {"rows": rows, "seated": seated, "all": round(marks[-1] - marks[0], 2), **spent}
