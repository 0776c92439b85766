"""How many are enrolled, in training, pending and certified right now, of the classes that end in a year: nobody stands
in two of the first three, nor in one beside 已核.

A seat is left behind where a completion is on its way or decided, whatever the class still does. One that was sent
back is in training again. The seats of a suspended class stand in none until it goes on, and the page says so.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef, Q

from courses.models import Certificate, CertificateWithdrawal, Completion, Enrolment, TrainingClass

ENROLLED = (TrainingClass.Status.ENROLLING,)
IN_TRAINING = (TrainingClass.Status.RUNNING, TrainingClass.Status.ASSESSING)
PENDING = (Completion.Status.PROPOSED, Completion.Status.SUBMITTED)
LEFT = (*PENDING, Completion.Status.APPROVED, Completion.Status.REVOKED)
OF_YEAR = "class.ends_on BETWEEN %s AND %s"
SEATS = """
SELECT 'seats' AS what, class.status, class.line, district.key, SUM(class.taken) AS told
  FROM courses_trainingclass class
  JOIN courses_district district ON district.id = class.district_id
 WHERE class.status IN ({open}) AND {of_year} GROUP BY class.status, class.line, district.key
UNION ALL
SELECT 'seats', class.status, class.line, district.key, -COUNT(*) FROM courses_trainingclass class
  JOIN courses_district district ON district.id = class.district_id
  JOIN courses_enrolment enrolment ON enrolment.training_class_id = class.id
  JOIN courses_completion done ON done.enrolment_id = enrolment.id
 WHERE class.status IN ({open}) AND enrolment.status IN ({seated}) AND done.status IN ({left}) AND {of_year}
 GROUP BY class.status, class.line, district.key
UNION ALL
SELECT 'steps', done.status, class.line, district.key, COUNT(*) FROM courses_completion done
  JOIN courses_enrolment enrolment ON enrolment.id = done.enrolment_id
  JOIN courses_trainingclass class ON class.id = enrolment.training_class_id
  JOIN courses_district district ON district.id = class.district_id
 WHERE done.status IN ({steps}) AND {of_year} GROUP BY done.status, class.line, district.key
UNION ALL
SELECT 'certified', '', class.line, district.key, COUNT(DISTINCT paper.completion_id) FROM courses_certificate paper
  JOIN courses_completion done ON done.id = paper.completion_id AND done.status = %s
  JOIN courses_enrolment enrolment ON enrolment.id = done.enrolment_id
  JOIN courses_trainingclass class ON class.id = enrolment.training_class_id
  JOIN courses_district district ON district.id = class.district_id
 WHERE NOT EXISTS (
       SELECT 1 FROM courses_certificatewithdrawal gone
        WHERE gone.certificate_id = paper.id AND gone.status = %s) AND {of_year}
 GROUP BY class.line, district.key
"""


Told = Counter[tuple[str, str]]


@dataclass(frozen=True)
class Stage:
    """The figures of now of one line, or of one district, or of all together."""

    enrolled: int
    in_training: int
    pending: int
    rejected: int
    certified: int


@dataclass
class Stages:
    """By line and the key of the district; a kind beside the targets stands under its own line. `enrolled` holds a seat
    of a class that is to begin, `in_training` one of a class that runs or is assessed; `pending` are completions on
    their way, `rejected` those that were sent back or revoked, `certified` approved ones whose certificate nobody took
    back."""

    enrolled: Told = field(default_factory=Counter)
    in_training: Told = field(default_factory=Counter)
    pending: Told = field(default_factory=Counter)
    rejected: Told = field(default_factory=Counter)
    certified: Told = field(default_factory=Counter)

    def of(self, *, line: str = "", district: str = "") -> Stage:
        return Stage(
            **{
                one.name: sum(
                    told
                    for (of_line, where), told in getattr(self, one.name).items()
                    if line in ("", of_line) and district in ("", where)
                )
                for one in fields(Stage)
            }
        )


def stages_now(*, year: int, district: str | None) -> Stages:
    """Of the classes that end in the year, in the whole city or in one district; one statement."""
    found = Stages()
    for what, status, line, key, told in _rows(year, district):
        if what == "certified":
            found.certified[line, key] += int(told)
        elif what == "seats":
            (found.enrolled if status in ENROLLED else found.in_training)[line, key] += int(told)
        else:
            (found.pending if status in PENDING else found.rejected)[line, key] += int(told)
    return found


def _rows(year: int, district: str | None) -> Iterator[tuple[str, str, str, str, int]]:
    of_year = OF_YEAR
    bounds: list[Any] = [date(year, 1, 1), date(year, 12, 31)]
    if district:
        of_year, bounds = f"{OF_YEAR} AND district.key = %s", [*bounds, district]
    opens, seated, steps = [*ENROLLED, *IN_TRAINING], Enrolment.SEATED, [*PENDING, *Completion.UNDONE]
    groups = {"open": opens, "seated": seated, "left": LEFT, "steps": steps}
    marks = {name: ", ".join(["%s"] * len(values)) for name, values in groups.items()}
    certified = (Completion.Status.APPROVED, CertificateWithdrawal.Status.DONE)
    values: list[Any] = [*opens, *bounds, *opens, *seated, *LEFT, *bounds, *steps, *bounds, *certified, *bounds]
    with connection.cursor() as cursor:
        cursor.execute(SEATS.format(of_year=of_year, **marks), values)
        yield from cursor.fetchall()


def certified_q() -> Q:
    """The completions that `certified` counts: approved, with a certificate that nobody took back."""
    standing = Certificate.objects.filter(completion=OuterRef("pk")).order_by()
    standing = standing.exclude(withdrawals__status=CertificateWithdrawal.Status.DONE)
    return Q(Exists(standing), status=Completion.Status.APPROVED)
