"""An employer's booking is taken down, corrected and given up; no seat moves by any of it."""

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from courses import groups
from courses.groups import GroupRefusal, GroupRefused
from courses.models import AuditEvent, Enrolment, GroupBooking, RosterImport, TrainingClass, User
from courses.people.credit_codes import CreditCodeRefused
from courses.people.phones import PhoneRefused
from tests.factories import groups as bookings
from tests.factories.classes import enrolled, training_class

pytestmark = pytest.mark.django_db
Status = GroupBooking.Status


def refusal_of(function, **arguments) -> GroupRefused:
    with pytest.raises(GroupRefused) as refused:
        function(**arguments)
    return refused.value


def asking(a_class: TrainingClass, by: User, now: datetime, seats: int = 3, **changes: str) -> dict:
    return {
        "training_class": a_class, "employer": bookings.employer(**changes), "seats": seats, "by": by, "now": now
    }  # fmt: skip


def test_a_booking_has_a_number_that_counts_up_and_takes_no_seat(a_class, clerk, now) -> None:
    made = [groups.request(**asking(a_class, clerk, now)) for _ in range(2)]
    assert [one.number for one in made] == ["TB20260001", "TB20260002"]
    assert {one.status for one in made} == {Status.REQUESTED}
    a_class.refresh_from_db()
    assert (a_class.taken, a_class.arrivals, Enrolment.objects.count()) == (0, 0, 0)
    event = AuditEvent.objects.get(verb="group_requested", target="TB20260001")
    assert event.detail == {"class": a_class.number, "seats": 3}


def test_the_phone_of_the_contact_is_kept_encrypted(a_class, clerk, now) -> None:
    from django.db import connection

    groups.request(**asking(a_class, clerk, now, phone="+86 138 0000 0001"))
    assert GroupBooking.objects.get().phone == "13800000001"
    with connection.cursor() as cursor:
        cursor.execute("SELECT phone, phone_digest FROM courses_groupbooking")
        row = cursor.fetchone()
    assert "13800000001" not in str(row)


@pytest.mark.parametrize(
    ("changes", "seats", "code"),
    [
        ({"name": "  "}, 3, GroupRefusal.EMPLOYER_MISSING),
        ({"contact": " "}, 3, GroupRefusal.CONTACT_MISSING),
        ({}, 0, GroupRefusal.NOBODY),
        ({}, 11, GroupRefusal.NO_SEATS),
    ],
)
def test_what_is_missing_or_too_much_is_refused(a_class, clerk, now, changes, seats, code) -> None:
    refused = refusal_of(groups.request, **asking(a_class, clerk, now, seats, **changes))
    assert refused.code == code
    assert GroupBooking.objects.count() == 0


def test_a_credit_code_and_a_phone_that_cannot_be_right_are_refused(a_class, clerk, now) -> None:
    with pytest.raises(CreditCodeRefused):
        groups.request(**asking(a_class, clerk, now, credit_code="913706020000000000"))
    with pytest.raises(PhoneRefused):
        groups.request(**asking(a_class, clerk, now, phone="0535-6600000"))
    assert GroupBooking.objects.count() == 0


def test_too_few_seats_are_said_with_how_many_are_free(a_class, clerk, now) -> None:
    enrolled(training_class=a_class, now=now)
    refused = refusal_of(groups.request, **asking(a_class, clerk, now, 10))
    assert refused.sentence == "团报 10 人，本班只剩 9 个名额，一个也没有占。请减少人数，或换一个名额够的班次。"


def test_a_class_that_does_not_enrol_or_admits_by_rank_takes_no_booking(clerk, now) -> None:
    over = training_class(now=now, status=TrainingClass.Status.RUNNING)
    late = training_class(now=now, enrol_until=now - timedelta(hours=1))
    camp = training_class(now=now)
    TrainingClass.objects.filter(pk=camp.pk).update(mode=TrainingClass.Mode.SELECTED)
    codes = [refusal_of(groups.request, **asking(one, clerk, now)).code for one in (over, late, camp)]
    assert codes == [GroupRefusal.NOT_OPEN, GroupRefusal.NOT_OPEN, GroupRefusal.BY_RANK]


