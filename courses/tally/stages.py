"""How many are enrolled, in training and pending right now: nobody stands in two of these, nor in one beside 已核.

A seat is left behind where a completion is on its way or decided, whatever the class still does. One that was sent
back is in training again.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import connection

from courses.models import Completion, Enrolment, TrainingClass

ENROLLED = (TrainingClass.Status.ENROLLING,)
IN_TRAINING = (TrainingClass.Status.RUNNING, TrainingClass.Status.ASSESSING)
PENDING = (Completion.Status.PROPOSED, Completion.Status.SUBMITTED)
LEFT = (*PENDING, Completion.Status.APPROVED, Completion.Status.REVOKED)
SEATS = """
SELECT 'seats' AS what, class.status, district.key, SUM(class.taken) AS told FROM courses_trainingclass class
  JOIN courses_district district ON district.id = class.district_id
 WHERE class.status IN ({open}){where} GROUP BY class.status, district.key
UNION ALL
SELECT 'seats', class.status, district.key, -COUNT(*) FROM courses_trainingclass class
  JOIN courses_district district ON district.id = class.district_id
  JOIN courses_enrolment enrolment ON enrolment.training_class_id = class.id
  JOIN courses_completion done ON done.enrolment_id = enrolment.id
 WHERE class.status IN ({open}) AND enrolment.status IN ({seated}) AND done.status IN ({left}){where}
 GROUP BY class.status, district.key
UNION ALL
SELECT 'steps', done.status, district.key, COUNT(*) FROM courses_completion done
  JOIN courses_enrolment enrolment ON enrolment.id = done.enrolment_id
  JOIN courses_trainingclass class ON class.id = enrolment.training_class_id
  JOIN courses_district district ON district.id = class.district_id
 WHERE (done.status IN ({pending}) OR (done.status IN ({undone}) AND class.ends_on BETWEEN %s AND %s)){where}
 GROUP BY done.status, district.key
"""


def _by_district() -> dict[str, int]:
    return defaultdict(int)


@dataclass(frozen=True)
class Stages:
    """By the key of the district. `enrolled` holds a seat of a class that is to begin, `in_training` one of a class
    that runs or is assessed; `pending` are completions on their way, `rejected` those of the year's classes that were
    sent back or revoked."""

    enrolled: dict[str, int] = field(default_factory=_by_district)
    in_training: dict[str, int] = field(default_factory=_by_district)
    pending: dict[str, int] = field(default_factory=_by_district)
    rejected: dict[str, int] = field(default_factory=_by_district)


def stages_now(*, year: int, district: str | None) -> Stages:
    """Of the whole city, or of one district; one statement."""
    found = Stages()
    for what, status, key, told in _rows(year, district):
        if what == "seats":
            (found.enrolled if status in ENROLLED else found.in_training)[key] += int(told)
        else:
            (found.pending if status in PENDING else found.rejected)[key] += int(told)
    return found


def _rows(year: int, district: str | None) -> Iterator[tuple[str, str, str, int]]:
    where, places = (" AND district.key = %s", [district]) if district else ("", [])
    opens = [*ENROLLED, *IN_TRAINING]
    seated, undone = Enrolment.SEATED, Completion.UNDONE
    groups = {"open": opens, "seated": seated, "left": LEFT, "pending": PENDING, "undone": undone}
    marks = {name: ", ".join(["%s"] * len(values)) for name, values in groups.items()}
    whole = (date(year, 1, 1), date(year, 12, 31))
    values: list[Any] = [*opens, *places, *opens, *seated, *LEFT, *places, *PENDING, *undone, *whole, *places]
    with connection.cursor() as cursor:
        cursor.execute(SEATS.format(where=where, **marks), values)
        yield from cursor.fetchall()
