"""Many applications of a reviewed class at once: what admitting them would do, and each then decided on its own.

Whether one is admitted is `seats.admit`'s to say, for one and for many; this adds order, preview and result.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from courses import notices
from courses.enrolment.proving import those_proved_by
from courses.enrolment.refusals import EnrolmentRefusal, EnrolmentRefused
from courses.enrolment.seats import admit, against_admitting
from courses.models import Enrolment, User


class Foreseen(NamedTuple):
    """One application, and why it would not be admitted now; None where it would."""

    enrolment: Enrolment
    refusal: EnrolmentRefused | None

    @property
    def decided(self) -> bool:
        """Somebody else was faster; no rule stands against it."""
        return self.refusal is not None and self.refusal.code == EnrolmentRefusal.WRONG_STATUS

    @property
    def is_heard(self) -> bool:
        """Whom no message reaches is told by people."""
        return self.refusal is None and notices.is_reached(learner=self.enrolment.learner)


@dataclass(frozen=True)
class Foresight:
    """`rows` in order of arrival."""

    rows: list[Foreseen]

    @property
    def admitted(self) -> list[Foreseen]:
        return [row for row in self.rows if row.refusal is None]

    @property
    def refused(self) -> list[Foreseen]:
        return [row for row in self.rows if row.refusal is not None]

    @property
    def seal(self) -> str:
        """Stands for exactly these consequences: another for whatever else would become of one of them."""
        told = [f"{row.enrolment.number} {_outcome(row)}" for row in self.rows]
        return hashlib.sha256("\n".join(told).encode()).hexdigest()


class Admitted(NamedTuple):
    """What became of many at once, each on its own."""

    done: list[Enrolment]
    refused: list[Foreseen]


def foresee(*, by: User, enrolments: Sequence[Enrolment], now: datetime) -> Foresight:
    """What `admit_all` would do now. Reads only, one statement, and one more for each: the rules weigh people one by
    one."""
    ordered = sorted(enrolments, key=lambda row: row.arrival_no)
    own = those_proved_by(by=by, enrolments=ordered)
    return Foresight(
        [Foreseen(row, against_admitting(enrolment=row, proved=row.pk in own, now=now)) for row in ordered]
    )


def admit_all(*, by: User, enrolments: Sequence[Enrolment], seen: str, now: datetime) -> Admitted:
    """Admit those of one class that can be, in order of arrival, each in a transaction of its own.

    `seen` is the seal of the foresight that was read. Refused with EnrolmentRefused for all where another would stand
    there by now, or none can be admitted.
    """
    ahead = foresee(by=by, enrolments=enrolments, now=now)
    if ahead.rows and ahead.seal != seen:
        raise EnrolmentRefused(EnrolmentRefusal.OUTLOOK_CHANGED)
    if not ahead.admitted:
        raise EnrolmentRefused(EnrolmentRefusal.NOTHING_CHOSEN)
    result = Admitted([], ahead.refused)
    for row in ahead.admitted:
        try:
            admit(by=by, enrolment=row.enrolment, now=now)
            result.done.append(row.enrolment)
        except EnrolmentRefused as refusal:
            result.refused.append(Foreseen(row.enrolment, refusal))
    return result


def _outcome(row: Foreseen) -> str:
    if row.refusal is not None:
        return row.refusal.code.value
    return "heard" if row.is_heard else "told by people"
