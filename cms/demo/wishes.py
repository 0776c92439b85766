"""What moves among the seats of the demo city: a freed seat on offer, wishes to change class, an employer who asks."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from cms.demo.history import Staged
from courses import enrolment, groups
from courses.enrolment.transfer_requests import own_choices
from courses.groups import Employer
from courses.models import Enrolment, TrainingClass, User

WISHES = {"running": "下个月起上夜班，想换到下一期。", "full": "这几天要回老家，赶不上开课。"}
EMPLOYER = Employer(
    name="烟台海岳酒店管理有限公司（虚构）", credit_code="91370699MA3Q7K9X2B", contact="曲文涛", phone="19900000088"
)
ASKED_SEATS = 12
# Whose administrator stands behind the demo door, and finds something to do.
SCHOOL = "J001"


def move_seats(*, staged: Sequence[Staged], now: datetime) -> None:
    _offer(staged, now)
    _wish(staged, now)
    _ask_for_group(staged, now)


def _offer(staged: Sequence[Staged], now: datetime) -> None:
    """In the school's full class somebody gives the seat back; it is kept for the first who waits."""
    full = next(one for one in staged if one.run.state == "full" and one.run.offer["institution"] == SCHOOL)
    leaving, by = next(_members(full.enrolments))
    enrolment.withdraw(by=by, enrolment=leaving, reason="", now=now - timedelta(minutes=40))


def _wish(staged: Sequence[Staged], now: datetime) -> None:
    """From a running class and from a full one somebody asks for a later class of the same course."""
    for state, reason in WISHES.items():
        asking, by, to = next(
            (row, by, to)
            for one in staged
            if one.run.state == state and not one.run.guest
            for row, by in [next(_members(one.enrolments))]
            for to in own_choices(enrolment=row, now=now)[:1]
        )
        enrolment.ask_for_transfer(enrolment=asking, to=to, reason=reason, by=by, now=now - timedelta(hours=3))


def _members(rows: Iterable[Enrolment]) -> Iterator[tuple[Enrolment, User]]:
    """Who has a seat and a login."""
    return (
        (row, row.learner.user)
        for row in rows
        if row.status == Enrolment.Status.ADMITTED and row.learner.user is not None
    )


def _ask_for_group(staged: Sequence[Staged], now: datetime) -> None:
    """A hotel wants its kitchen to learn together, in the school's class that has most room."""
    taking = [
        one
        for one in staged
        if one.run.offer["institution"] == SCHOOL
        and one.run.row.status == TrainingClass.Status.ENROLLING
        and one.run.row.mode == TrainingClass.Mode.FIRST_COME
    ]
    wanted = max(taking, key=lambda one: one.run.row.seats_left)
    groups.request(
        training_class=wanted.run.row,
        employer=EMPLOYER,
        seats=ASKED_SEATS,
        by=wanted.office.institution,
        now=now - timedelta(hours=5),
    )
