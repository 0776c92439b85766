"""Many seats of one class given or taken back together, and what a class's change of status does to them."""

from courses.seating.many import (
    QUIET,
    TAKE_PLACES,
    Below,
    Seat,
    SeatingRefusal,
    SeatingRefused,
    give_by_rank,
    give_many,
    replace,
    take_back_many,
)
from courses.seating.moves import UNDECIDED, Concerned, advance, booking_params, concerned, end_begun

__all__ = [
    "QUIET",
    "TAKE_PLACES",
    "UNDECIDED",
    "Below",
    "Concerned",
    "Seat",
    "SeatingRefusal",
    "SeatingRefused",
    "advance",
    "booking_params",
    "concerned",
    "end_begun",
    "give_by_rank",
    "give_many",
    "replace",
    "take_back_many",
]
