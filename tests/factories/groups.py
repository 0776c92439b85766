"""Employers and their bookings, brought to a status through the domain's own doors."""

from collections.abc import Sequence
from datetime import datetime
from itertools import count
from typing import Any

from courses import groups
from courses.groups import Employer
from courses.models import GroupBooking, RosterImport, TrainingClass, User
from courses.people.credit_codes import credit_check_character
from tests.factories import people, sheets

_serial = count(1)
CONTACT_PHONE = "13800000001"


def credit_code() -> str:
    seventeen = f"91370602MA{next(_serial):07d}"
    return seventeen + credit_check_character(seventeen)


def employer(**changes: str) -> Employer:
    values = {"name": "烟台海风船务有限公司", "credit_code": "", "contact": "林主任", "phone": CONTACT_PHONE, **changes}
    return Employer(**{**values, "credit_code": values["credit_code"] or credit_code()})


def booking(
    *, training_class: TrainingClass, now: datetime, seats: int = 3, by: User | None = None, **changes: str
) -> GroupBooking:
    return groups.request(
        training_class=training_class, employer=employer(**changes), seats=seats, by=by or people.user(), now=now
    )


def listed(
    *, booking: GroupBooking, now: datetime, rows: Sequence[Sequence[Any]] | None = None, first: int = 1
) -> RosterImport:
    """Its named list sent and checked: as many good lines as it asked for, from the `first` person on."""
    lines = [sheets.person(place) for place in range(first, first + booking.seats)] if rows is None else rows
    return groups.take_list(
        booking=booking, content=sheets.xlsx(lines), file_name="名单.xlsx", consent=True, by=booking.by, now=now
    )
