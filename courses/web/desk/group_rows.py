"""团报 as lines of a list: employer, masked contact, how many, how far."""

from dataclasses import dataclass

from courses import privacy
from courses.models import GroupBooking, TrainingClass


@dataclass(frozen=True)
class BookingRow:
    booking: GroupBooking
    contact: str
    phone: str


def booking_rows(training_class: TrainingClass) -> list[BookingRow]:
    """Every booking of a class, the newest first; the contact as `masked_name` and `mask_phone` show people."""
    return [
        BookingRow(one, privacy.mask_name(one.contact), privacy.mask_phone(one.phone))
        for one in GroupBooking.objects.filter(training_class=training_class)
    ]