def test_a_queue_goes_before_a_group(clerk, now) -> None:
    full = training_class(now=now, seats=1)
    for _ in range(2):
        enrolled(training_class=full, now=now)
    refused = refusal_of(groups.request, **asking(full, clerk, now, 1))
    assert (refused.code, refused.values) == (GroupRefusal.QUEUE, {"waiting": 1})


def test_one_employer_has_one_open_booking_of_a_class(a_class, clerk, now) -> None:
    code = bookings.credit_code()
    first = groups.request(**asking(a_class, clerk, now, credit_code=code))
    refused = refusal_of(groups.request, **asking(a_class, clerk, now, credit_code=code.lower()))
    assert (refused.code, refused.values) == (GroupRefusal.ALREADY_OPEN, {"number": first.number})
    other = groups.request(**asking(a_class, clerk, now))
    changed = bookings.employer(credit_code=code)
    refused = refusal_of(groups.amend, booking=other, employer=changed, seats=3, by=clerk, now=now)
    assert (refused.code, refused.values) == (GroupRefusal.ALREADY_OPEN, {"number": first.number})
    groups.drop(booking=first, by=clerk, now=now)
    assert groups.request(**asking(a_class, clerk, now, credit_code=code)).status == Status.REQUESTED


def test_other_classes_of_the_course_with_seats_enough_are_named(a_class, now) -> None:
    enough = training_class(now=now, seats=6, course=a_class.course, first=now + timedelta(days=9))
    training_class(now=now, seats=4, course=a_class.course)
    training_class(now=now, seats=30, course=a_class.course, status=TrainingClass.Status.RUNNING)
    training_class(now=now, seats=30, approved=False)
    found = groups.elsewhere(training_class=a_class, seats=5, now=now)
    assert [one.training_class.number for one in found] == [enough.number]


def test_a_booking_is_corrected_and_an_empty_phone_keeps_the_one_there(a_class, clerk, now) -> None:
    made = bookings.booking(training_class=a_class, now=now)
    new = bookings.employer(name="蓬莱阁酒店", phone="")
    groups.amend(booking=made, employer=new, seats=5, by=clerk, now=now)
    kept = GroupBooking.objects.get()
    assert (kept.employer, kept.seats, kept.phone) == ("蓬莱阁酒店", 5, bookings.CONTACT_PHONE)
    assert AuditEvent.objects.get(verb="group_amended").detail == {
        "seats": 5,
        "seats_before": 3,
        "changed": ["employer", "credit_code"],
    }


def test_giving_up_forgets_the_list_and_keeps_the_booking(a_class, clerk, now) -> None:
    made = bookings.booking(training_class=a_class, now=now)
    roster = bookings.listed(booking=made, now=now)
    groups.drop(booking=made, by=clerk, now=now)
    roster.refresh_from_db()
    assert (made.status, made.ended_by, roster.status) == (Status.DROPPED, clerk, RosterImport.Status.DISCARDED)
    assert roster.rows.count() == 0
    for act in (
        lambda: groups.drop(booking=made, by=clerk, now=now),
        lambda: groups.amend(booking=made, employer=bookings.employer(), seats=2, by=clerk, now=now),
        lambda: bookings.listed(booking=made, now=now),
        lambda: groups.confirm(booking=made, by=clerk, now=now),
        lambda: groups.undo(booking=made, by=clerk, now=now),
    ):
        assert refusal_of(act).values == {"status": "已放弃"}


def test_a_second_list_takes_the_place_of_the_first_and_of_no_other_booking(a_class, clerk, now) -> None:
    one = bookings.booking(training_class=a_class, now=now, by=clerk)
    other = bookings.booking(training_class=a_class, now=now, by=clerk)
    first = bookings.listed(booking=one, now=now)
    theirs = bookings.listed(booking=other, now=now, first=50)
    again = bookings.listed(booking=one, now=now, first=20)
    first.refresh_from_db()
    theirs.refresh_from_db()
    assert (first.status, theirs.status) == (RosterImport.Status.DISCARDED, RosterImport.Status.CHECKED)
    assert groups.current_list(booking=one) == again


def test_the_database_refuses_a_seat_of_a_group_without_its_booking(a_class, now) -> None:
    row = enrolled(training_class=a_class, now=now)
    made = bookings.booking(training_class=a_class, now=now)
    for values in ({"source": "group"}, {"booking": made}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Enrolment.objects.filter(pk=row.pk).update(**values)
