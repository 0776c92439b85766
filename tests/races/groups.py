"""Two employers, ten seats, six people each: one group has all its seats, the other has none and is told why."""

import threading
from datetime import UTC, datetime
from importlib import import_module
from typing import Any

from django.conf import settings
from django.test import override_settings

from courses import enrolment, groups
from courses.groups import GroupRefused
from courses.models import Enrolment, GroupBooking, RosterImport, TrainingClass, User
from tests.factories import classes, people, sheets
from tests.factories import groups as bookings
from tests.races.protection import drop_constraint

THIS = "tests.races.groups"
RIVALS = 2
SEATS, WANTED = 10, 6
IN_MEMORY = {"private": {"BACKEND": "django.core.files.storage.InMemoryStorage"}}


def plant(*, first: int = 0) -> dict[str, Any]:
    """A class and its rival bookings, each with its list checked; the files go nowhere. `first`: whom they name."""
    now = datetime.now(UTC)
    sheets.lists()
    training_class = classes.training_class(now=now, seats=SEATS)
    clerk = people.user()
    pks = []
    with override_settings(STORAGES={**settings.STORAGES, **IN_MEMORY}):
        for place in range(RIVALS):
            booking = bookings.booking(training_class=training_class, now=now, seats=WANTED, by=clerk)
            bookings.listed(booking=booking, now=now, first=first + place * WANTED)
            pks.append(booking.pk)
    return {"class_id": training_class.pk, "booking_ids": pks, "by_id": clerk.pk}


def contend(*, booking_id: int, by_id: int) -> str:
    """Confirm as the desk does; what the booking is then, or the code of the refusal."""
    booking = GroupBooking.objects.select_related("training_class__course").get(pk=booking_id)
    try:
        made = groups.confirm(booking=booking, by=User.objects.get(pk=by_id), now=datetime.now(UTC))
    except GroupRefused as refusal:
        return str(refusal.code)
    return str(made.status)


def faults(*, class_id: int) -> list[str]:
    """Each booking has all its seats or none, and the class gave no more than it has."""
    found = [f"{name}: {what}" for name, what in enrolment.occupancy_differences()]
    given = 0
    for booking in GroupBooking.objects.filter(training_class=class_id).order_by("pk"):
        seated = booking.enrolments.filter(status=Enrolment.Status.ADMITTED).count()
        given += seated
        if seated != (booking.seats if booking.status == GroupBooking.Status.GIVEN else 0):
            found.append(f"a booking that is {booking.status} holds {seated} of {booking.seats} seats")
    if given > SEATS:
        found.append(f"{given} seats given, there are {SEATS}")
    return found


# ── Without protection ────────────────────────────────────────────────────────────────────────────────────────────────

_all_have_read = threading.Barrier(RIVALS)
# The packages' own `commit` and `seats` are functions or names; these are the modules around them.
_giving: Any = import_module("courses.groups.seats")
_commit: Any = import_module("courses.rosters.commit")
_many: Any = import_module("courses.seating.many")
_own = (_giving._give, _commit._no_room, _many.TAKE_PLACES)


def unprotect() -> None:
    """Without the count in the one statement, and with the look before as two rivals at one moment take it."""
    drop_constraint(TrainingClass, "class_never_oversold")
    _giving._give = _give_when_all_have_read
    _commit._no_room = lambda _class, _wanted: None
    _many.TAKE_PLACES = _own[2].replace("taken + %s <= seats", "%s > 0")


def protect() -> None:
    """The process serves other races after this one."""
    _giving._give, _commit._no_room, _many.TAKE_PLACES = _own


def _give_when_all_have_read(booking: GroupBooking, roster: RosterImport, by: User, now: datetime) -> Any:
    _all_have_read.wait(timeout=30)
    return _own[0](booking, roster, by, now)
